/* A service that does nothing but what the frame does: for the tests that start it as a process. */
#define _GNU_SOURCE
#include "common/log.h"
#include "common/trace.h"
#include "services/service/service.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct example_settings {
    ts_service_settings service;
    ts_secret_value password;
    const char *dependency; /* a file that must be there */
    double work;            /* seconds that a round takes, whatever is asked of it */
    int64_t fail;
} example_settings;

#define AT(field) offsetof(example_settings, field)

static const ts_setting table[] = {
    {"dependency", TS_SETTING_TEXT, AT(dependency), NULL, 0, 0, NULL, "FILE", "ready only while this file is there"},
    {"work-seconds", TS_SETTING_REAL, AT(work), "0", 0, 3600, NULL, "S", "how long a round takes"},
    {"fail", TS_SETTING_INT, AT(fail), "0", 0, 255, NULL, "CODE", "what a round fails with; 0: it does not"},
    {0}};
static const ts_setting *const tables[] = {table, NULL};
static const ts_secret_setting secrets[] = {{"example-password", AT(password), "the password of the example", NULL},
                                            {0}};

enum { WORKED };
static const ts_meter meters[] = {
    [WORKED] = {"tradestream_example_work_total", TS_COUNTER, "kind,note", NULL, "Work done, by \"kind\" \\ note."},
    {0}};

static ts_http_hub *events;

static int open_example(void *settings, ts_error *error)
{
    const example_settings *example = settings;
    events = ts_http_hub_new(error);
    if (!events) return -1;
    ts_log_event(TS_LOG_INFO, "opened", TS_BOOL("password_given", example->password.value != NULL));
    return 0;
}

static void close_example(void *settings)
{
    (void)settings;
    ts_http_hub_free(events);
}

static int dependency_is_there(void *settings, ts_error *error)
{
    const example_settings *example = settings;
    if (!example->dependency || !access(example->dependency, R_OK)) return 0;
    return ts_fail(error, TS_UNAVAILABLE, "%s is not there; the password was %s", example->dependency,
                   example->password.value ? example->password.value : "none");
}

static int once(void *settings, ts_error *error)
{
    const example_settings *example = settings;
    usleep((useconds_t)(example->work * 1e6));
    ts_meter_count(&meters[WORKED], 1, "round", "a \"quoted\"\nnote \\ of two lines", NULL);
    ts_log_event(TS_LOG_INFO, "a round is done", TS_REAL("nan", 0.0 / (example->work - example->work)));
    if (!example->fail) return 0;
    return ts_fail(error, (int)example->fail, "failed as asked, with the password %s",
                   example->password.value ? example->password.value : "none");
}

/* Shows the secret everywhere it should not be seen. */
static void leak(const ts_http_request *request, ts_http_reply *reply)
{
    const example_settings *example = request->context;
    const char *password = example->password.value ? example->password.value : "none";
    ts_log_error("could not log in with %s", password);
    ts_log_event(TS_LOG_INFO, password, TS_TEXT("password", password));
    ts_meter_count(&meters[WORKED], 1, "leak", password, NULL);
    ts_http_problem(reply, 500, "could not log in with %s", password);
}

static void echo(const ts_http_request *request, ts_http_reply *reply)
{
    char text[TS_TRACE_TEXT];
    const char *name = ts_http_query(request, "name");
    ts_log_event(TS_LOG_INFO, "echo", TS_TEXT("name", name), TS_INT("bytes", (int64_t)request->length));
    ts_trace_text(ts_trace_current(), text);
    ts_strbuf_printf(&reply->body, "{\"bytes\": %zu, \"rest\": \"%s\", \"traceparent\": \"%s\", \"subject\": \"%s\"}\n",
                     request->length, request->rest, text, request->subject ? request->subject : "");
}

static void publish(const ts_http_request *request, ts_http_reply *reply)
{
    ts_http_hub_publish(events, request->body, request->length);
    ts_strbuf_printf(&reply->body, "{\"listeners\": %zu}\n", ts_http_hub_listeners(events));
}

static void slow(const ts_http_request *request, ts_http_reply *reply)
{
    (void)request;
    usleep(2500000);
    ts_strbuf_puts(&reply->body, "{}\n");
}

static const ts_http_route routes[] = {{"GET", "/echo", echo, NULL},      {"POST", "/echo", echo, NULL},
                                       {"GET", "/things/*", echo, NULL},  {"GET", "/leak", leak, NULL},
                                       {"GET", "/slow", slow, NULL},      {"POST", "/publish", publish, NULL},
                                       {"GET", "/events", NULL, &events}, {0}};

static const ts_ready_check checks[] = {{"dependency", dependency_is_there}, {0}};

int main(int argc, char **argv)
{
    static example_settings settings;
    static const ts_service example = {.name = "example_service",
                                       .summary = "Shows what every service can do. For tests.",
                                       .settings = tables,
                                       .secrets = secrets,
                                       .into = &settings,
                                       .meters = meters,
                                       .checks = checks,
                                       .routes = routes,
                                       .open = open_example,
                                       .close = close_example,
                                       .once = once};
    return ts_service_main(&example, argc, argv);
}

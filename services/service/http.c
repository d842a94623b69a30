#define _GNU_SOURCE
#include "services/service/http.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/memory.h"
#include "services/service/http_mhd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { HEAD_MEMORY = 32 << 10, FILES = 8192 };

const ts_http_setup ts_http_usual = {
    .threads = 4, .connections = 1024, .body_limit = 1 << 20, .head_seconds = 10, .body_seconds = 30};

const ts_meter ts_http_meters[] = {
    [TS_HTTP_REQUESTS] = {"tradestream_http_requests_total", TS_COUNTER, "listener,route,status", NULL,
                          "Requests answered; the route is \"none\" when none was meant."},
    [TS_HTTP_SECONDS] = {"tradestream_http_request_duration_seconds", TS_HISTOGRAM, "listener,route", ts_meter_seconds,
                         "From a request's head to the end of its answer; streams are not measured."},
    [TS_HTTP_STREAMS_NOW] = {"tradestream_http_streams", TS_GAUGE, "listener", NULL, "Streams that are open."},
    [TS_HTTP_CUT] = {"tradestream_http_connections_cut_total", TS_COUNTER, "listener,reason", NULL,
                     "Connections ended because the client was too slow."},
    {0}};

int ts_http_meters_add(ts_error *error) { return ts_meters_add(ts_http_meters, error); }

int ts_http_port(const ts_http *http) { return http->port; }

/* Many systems allow 1024 files unless asked. */
static void allow_files(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) || files.rlim_cur >= FILES) return;
    files.rlim_cur = files.rlim_max < FILES ? files.rlim_max : FILES;
    setrlimit(RLIMIT_NOFILE, &files);
}

static void say(void *unused, const char *format, va_list arguments)
{
    char text[256];
    (void)unused;
    vsnprintf(text, sizeof text, format, arguments);
    text[strcspn(text, "\n")] = '\0';
    ts_log_event(TS_LOG_DEBUG, "http", TS_TEXT("said", text));
}

/* poll, not epoll: with that, libmicrohttpd 0.9.75 does not see that a client has gone when its last bytes and its
 * goodbye come together, and the connection stays until its time is up. */
static void start_daemon(ts_http *http, int socket)
{
    const ts_http_setup *setup = &http->setup;
    unsigned threads = setup->threads > 1 ? (unsigned)setup->threads : 0; /* of a pool; 0: one, without a pool */
    http->daemon = MHD_start_daemon(
        MHD_USE_POLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL, ts_http_take, http,
        MHD_OPTION_EXTERNAL_LOGGER, say, NULL, MHD_OPTION_LISTEN_SOCKET, socket, MHD_OPTION_THREAD_POOL_SIZE, threads,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)setup->connections, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)HEAD_MEMORY, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)setup->body_seconds, MHD_OPTION_NOTIFY_COMPLETED,
        ts_http_done, http, MHD_OPTION_NOTIFY_CONNECTION, ts_http_client_event, http, MHD_OPTION_END);
}

ts_http *ts_http_open(const ts_http_setup *setup, ts_error *error)
{
    ts_http *http = ts_alloc(1, sizeof *http);
    int socket = -1;
    if (!http) {
        ts_no_memory(error, "a listener");
        return NULL;
    }
    http->setup = *setup;
    pthread_mutex_init(&http->lock, NULL);
    pthread_cond_init(&http->wake, NULL);
    allow_files();
    socket = ts_address_listen(&setup->address, &http->port, error);
    if (socket < 0 || ts_http_keeper_start(http, error)) goto failed;
    start_daemon(http, socket);
    if (http->daemon) return http;
    ts_fail(error, TS_FAILED, "the listener could not be started");
failed:
    if (socket >= 0) close(socket);
    ts_http_close(http);
    return NULL;
}

static void close_hubs(const ts_http *http)
{
    for (const ts_http_route *route = http->setup.routes; route->method; route++)
        if (route->hub && *route->hub) ts_http_hub_close(*route->hub);
}

void ts_http_drain(ts_http *http, double seconds)
{
    struct timespec moment = {.tv_nsec = 10000000};
    double give_up = ts_clock_seconds() + seconds;
    pthread_mutex_lock(&http->lock);
    bool drained = http->draining;
    http->draining = true;
    pthread_mutex_unlock(&http->lock);
    if (drained) return;
    int socket = MHD_quiesce_daemon(http->daemon);
    if (socket >= 0) close(socket);
    close_hubs(http);
    for (bool busy = true; busy && ts_clock_seconds() < give_up;) {
        pthread_mutex_lock(&http->lock);
        busy = http->busy > 0 || http->streams > 0;
        pthread_mutex_unlock(&http->lock);
        if (busy) nanosleep(&moment, NULL);
    }
}

void ts_http_close(ts_http *http)
{
    if (!http) return;
    if (http->daemon) {
        ts_http_drain(http, 0);
        MHD_stop_daemon(http->daemon);
    }
    ts_http_keeper_stop(http);
    pthread_cond_destroy(&http->wake);
    pthread_mutex_destroy(&http->lock);
    free(http);
}

#define _GNU_SOURCE
#include "services/service/span_export.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/memory.h"
#include "common/secret.h"
#include "services/service/meter.h"
#include "services/service/post.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum { QUEUE = 2048, BATCH = 256, HEADERS = 16, PERIOD_MS = 500 };
static const double post_seconds = 2, close_seconds = 2, complain_seconds = 60;

enum { EXPORTED, DROPPED };
static const ts_meter meters[] = {
    [EXPORTED] = {"tradestream_spans_exported_total", TS_COUNTER, NULL, NULL, "Spans that the collector took."},
    [DROPPED] = {"tradestream_spans_dropped_total", TS_COUNTER, "reason", NULL,
                 "Spans lost: the queue was full, or the collector did not take them."},
    {0}};

static struct {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_t thread;
    bool running, stopping, unsampled;
    ts_span *queue; /* a ring of QUEUE */
    size_t first, count;
    ts_span *batch;
    ts_post *post;
    const char *service, *attributes;
    double give_up, complained; /* monotonic seconds; give_up 0: not closing */
} exporter = {.lock = PTHREAD_MUTEX_INITIALIZER};

bool ts_spans_sampled(void) { return !exporter.unsampled; }

void ts_spans_queue(const ts_span *span)
{
    bool full = false;
    pthread_mutex_lock(&exporter.lock);
    if (exporter.running && !exporter.stopping) {
        full = exporter.count == QUEUE;
        if (!full) exporter.queue[(exporter.first + exporter.count++) % QUEUE] = *span;
        if (exporter.count >= BATCH) pthread_cond_signal(&exporter.wake);
    }
    pthread_mutex_unlock(&exporter.lock);
    if (full) ts_meter_count(&meters[DROPPED], 1, "queue full", NULL);
}

static size_t take_batch(void)
{
    size_t count = exporter.count < BATCH ? exporter.count : BATCH;
    for (size_t i = 0; i < count; i++) exporter.batch[i] = exporter.queue[(exporter.first + i) % QUEUE];
    exporter.first = (exporter.first + count) % QUEUE;
    exporter.count -= count;
    return count;
}

static void complain(int status, const ts_error *error)
{
    double now = ts_clock_seconds();
    if (exporter.complained && now - exporter.complained < complain_seconds) return;
    exporter.complained = now;
    ts_log_event(TS_LOG_WARNING, "the span collector did not take spans", TS_INT("status", status < 0 ? 0 : status),
                 TS_TEXT("error", status < 0 ? error->text : NULL));
}

/* A collector that is busy is asked once more. */
static void send_batch(size_t count, double give_up)
{
    ts_strbuf body = {0};
    int status = -1;
    ts_error error = {0};
    ts_spans_json(exporter.batch, count, exporter.service, exporter.attributes, &body);
    for (int attempt = 0; attempt < 2 && !body.failed; attempt++) {
        double left = give_up > 0 ? give_up - ts_clock_seconds() : post_seconds;
        error = (ts_error){0};
        if (left <= 0) break;
        status = ts_post_send(exporter.post, body.text, body.length, left, &error);
        if (status != -1 && status != 429 && status != 502 && status != 503 && status != 504) break;
    }
    bool taken = status >= 200 && status < 300;
    if (taken) ts_meter_count(&meters[EXPORTED], (double)count, NULL);
    else ts_meter_count(&meters[DROPPED], (double)count, "not taken", NULL);
    if (!taken) complain(status, &error);
    ts_strbuf_clear(&body);
}

static void *export_spans(void *unused)
{
    struct timespec until;
    pthread_mutex_lock(&exporter.lock);
    while (!exporter.stopping || exporter.count) {
        if (!exporter.stopping && exporter.count < BATCH) {
            clock_gettime(CLOCK_REALTIME, &until);
            until.tv_nsec += PERIOD_MS * 1000000L;
            if (until.tv_nsec >= 1000000000L) until.tv_sec++, until.tv_nsec -= 1000000000L;
            pthread_cond_timedwait(&exporter.wake, &exporter.lock, &until);
        }
        size_t count = take_batch();
        double give_up = exporter.give_up;
        pthread_mutex_unlock(&exporter.lock);
        if (count) send_batch(count, give_up);
        pthread_mutex_lock(&exporter.lock);
    }
    pthread_mutex_unlock(&exporter.lock);
    return unused;
}

/* "a=b,c=d" as header lines, whose values are secrets. The lines live until the process ends or `lines` are freed. */
static int read_headers(const char *text, char **lines, ts_error *error)
{
    static const char *const variable = "OTEL_EXPORTER_OTLP_HEADERS";
    size_t count = 0;
    while (text && *text) {
        size_t length = strcspn(text, ",");
        const char *equals = memchr(text, '=', length);
        if (!equals || equals == text || memchr(text, '\n', length) || memchr(text, '\r', length))
            return ts_fail(error, TS_BAD_CONFIG, "%s: expected key=value,key=value", variable);
        if (count == HEADERS) return ts_fail(error, TS_BAD_CONFIG, "%s: more than %d headers", variable, HEADERS);
        if (asprintf(&lines[count], "%.*s: %.*s", (int)(equals - text), text, (int)(text + length - equals - 1),
                     equals + 1) < 0) {
            lines[count] = NULL;
            return ts_no_memory(error, "headers");
        }
        const char *value = strchr(lines[count++], ':') + 2;
        if (strlen(value) >= TS_SECRET_LEAST && ts_secret_add(variable, value, error)) return -1;
        text += length + (text[length] == ',');
    }
    return 0;
}

static const char *variable_text(const char *name)
{
    const char *text = getenv(name);
    return text && *text ? text : NULL;
}

static int read_sampler(ts_error *error)
{
    const char *name = variable_text("OTEL_TRACES_SAMPLER");
    if (!name || !strcmp(name, "parentbased_always_on") || !strcmp(name, "always_on")) return 0;
    exporter.unsampled = !strcmp(name, "parentbased_always_off") || !strcmp(name, "always_off");
    if (exporter.unsampled) return 0;
    return ts_fail(error, TS_BAD_CONFIG,
                   "OTEL_TRACES_SAMPLER: '%.60s' is not one of parentbased_always_on|"
                   "parentbased_always_off|always_on|always_off",
                   name);
}

/* The URL to post to, in new memory. */
static char *traces_url(ts_error *error)
{
    const char *exact = variable_text("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
    const char *base = exact ? exact : variable_text("OTEL_EXPORTER_OTLP_ENDPOINT");
    size_t length = strlen(base);
    char *url = NULL;
    if (strncmp(base, "http://", 7) && strncmp(base, "https://", 8)) {
        ts_fail(error, TS_BAD_CONFIG,
                "OTEL_EXPORTER_OTLP_ENDPOINT: expected a URL that begins with http:// or https://");
        return NULL;
    }
    while (length && base[length - 1] == '/') length--;
    if (exact) url = strdup(exact);
    else if (asprintf(&url, "%.*s/v1/traces", (int)length, base) < 0) url = NULL;
    if (!url) ts_no_memory(error, "a URL");
    return url;
}

static bool wanted(void)
{
    const char *disabled = variable_text("OTEL_SDK_DISABLED");
    if (disabled && !strcasecmp(disabled, "true")) return false;
    return variable_text("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") || variable_text("OTEL_EXPORTER_OTLP_ENDPOINT");
}

static int start(char **lines, ts_error *error)
{
    char *url = traces_url(error);
    if (!url) return -1;
    exporter.post = ts_post_new(url, (const char *const *)lines, error);
    free(url);
    exporter.queue = ts_alloc(QUEUE, sizeof *exporter.queue);
    exporter.batch = ts_alloc(BATCH, sizeof *exporter.batch);
    if (!exporter.post || !exporter.queue || !exporter.batch) return ts_no_memory(error, "spans");
    exporter.stopping = false;
    exporter.running = !pthread_create(&exporter.thread, NULL, export_spans, NULL);
    return exporter.running ? 0 : ts_fail(error, TS_FAILED, "no thread for the export of spans");
}

int ts_spans_open(const char *service, ts_error *error)
{
    char *lines[HEADERS + 2] = {NULL};
    const char *name = variable_text("OTEL_SERVICE_NAME");
    exporter.service = name ? name : service;
    exporter.attributes = variable_text("OTEL_RESOURCE_ATTRIBUTES");
    if (ts_meters_add(meters, error) || read_sampler(error)) return -1;
    if (!wanted()) return 0;
    int status = read_headers(variable_text("OTEL_EXPORTER_OTLP_HEADERS"), lines, error);
    for (size_t i = 0; i <= HEADERS && !status; i++) {
        if (lines[i]) continue;
        status = (lines[i] = strdup("Content-Type: application/json")) ? start(lines, error) : -1;
        break;
    }
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) free(lines[i]);
    return status;
}

void ts_spans_close(void)
{
    if (!exporter.running) return;
    pthread_mutex_lock(&exporter.lock);
    exporter.stopping = true;
    exporter.give_up = ts_clock_seconds() + close_seconds;
    pthread_cond_signal(&exporter.wake);
    pthread_mutex_unlock(&exporter.lock);
    pthread_join(exporter.thread, NULL);
    exporter.running = false;
    ts_post_free(exporter.post);
    free(exporter.queue);
    free(exporter.batch);
}

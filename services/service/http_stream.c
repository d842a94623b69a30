/* Streams of events: a connection that waits for news is suspended and costs a socket and a buffer, no thread.
 *
 * A suspended connection is not touched by libmicrohttpd until it is resumed, and it is resumed under the hub's lock
 * only while `suspended` says so: the connection and its socket cannot have gone. */
#define _GNU_SOURCE
#include "common/clock.h"
#include "common/memory.h"
#include "services/service/http_mhd.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

enum { WAITING_MOST = 256 << 10, BLOCK = 16 << 10, RETRY_SECONDS = 5 };
static const double beat_seconds = 15;

typedef struct ts_http_listener {
    struct ts_http_listener *next, *previous;
    ts_http_hub *hub;
    ts_http *http;
    struct MHD_Connection *connection;
    int file;
    ts_strbuf waiting;
    uint64_t topic; /* 0: all */
    bool suspended, ended;
} stream;

struct ts_http_hub {
    pthread_mutex_t lock;
    stream *streams;
    size_t count;
    bool closed;
    double beaten;
};

ts_http_hub *ts_http_hub_new(ts_error *error)
{
    ts_http_hub *hub = ts_alloc(1, sizeof *hub);
    if (!hub) ts_no_memory(error, "a stream");
    else pthread_mutex_init(&hub->lock, NULL);
    return hub;
}

void ts_http_hub_free(ts_http_hub *hub)
{
    if (!hub) return;
    pthread_mutex_destroy(&hub->lock);
    free(hub);
}

static void wake(stream *s)
{
    if (!s->suspended) return;
    s->suspended = false;
    MHD_resume_connection(s->connection);
}

/* Append what the client is to get, or give it up when it does not keep up. Called under the hub's lock. */
static void append(stream *s, const char *bytes, size_t length)
{
    if (s->ended) return;
    if (s->waiting.length + length > WAITING_MOST) {
        ts_meter_count(&ts_http_meters[TS_HTTP_CUT], 1, s->http->setup.name, "stream too slow", NULL);
        s->ended = true;
        ts_strbuf_clear(&s->waiting);
    } else {
        ts_strbuf_append(&s->waiting, bytes, length);
        if (s->waiting.failed) s->ended = true;
    }
    wake(s);
}

void ts_http_hub_publish(ts_http_hub *hub, const char *bytes, size_t length)
{
    pthread_mutex_lock(&hub->lock);
    for (stream *s = hub->streams; s; s = s->next) append(s, bytes, length);
    pthread_mutex_unlock(&hub->lock);
}

void ts_http_hub_publish_to(ts_http_hub *hub, uint64_t topic, const char *bytes, size_t length)
{
    pthread_mutex_lock(&hub->lock);
    for (stream *s = hub->streams; s; s = s->next)
        if (s->topic == topic) append(s, bytes, length);
    pthread_mutex_unlock(&hub->lock);
}

size_t ts_http_hub_listeners_to(ts_http_hub *hub, uint64_t topic)
{
    size_t count = 0;
    pthread_mutex_lock(&hub->lock);
    for (const stream *s = hub->streams; s; s = s->next) count += s->topic == topic;
    pthread_mutex_unlock(&hub->lock);
    return count;
}

size_t ts_http_hub_listeners(ts_http_hub *hub)
{
    pthread_mutex_lock(&hub->lock);
    size_t count = hub->count;
    pthread_mutex_unlock(&hub->lock);
    return count;
}

void ts_http_hub_close(ts_http_hub *hub)
{
    pthread_mutex_lock(&hub->lock);
    hub->closed = true;
    for (stream *s = hub->streams; s; s = s->next) {
        s->ended = true;
        wake(s);
    }
    pthread_mutex_unlock(&hub->lock);
}

static bool has_gone(const stream *s)
{
    struct pollfd file = {.fd = s->file, .events = POLLRDHUP};
    return s->suspended && poll(&file, 1, 0) > 0 && (file.revents & (POLLRDHUP | POLLHUP | POLLERR));
}

void ts_http_hub_keep(ts_http_hub *hub)
{
    static const char beat[] = ":\n\n";
    double now = ts_clock_seconds();
    pthread_mutex_lock(&hub->lock);
    bool beats = now - hub->beaten >= beat_seconds;
    if (beats) hub->beaten = now;
    for (stream *s = hub->streams; s; s = s->next) {
        if (has_gone(s)) {
            s->ended = true;
            wake(s);
        } else if (beats && s->suspended) {
            append(s, beat, sizeof beat - 1);
        }
    }
    pthread_mutex_unlock(&hub->lock);
}

/* libmicrohttpd wants bytes: those that wait, the end, or none for now. */
static ssize_t next_bytes(void *context, uint64_t position, char *into, size_t most)
{
    stream *s = context;
    ssize_t given = 0;
    (void)position;
    pthread_mutex_lock(&s->hub->lock);
    if (s->waiting.length > 0) {
        size_t length = s->waiting.length < most ? s->waiting.length : most;
        memcpy(into, s->waiting.text, length);
        memmove(s->waiting.text, s->waiting.text + length, s->waiting.length - length);
        s->waiting.length -= length;
        given = (ssize_t)length;
    } else if (s->ended) {
        given = MHD_CONTENT_READER_END_OF_STREAM;
    } else {
        s->suspended = true;
        MHD_suspend_connection(s->connection);
    }
    pthread_mutex_unlock(&s->hub->lock);
    return given;
}

/* Called under the listener's lock. */
static void show_count(const ts_http *http)
{
    ts_meter_set(&ts_http_meters[TS_HTTP_STREAMS_NOW], (double)http->streams, http->setup.name, NULL);
}

/* Takes a place if there is one, so that of two who ask at once only one gets the last. */
static bool take_place(ts_http *http)
{
    pthread_mutex_lock(&http->lock);
    bool taken = http->streams < TS_HTTP_STREAMS && !http->draining;
    if (taken) http->streams++;
    show_count(http);
    pthread_mutex_unlock(&http->lock);
    return taken;
}

static void give_place_back(ts_http *http)
{
    pthread_mutex_lock(&http->lock);
    http->streams--;
    show_count(http);
    pthread_mutex_unlock(&http->lock);
}

static void leave(void *context)
{
    stream *s = context;
    ts_http_hub *hub = s->hub;
    pthread_mutex_lock(&hub->lock);
    if (s->next) s->next->previous = s->previous;
    if (s->previous) s->previous->next = s->next;
    else hub->streams = s->next;
    hub->count--;
    pthread_mutex_unlock(&hub->lock);
    give_place_back(s->http);
    ts_strbuf_clear(&s->waiting);
    free(s);
}

static void join(stream *s)
{
    ts_http_hub *hub = s->hub;
    pthread_mutex_lock(&hub->lock);
    s->ended = s->ended || hub->closed;
    s->next = hub->streams;
    if (s->next) s->next->previous = s;
    hub->streams = s;
    hub->count++;
    pthread_mutex_unlock(&hub->lock);
}

static stream *new_stream(ts_http_exchange *exchange, uint64_t topic)
{
    ts_http *http = exchange->http;
    if (!*exchange->route->hub || !take_place(http)) return NULL;
    stream *s = ts_alloc(1, sizeof *s);
    if (!s) {
        give_place_back(http);
        return NULL;
    }
    s->hub = *exchange->route->hub;
    s->http = http;
    s->connection = exchange->connection;
    s->file = exchange->client ? exchange->client->file : -1;
    s->topic = topic;
    ts_strbuf_puts(&s->waiting, ":\n\n"); /* the client's event `open` comes at once */
    return s;
}

bool ts_http_listen(const ts_http_request *request, ts_http_reply *reply, uint64_t topic)
{
    ts_http_exchange *exchange = request->exchange;
    stream *s = new_stream(exchange, topic);
    if (!s) {
        ts_http_problem(reply, 503, "no stream is free: up to %d are served", TS_HTTP_STREAMS);
        reply->retry_after = RETRY_SECONDS;
        return false;
    }
    if (reply->body.length) append(s, reply->body.text, reply->body.length);
    join(s);
    exchange->listener = s;
    return true;
}

enum MHD_Result ts_http_stream(ts_http_exchange *exchange)
{
    ts_http *http = exchange->http;
    stream *s = exchange->listener;
    exchange->listener = NULL;
    struct MHD_Response *response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, next_bytes, s, leave);
    if (!response) {
        leave(s);
        return MHD_NO;
    }
    pthread_mutex_lock(&http->lock);
    http->busy--;
    pthread_mutex_unlock(&http->lock);
    exchange->busy = false;
    exchange->streaming = true;
    MHD_add_response_header(response, "Content-Type", "text/event-stream");
    MHD_add_response_header(response, "Cache-Control", "no-store");
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    enum MHD_Result queued = MHD_queue_response(exchange->connection, 200, response);
    MHD_destroy_response(response);
    return queued;
}

/* One request from its head to the end of its answer. */
#define _GNU_SOURCE
#include "common/clock.h"
#include "common/log.h"
#include "common/memory.h"
#include "services/service/http_mhd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *ts_http_query(const ts_http_request *request, const char *name)
{
    const ts_http_exchange *exchange = request->exchange;
    return MHD_lookup_connection_value(exchange->connection, MHD_GET_ARGUMENT_KIND, name);
}

const char *ts_http_header(const ts_http_request *request, const char *name)
{
    const ts_http_exchange *exchange = request->exchange;
    return MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, name);
}

/* Does the path match? `rest` receives what the asterisk stands for. */
static bool path_matches(const ts_http_route *route, const char *path, const char **rest)
{
    size_t length = strlen(route->path);
    *rest = "";
    if (route->path[length - 1] != '*') return !strcmp(route->path, path);
    *rest = path + length - 1;
    return !strncmp(route->path, path, length - 1) && **rest && !strchr(*rest, '/');
}

static bool method_matches(const ts_http_route *route, const char *method)
{
    return !strcmp(route->method, method) || (!strcmp(method, "HEAD") && !strcmp(route->method, "GET") && !route->hub);
}

/* Find the route, or make the reply a 404 or 405. */
static void find_route(ts_http_exchange *exchange)
{
    ts_http_reply *reply = &exchange->reply;
    bool path_known = false;
    for (const ts_http_route *route = exchange->http->setup.routes; route->method; route++) {
        const char *rest;
        if (!path_matches(route, exchange->request.path, &rest)) continue;
        size_t used = strlen(reply->allow);
        snprintf(reply->allow + used, sizeof reply->allow - used, "%s%s", used ? ", " : "", route->method);
        path_known = true;
        if (!method_matches(route, exchange->request.method)) continue;
        exchange->route = route;
        exchange->request.rest = rest;
        reply->allow[0] = '\0';
        return;
    }
    if (path_known) ts_http_problem(reply, 405, "this address takes %s", reply->allow);
    else ts_http_problem(reply, 404, "there is nothing at this address");
}

/* A page from elsewhere that has its own name point to this machine sends that name. */
static void check_host(ts_http_exchange *exchange)
{
    static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};
    const char *host = ts_http_header(&exchange->request, "Host");
    if (!exchange->http->setup.only_local_names || !host) return;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t length = strlen(names[i]);
        if (!strncasecmp(host, names[i], length) && (!host[length] || host[length] == ':')) return;
    }
    ts_http_problem(&exchange->reply, 421, "without tokens only requests to localhost are answered");
}

static void check_token(ts_http_exchange *exchange)
{
    const ts_token_rules *rules = exchange->http->setup.tokens;
    const char *said = ts_http_header(&exchange->request, "Authorization");
    ts_error error = {0};
    if (!rules) return;
    if (!said || strncasecmp(said, "Bearer ", 7)) {
        exchange->reply.challenge = "Bearer realm=\"tradestream\"";
        ts_http_problem(&exchange->reply, 401, "a token is needed: Authorization: Bearer ...");
    } else if (ts_token_check(rules, said + 7, ts_clock_now_ms() / 1000, exchange->subject, &error)) {
        exchange->reply.challenge = "Bearer realm=\"tradestream\", error=\"invalid_token\"";
        ts_http_problem(&exchange->reply, 401, "%s", error.text);
    } else {
        exchange->request.subject = exchange->subject;
    }
}

static void check_length(ts_http_exchange *exchange)
{
    const char *said = ts_http_header(&exchange->request, "Content-Length");
    size_t limit = exchange->http->setup.body_limit;
    if (said && strtoull(said, NULL, 10) > limit)
        ts_http_problem(&exchange->reply, 413, "a body may have up to %zu bytes", limit);
}

static void take_trace(ts_http_exchange *exchange)
{
    const char *parent = ts_http_header(&exchange->request, "traceparent");
    const char *state = ts_http_header(&exchange->request, "tracestate");
    if (parent && !ts_trace_parse(parent, state, &exchange->parent)) exchange->parent.trace_id[0] = '\0';
}

/* All that can be said by the head alone: a reply that has a status by now is the answer. */
static enum MHD_Result begin(ts_http_exchange *exchange)
{
    static void (*const steps[])(ts_http_exchange *) = {check_host, check_token, find_route, check_length};
    ts_http *http = exchange->http;
    take_trace(exchange);
    for (size_t i = 0; i < sizeof steps / sizeof *steps && !exchange->reply.status; i++) steps[i](exchange);
    ts_http_deadline(http, exchange->client, http->setup.body_seconds);
    return exchange->reply.status ? ts_http_send(exchange) : MHD_YES;
}

static ts_http_exchange *new_exchange(ts_http *http, struct MHD_Connection *connection, const char *path,
                                      const char *method)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    ts_http_exchange *exchange = ts_alloc(1, sizeof *exchange);
    if (!exchange) return NULL;
    exchange->http = http;
    exchange->connection = connection;
    exchange->client = info ? info->socket_context : NULL;
    exchange->began = ts_clock_seconds();
    exchange->busy = true;
    exchange->request = (ts_http_request){
        .method = method, .path = path, .rest = "", .body = "", .context = http->setup.context, .exchange = exchange};
    pthread_mutex_lock(&http->lock);
    http->busy++;
    pthread_mutex_unlock(&http->lock);
    return exchange;
}

/* What does not fit is read and thrown away: the answer is sent when the client has done. */
static void take_part(ts_http_exchange *exchange, const char *part, size_t length)
{
    size_t limit = exchange->http->setup.body_limit;
    if (exchange->reply.status) return;
    if (length > limit || exchange->body.length > limit - length)
        ts_http_problem(&exchange->reply, 413, "a body may have up to %zu bytes", limit);
    else ts_strbuf_append(&exchange->body, part, length);
    if (exchange->body.failed) ts_http_problem(&exchange->reply, 503, "no memory for the body");
}

static void log_request(const ts_http_exchange *exchange)
{
    bool quiet = exchange->http->setup.quiet;
    ts_log_event(quiet ? TS_LOG_DEBUG : TS_LOG_INFO, "request", TS_TEXT("method", exchange->request.method),
                 TS_TEXT("path", exchange->request.path),
                 TS_INT("status", exchange->reply.status ? exchange->reply.status : 200),
                 TS_REAL("seconds", ts_clock_seconds() - exchange->began));
}

static void run_route(ts_http_exchange *exchange)
{
    ts_span span;
    char status[16];
    ts_span_begin(&span, exchange->route->path, TS_SPAN_SERVER,
                  exchange->parent.trace_id[0] ? &exchange->parent : NULL);
    if (exchange->http->setup.quiet) span.trace.flags = 0; /* probes every second are nobody's trace */
    exchange->route->answer(&exchange->request, &exchange->reply);
    int got = exchange->reply.status ? exchange->reply.status : 200;
    log_request(exchange);
    snprintf(status, sizeof status, "%d", got);
    ts_span_note(&span, "http.request.method", exchange->request.method);
    ts_span_note(&span, "http.route", exchange->route->path);
    ts_span_note(&span, "http.response.status_code", status);
    ts_span_end(&span, got >= 500 ? &(ts_error){.code = TS_FAILED, .text = "server error"} : NULL);
}

static enum MHD_Result answer(ts_http_exchange *exchange)
{
    if (exchange->body.length) exchange->request.body = exchange->body.text;
    exchange->request.length = exchange->body.length;
    ts_http_deadline(exchange->http, exchange->client, 0); /* our own time is not the client's */
    if (!exchange->reply.status && exchange->route->answer) run_route(exchange);
    else if (!exchange->reply.status) ts_http_listen(&exchange->request, &exchange->reply, 0);
    if (exchange->listener) return ts_http_stream(exchange);
    ts_http_deadline(exchange->http, exchange->client, 2 * exchange->http->setup.body_seconds);
    return ts_http_send(exchange);
}

enum MHD_Result ts_http_take(void *http, struct MHD_Connection *connection, const char *path, const char *method,
                             const char *version, const char *part, size_t *part_length, void **context)
{
    ts_http_exchange *exchange = *context;
    (void)version;
    if (!exchange) {
        *context = exchange = new_exchange(http, connection, path, method);
        return exchange ? begin(exchange) : MHD_NO;
    }
    if (*part_length == 0) return answer(exchange);
    take_part(exchange, part, *part_length);
    *part_length = 0;
    return MHD_YES;
}

static void measure(const ts_http_exchange *exchange)
{
    const char *route = exchange->route ? exchange->route->path : "none", *name = exchange->http->setup.name;
    char status[16];
    snprintf(status, sizeof status, "%d", exchange->reply.status ? exchange->reply.status : 200);
    ts_meter_count(&ts_http_meters[TS_HTTP_REQUESTS], 1, name, route, status, NULL);
    if (exchange->streaming) return;
    ts_meter_observe(&ts_http_meters[TS_HTTP_SECONDS], ts_clock_seconds() - exchange->began, name, route, NULL);
}

void ts_http_done(void *context, struct MHD_Connection *connection, void **exchange_at,
                  enum MHD_RequestTerminationCode how)
{
    ts_http *http = context;
    ts_http_exchange *exchange = *exchange_at;
    (void)connection;
    (void)how;
    if (!exchange) return;
    measure(exchange);
    ts_http_deadline(http, exchange->client, http->setup.head_seconds);
    pthread_mutex_lock(&http->lock);
    if (exchange->busy) http->busy--;
    pthread_mutex_unlock(&http->lock);
    ts_strbuf_clear(&exchange->body);
    ts_strbuf_clear(&exchange->reply.body);
    free(exchange);
    *exchange_at = NULL;
}

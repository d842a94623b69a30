/* The frame of an HTTP listener: routes in a table, errors as application/problem+json (RFC 9457), limits on everything
 * a client sends and on the time it takes, and streams of events that cost no thread. Admin and API are both this.
 *
 * Answers run on a few threads of the listener and may block for a moment. The request's traceparent is the thread's
 * trace meanwhile. */
#ifndef TS_SERVICES_SERVICE_HTTP_H
#define TS_SERVICES_SERVICE_HTTP_H

#include "common/error.h"
#include "common/strbuf.h"
#include "services/service/listen.h"
#include "services/service/token.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TS_HTTP_STREAMS = 256 };

typedef struct ts_http ts_http;
typedef struct ts_http_hub ts_http_hub;

typedef struct ts_http_request {
    const char *method, *path;
    const char *rest; /* what the route's '*' stands for: not empty, no '/'; else "" */
    const char *body; /* ended by a 0 beyond its length; "" when there is none */
    size_t length;
    const char *subject; /* who the token belongs to; NULL without tokens */
    void *context;       /* the listener's */
    void *exchange;      /* for the two functions below */
} ts_http_request;

const char *ts_http_query(const ts_http_request *request, const char *name);  /* NULL: not given */
const char *ts_http_header(const ts_http_request *request, const char *name); /* NULL: not sent */

typedef struct ts_http_reply {
    int status;            /* 200 unless said otherwise */
    const char *type;      /* application/json unless said otherwise */
    ts_strbuf body;        /* freed by the frame; secrets are blanked in all but a status of 200 */
    char allow[64];        /* the header Allow, of a 405 */
    int retry_after;       /* seconds; 0: no such header */
    char link[512];        /* the header Link; "": none */
    const char *challenge; /* the header WWW-Authenticate, NULL: none */
} ts_http_reply;

/* Make the reply an error: `detail` is for people. */
void ts_http_problem(ts_http_reply *reply, int status, const char *detail, ...) __attribute__((format(printf, 3, 4)));

/* The same from an error: TS_USAGE and TS_BAD_DATA are the client's (400), TS_UNAVAILABLE is 503, all else 500. */
void ts_http_problem_of(ts_http_reply *reply, const ts_error *error);

typedef struct ts_http_route {
    const char *method; /* "GET" answers HEAD as well; NULL ends a table */
    const char *path;   /* exact, or ending in an asterisk after a slash */
    void (*answer)(const ts_http_request *request, ts_http_reply *reply); /* NULL: a listener to all of the hub */
    ts_http_hub *const *hub;                                              /* a stream of what is published there */
} ts_http_route;

typedef struct ts_http_setup {
    const char *name; /* "admin": in logs and metrics */
    ts_address address;
    const ts_http_route *routes; /* borrowed */
    void *context;
    const ts_token_rules *tokens;      /* who may come in; NULL: everybody. Borrowed */
    bool only_local_names;             /* refuse a Host that is not this machine: pages of others cannot call it */
    bool quiet;                        /* requests are logged as debug only */
    int threads, connections;          /* connections: the most at one time; more wait */
    size_t body_limit;                 /* bytes */
    double head_seconds, body_seconds; /* that a client may take to send either */
} ts_http_setup;

/* Limits that suit most: 4 threads, 1024 connections, 1 MiB, 10 s and 30 s. */
extern const ts_http_setup ts_http_usual;

/* The names of the listeners' metrics; once, before the first listener. */
int ts_http_meters_add(ts_error *error);

ts_http *ts_http_open(const ts_http_setup *setup, ts_error *error);
int ts_http_port(const ts_http *http);

/* Take no more connections, end the streams, and wait up to `seconds` for answers under way. */
void ts_http_drain(ts_http *http, double seconds);
void ts_http_close(ts_http *http); /* accepts NULL; after this its hubs may be freed */

/* A stream of events for many clients: each text published goes to all that listen. A client that has 256 KiB waiting
 * is too slow and is cut off. At most TS_HTTP_STREAMS a listener, then 503. A comment every 15 s keeps them open. */
ts_http_hub *ts_http_hub_new(ts_error *error);
void ts_http_hub_free(ts_http_hub *hub);
void ts_http_hub_publish(ts_http_hub *hub, const char *bytes, size_t length); /* whole events of text/event-stream */
size_t ts_http_hub_listeners(ts_http_hub *hub);

/* A route with a hub and an answer: the answer may refuse, say something and end, or call this, after which the client
 * gets what the reply's body holds (less than 256 KiB) and then what is published for the topic, from this call on; no
 * topic is 0. When no stream is free the reply becomes a 503, and false is returned. */
bool ts_http_listen(const ts_http_request *request, ts_http_reply *reply, uint64_t topic);

void ts_http_hub_publish_to(ts_http_hub *hub, uint64_t topic, const char *bytes, size_t length);
size_t ts_http_hub_listeners_to(ts_http_hub *hub, uint64_t topic);

#endif

/* The listener as its own files see it: the only place that knows libmicrohttpd. */
#ifndef TS_SERVICES_SERVICE_HTTP_MHD_H
#define TS_SERVICES_SERVICE_HTTP_MHD_H

#include "common/trace.h"
#include "services/service/http.h"
#include "services/service/meter.h"
#include "services/service/span.h"

#include <microhttpd.h>
#include <pthread.h>

/* One connection. Its socket is shut down when the deadline passes, whatever the client does meanwhile. */
typedef struct ts_http_client {
    struct ts_http_client *next, *previous;
    int file;
    double deadline; /* monotonic seconds; 0: none */
} ts_http_client;

struct ts_http {
    ts_http_setup setup;
    struct MHD_Daemon *daemon;
    int port;
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t wake;
    ts_http_client *clients;
    size_t busy;    /* requests between their head and their end, streams not counted */
    size_t streams; /* listening now */
    bool draining, stopping;
    bool keeping; /* the thread below runs */
    pthread_t keeper;
};

/* One request and its answer. */
typedef struct ts_http_exchange {
    ts_http *http;
    struct MHD_Connection *connection;
    ts_http_client *client;
    const ts_http_route *route;
    ts_http_request request;
    ts_http_reply reply;
    ts_strbuf body;
    ts_trace parent; /* from the client; no trace_id: none came */
    double began;
    bool busy, streaming;
    struct ts_http_listener *listener; /* from ts_http_listen until its answer is queued */
    char subject[128];
} ts_http_exchange;

enum { TS_HTTP_REQUESTS, TS_HTTP_SECONDS, TS_HTTP_STREAMS_NOW, TS_HTTP_CUT };
extern const ts_meter ts_http_meters[];

/* libmicrohttpd's callbacks. */
enum MHD_Result ts_http_take(void *http, struct MHD_Connection *connection, const char *path, const char *method,
                             const char *version, const char *part, size_t *part_length, void **exchange);
void ts_http_done(void *http, struct MHD_Connection *connection, void **exchange, enum MHD_RequestTerminationCode how);
void ts_http_client_event(void *http, struct MHD_Connection *connection, void **client,
                          enum MHD_ConnectionNotificationCode what);

/* Shut down the sockets of clients that are late; start and stop the thread that does so. */
int ts_http_keeper_start(ts_http *http, ts_error *error);
void ts_http_keeper_stop(ts_http *http);
void ts_http_deadline(ts_http *http, ts_http_client *client, double seconds); /* from now; 0: none */

/* Send what the reply holds; frees its body. */
enum MHD_Result ts_http_send(ts_http_exchange *exchange);

/* Answer with the stream that the exchange has become a listener of. */
enum MHD_Result ts_http_stream(ts_http_exchange *exchange);
void ts_http_hub_close(ts_http_hub *hub); /* ends all streams, now and later */
void ts_http_hub_keep(ts_http_hub *hub);  /* notices those who have gone, keeps the others open; about every second */

#endif

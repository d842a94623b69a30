/* WebSocket clients, by libwebsockets: connections of one thread, which are served while ts_websockets_run runs. TLS is
 * verified against the machine's authorities and perhaps one more, the host's name with it. Compressed messages are
 * taken when the server offers them. Nothing here waits, reconnects or knows what messages mean. */
#ifndef TS_INGEST_WEBSOCKET_H
#define TS_INGEST_WEBSOCKET_H

#include "common/error.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct ts_websockets ts_websockets;
typedef struct ts_websocket ts_websocket;

/* What happens to a connection. The functions may send and close. */
typedef struct ts_websocket_events {
    void (*opened)(void *user);
    void (*message)(void *user, const char *bytes, size_t size); /* whole, valid until the return */
    void (*closed)(void *user, const char *why);                 /* or it could not be opened; comes once */
} ts_websocket_events;

/* `ca_file`: one more authority for TLS, PEM; NULL: none. A message of more than `message_limit` bytes closes its
 * connection. TS_BAD_CONFIG: the file cannot be read. */
ts_websockets *ts_websockets_new(const char *ca_file, size_t message_limit, ts_error *error);
void ts_websockets_free(ts_websockets *all); /* after its connections */

/* Serve all connections for so many seconds. */
void ts_websockets_run(ts_websockets *all, double seconds);

/* "wss://host[:port][/path]", or ws://. Nothing is connected yet. TS_BAD_CONFIG: the URL is none of these. The events
 * are borrowed. */
ts_websocket *ts_websocket_new(ts_websockets *all, const char *url, const ts_websocket_events *events, void *user,
                               ts_error *error);
void ts_websocket_free(ts_websocket *socket); /* without an event */

/* Begin to connect; `opened` or `closed` tells how it went, the latter perhaps before the return. The name of the host
 * is looked up at once, which may take long when the name server does not answer. */
void ts_websocket_connect(ts_websocket *socket);

/* Send a text message as soon as possible; what cannot be sent before the connection is gone is dropped. */
void ts_websocket_send(ts_websocket *socket, const char *text, size_t length);

/* Close at once, without waiting for the other side; `closed` is called with `why` before the return. */
void ts_websocket_close(ts_websocket *socket, const char *why);

#endif

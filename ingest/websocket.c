#include "ingest/websocket.h"

#include "common/memory.h"
#include "common/strbuf.h"

#include <libwebsockets.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { URL = 512, WHY = 256, CHUNK = 65536 };

/* The deadline comes first: libwebsockets hands it back to its callback. */
struct ts_websockets {
    lws_sorted_usec_list_t deadline;
    bool due;
    struct lws_context *context;
    size_t message_limit;
};

struct ts_websocket {
    ts_websockets *all;
    const ts_websocket_events *events;
    void *user;
    struct lws *wsi; /* NULL: not connected */
    bool live;       /* connecting or open: `closed` was not called yet */
    char url[URL], path[URL], why[WHY];
    const char *host; /* within url */
    int port;
    bool secure;
    ts_strbuf incoming,
        outgoing; /* a message so far; messages to send, each with LWS_PRE bytes and its length before */
};

static void gone(ts_websocket *socket, const char *why)
{
    char text[WHY];
    if (!socket->live) return;
    snprintf(text, sizeof text, "%s", why && *why ? why : "the connection is gone");
    socket->live = false;
    socket->wsi = NULL;
    ts_strbuf_reset(&socket->incoming);
    ts_strbuf_reset(&socket->outgoing);
    socket->events->closed(socket->user, text);
}

/* Nothing of this connection is told any more. */
static void detach(ts_websocket *socket)
{
    struct lws *wsi = socket->wsi;
    socket->wsi = NULL;
    if (!wsi) return;
    lws_set_opaque_user_data(wsi, NULL);
    lws_set_timeout(wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
}

/* Part of a message. Connections are never closed by returning -1 from here: libwebsockets 4.1 then reads what it freed
 * when more of the message has come already. */
static void receive(ts_websocket *socket, struct lws *wsi, const char *bytes, size_t size)
{
    char why[WHY];
    if (lws_is_first_fragment(wsi)) ts_strbuf_reset(&socket->incoming);
    if (size > socket->all->message_limit - socket->incoming.length) {
        snprintf(why, sizeof why, "a message of more than %zu bytes", socket->all->message_limit);
        ts_websocket_close(socket, why);
        return;
    }
    if (size) ts_strbuf_append(&socket->incoming, bytes, size);
    if (ts_strbuf_failed(&socket->incoming)) {
        ts_strbuf_clear(&socket->incoming);
        ts_websocket_close(socket, "no memory for a message");
    } else if (lws_is_final_fragment(wsi)) {
        const char *text = socket->incoming.text ? socket->incoming.text : "";
        socket->events->message(socket->user, text, socket->incoming.length);
        ts_strbuf_reset(&socket->incoming);
    }
}

/* The oldest of the messages to send. */
static int write_next(ts_websocket *socket, struct lws *wsi)
{
    ts_strbuf *out = &socket->outgoing;
    size_t length;
    if (!out->length) return 0;
    memcpy(&length, out->text, sizeof length);
    size_t whole = sizeof length + LWS_PRE + length;
    int written = lws_write(wsi, (unsigned char *)out->text + sizeof length + LWS_PRE, length, LWS_WRITE_TEXT);
    memmove(out->text, out->text + whole, out->length - whole);
    out->length -= whole;
    if (written < (int)length) return -1;
    if (out->length) lws_callback_on_writable(wsi);
    return 0;
}

/* The reason that the server gives: two bytes of a code, and a text. */
static void note_reason(ts_websocket *socket, const unsigned char *bytes, size_t size)
{
    int code = size >= 2 ? bytes[0] << 8 | bytes[1] : 0, length = size > 2 ? (int)size - 2 : 0;
    snprintf(socket->why, sizeof socket->why, "the server closed it with %d%s%.*s", code, length ? ": " : "", length,
             length ? (const char *)bytes + 2 : "");
}

/* What libwebsockets says of a connection that could not be opened, and what it does not say. */
static void note_failure(ts_websocket *socket, struct lws *wsi, const char *text, int length)
{
    unsigned status = lws_http_client_http_response(wsi);
    char answer[32] = "";
    bool tls = socket->secure && length >= 7 && !memcmp(text, "connect", 7);
    if (status > 101 && status < 600) snprintf(answer, sizeof answer, ": HTTP %u", status);
    snprintf(socket->why, sizeof socket->why, "it cannot be connected: %.*s%s%s", length, length ? text : "", answer,
             tls ? " (is its certificate for this host, and of an authority known here?)" : "");
}

static int called(struct lws *wsi, enum lws_callback_reasons reason, void *unused, void *in, size_t size)
{
    (void)unused;
    ts_websocket *socket = wsi ? lws_get_opaque_user_data(wsi) : NULL;
    if (!socket) return 0;
    switch (reason) {
    case LWS_CALLBACK_CLIENT_ESTABLISHED:
        socket->wsi = wsi;
        socket->events->opened(socket->user);
        return 0;
    case LWS_CALLBACK_CLIENT_RECEIVE: receive(socket, wsi, in, size); return 0;
    case LWS_CALLBACK_CLIENT_WRITEABLE: return write_next(socket, wsi);
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE: note_reason(socket, in, size); return 0;
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
        note_failure(socket, wsi, in, in ? (int)size : 0);
        lws_set_opaque_user_data(wsi, NULL);
        gone(socket, socket->why);
        return 0;
    case LWS_CALLBACK_CLIENT_CLOSED:
        lws_set_opaque_user_data(wsi, NULL);
        gone(socket, socket->why);
        return 0;
    default: return 0;
    }
}

static const struct lws_protocols protocols[] = {{"tradestream", called, 0, CHUNK, 0, NULL, 0},
                                                 {NULL, NULL, 0, 0, 0, NULL, 0}};

static const struct lws_extension extensions[] = {
    {"permessage-deflate", lws_extension_callback_pm_deflate,
     "permessage-deflate; client_no_context_takeover; client_max_window_bits"},
    {NULL, NULL, NULL},
};

ts_websockets *ts_websockets_new(const char *ca_file, size_t message_limit, ts_error *error)
{
    if (ca_file && access(ca_file, R_OK))
        return ts_fail(error, TS_BAD_CONFIG, "the file of authorities for TLS, %s, cannot be read", ca_file), NULL;
    ts_websockets *all = ts_alloc(1, sizeof *all);
    if (!all) return ts_no_memory(error, "WebSocket connections"), NULL;
    lws_set_log_level(0, NULL); /* what goes wrong is told by the events */
    struct lws_context_creation_info info = {.port = CONTEXT_PORT_NO_LISTEN,
                                             .protocols = protocols,
                                             .extensions = extensions,
                                             .client_ssl_ca_filepath = ca_file,
                                             .options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT,
                                             .fd_limit_per_thread = 1024,
                                             .gid = (gid_t)-1,
                                             .uid = (uid_t)-1};
    all->message_limit = message_limit;
    all->context = lws_create_context(&info);
    if (all->context) return all;
    free(all);
    return ts_fail(error, TS_BAD_CONFIG, "WebSocket connections cannot be made%s%s",
                   ca_file ? ": is this a file of authorities for TLS? " : "", ca_file ? ca_file : ""),
           NULL;
}

void ts_websockets_free(ts_websockets *all)
{
    if (!all) return;
    lws_context_destroy(all->context);
    free(all);
}

/* lws_service calls this and then waits for the network all the same, unless it is woken. */
static void end_run(lws_sorted_usec_list_t *deadline)
{
    ts_websockets *all = (void *)deadline;
    all->due = true;
    lws_cancel_service(all->context);
}

void ts_websockets_run(ts_websockets *all, double seconds)
{
    all->due = false;
    lws_sul_schedule(all->context, 0, &all->deadline, end_run, (lws_usec_t)(seconds * 1e6) + 1);
    while (!all->due && lws_service(all->context, 0) >= 0) {
    }
    lws_sul_schedule(all->context, 0, &all->deadline, end_run, LWS_SET_TIMER_USEC_CANCEL);
}

static int parse(ts_websocket *socket, const char *url, ts_error *error)
{
    const char *scheme, *path;
    bool fits = snprintf(socket->url, sizeof socket->url, "%s", url) < URL;
    if (!fits || lws_parse_uri(socket->url, &scheme, &socket->host, &socket->port, &path) || !*socket->host ||
        (strcmp(scheme, "ws") && strcmp(scheme, "wss")) || socket->port < 1 || socket->port > 65535)
        return ts_fail(error, TS_BAD_CONFIG, "'%.200s' is no URL of a WebSocket, such as wss://host:443/path", url);
    socket->secure = !strcmp(scheme, "wss");
    if (snprintf(socket->path, sizeof socket->path, "/%s", path + (*path == '/')) < URL) return 0;
    return ts_fail(error, TS_BAD_CONFIG, "'%.200s...' is too long for a URL", url);
}

ts_websocket *ts_websocket_new(ts_websockets *all, const char *url, const ts_websocket_events *events, void *user,
                               ts_error *error)
{
    ts_websocket *socket = ts_alloc(1, sizeof *socket);
    if (!socket) return ts_no_memory(error, "a WebSocket connection"), NULL;
    socket->all = all;
    socket->events = events;
    socket->user = user;
    if (!parse(socket, url, error)) return socket;
    free(socket);
    return NULL;
}

void ts_websocket_free(ts_websocket *socket)
{
    if (!socket) return;
    detach(socket);
    ts_strbuf_clear(&socket->incoming);
    ts_strbuf_clear(&socket->outgoing);
    free(socket);
}

void ts_websocket_connect(ts_websocket *socket)
{
    struct lws_client_connect_info info = {.context = socket->all->context,
                                           .address = socket->host,
                                           .port = socket->port,
                                           .ssl_connection = socket->secure ? LCCSCF_USE_SSL : 0,
                                           .path = socket->path,
                                           .host = socket->host,
                                           .origin = socket->host,
                                           .ietf_version_or_minus_one = -1,
                                           .local_protocol_name = "tradestream",
                                           .opaque_user_data = socket};
    socket->why[0] = '\0';
    socket->live = true;
    struct lws *wsi = lws_client_connect_via_info(&info);
    if (!wsi) gone(socket, *socket->why ? socket->why : "it cannot be connected");
    else if (socket->live) socket->wsi = wsi;
}

void ts_websocket_send(ts_websocket *socket, const char *text, size_t length)
{
    static const char room[LWS_PRE];
    if (!socket->wsi) return;
    ts_strbuf_append(&socket->outgoing, (const char *)&length, sizeof length);
    ts_strbuf_append(&socket->outgoing, room, sizeof room);
    ts_strbuf_append(&socket->outgoing, text, length);
    lws_callback_on_writable(socket->wsi);
}

void ts_websocket_close(ts_websocket *socket, const char *why)
{
    detach(socket);
    gone(socket, why);
}

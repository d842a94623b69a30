#include "ingest/feed.h"

#include "common/clock.h"
#include "common/memory.h"
#include "ingest/backoff.h"
#include "ingest/websocket.h"

#include <stdio.h>
#include <stdlib.h>

/* Connections are opened so far apart: each sends two subscriptions, and an exchange takes eight messages a second. A
 * connection that served for GOOD_S has proved itself. */
static const double SPACING_S = 0.3, GOOD_S = 60, TURN_S = 0.1;
enum { SYMBOLS_EACH = 50, MESSAGE_LIMIT = 8 << 20, CONNECTIONS = 200 };

typedef enum phase { WAITING, CONNECTING, OPEN } phase;

typedef struct link {
    struct ts_feed *feed;
    ts_websocket *socket;
    ts_stream *stream;
    ts_backoff backoff;
    phase phase;
    bool connected_before, told; /* of products that this connection does not serve */
    double until, since, heard;  /* monotonic: wait until; in this phase since; the last message that could be read */
} link;

struct ts_feed {
    ts_feed_settings settings; /* without the pointers to lists and texts */
    ts_websockets *sockets;
    link *link;
    size_t links;
    ts_feed_counts counts;
    double next_connect;
};

static double otherwise(double value, double usual) { return value > 0 ? value : usual; }

static void tell(ts_feed *feed, ts_feed_event event, const char *text)
{
    if (feed->settings.event) feed->settings.event(feed->settings.context, event, text);
}

static void enter(link *of, phase next)
{
    of->phase = next;
    of->since = ts_clock_seconds();
}

static void opened(void *user)
{
    link *of = user;
    enter(of, OPEN);
    of->feed->counts.reconnects += of->connected_before;
    of->feed->counts.connects++;
    of->connected_before = true;
    of->told = false;
    of->heard = of->since;
    ts_stream_opened(of->stream);
    tell(of->feed, TS_FEED_CONNECTED, "");
    ts_strbuf text = {0};
    for (size_t i = 0; ts_stream_subscription(of->stream, i, &text); i++) {
        if (!ts_strbuf_failed(&text)) ts_websocket_send(of->socket, text.text, text.length);
        ts_strbuf_reset(&text);
    }
    ts_strbuf_clear(&text);
}

static void message(void *user, const char *bytes, size_t size)
{
    link *of = user;
    ts_error error = {0};
    if (!ts_stream_message(of->stream, bytes, size, &error)) {
        of->heard = ts_clock_seconds();
        return;
    }
    tell(of->feed, error.code == TS_UNAVAILABLE ? TS_FEED_COMPLAINT : TS_FEED_BAD_MESSAGE, error.text);
}

static void closed(void *user, const char *why)
{
    link *of = user;
    enter(of, WAITING);
    of->until = of->since + ts_backoff_next(&of->backoff);
    of->feed->counts.closes++;
    ts_stream_closed(of->stream);
    tell(of->feed, TS_FEED_CLOSED, why);
}

static const ts_websocket_events events = {opened, message, closed};

static int add_link(ts_feed *feed, const char *const *symbol, size_t count, ts_error *error)
{
    const ts_feed_settings *settings = &feed->settings;
    link *added = &feed->link[feed->links];
    const char *url = settings->url                          ? settings->url
                      : settings->source == TS_FEED_ADVANCED ? TS_FEED_ADVANCED_URL
                                                             : TS_FEED_EXCHANGE_URL;
    *added = (link){.feed = feed};
    added->backoff = ts_backoff_make(otherwise(settings->backoff_first_s, 0.5), otherwise(settings->backoff_most_s, 30),
                                     settings->seed, (uint32_t)feed->links);
    feed->links++;
    added->stream = ts_stream_new(settings->source, symbol, count, (int64_t)(settings->grace_s * 1e6), settings->minute,
                                  settings->context, &feed->counts.stream, error);
    if (added->stream) added->socket = ts_websocket_new(feed->sockets, url, &events, added, error);
    return added->socket ? 0 : -1;
}

static int add_links(ts_feed *feed, const ts_feed_settings *settings, ts_error *error)
{
    size_t each = settings->symbols_per_connection ? settings->symbols_per_connection : SYMBOLS_EACH;
    size_t links = (settings->symbols + each - 1) / each;
    if (!settings->symbols) return ts_fail(error, TS_USAGE, "a feed needs at least one symbol");
    if (links > CONNECTIONS)
        return ts_fail(error, TS_USAGE, "%zu symbols by %zu a connection are more than %d connections",
                       settings->symbols, each, CONNECTIONS);
    if (!(settings->grace_s >= 0 && settings->grace_s <= TS_GRACE_LIMIT_S))
        return ts_fail(error, TS_BAD_CONFIG, "the grace is %g seconds; it is between 0 and %d", settings->grace_s,
                       TS_GRACE_LIMIT_S);
    feed->link = ts_alloc(links, sizeof *feed->link);
    if (!feed->link) return ts_no_memory(error, "a feed");
    for (size_t from = 0; from < settings->symbols; from += each) {
        size_t count = settings->symbols - from < each ? settings->symbols - from : each;
        if (add_link(feed, settings->symbol + from, count, error)) return -1;
    }
    return 0;
}

ts_feed *ts_feed_open(const ts_feed_settings *settings, ts_error *error)
{
    ts_feed *feed = ts_alloc(1, sizeof *feed);
    if (!feed) return ts_no_memory(error, "a feed"), NULL;
    feed->settings = *settings;
    feed->sockets =
        ts_websockets_new(settings->ca_file, settings->message_limit ? settings->message_limit : MESSAGE_LIMIT, error);
    if (feed->sockets && !add_links(feed, settings, error)) {
        feed->settings.url = feed->settings.ca_file = NULL;
        feed->settings.symbol = NULL;
        return feed;
    }
    ts_feed_close(feed);
    return NULL;
}

void ts_feed_close(ts_feed *feed)
{
    if (!feed) return;
    for (size_t i = 0; i < feed->links; i++) {
        ts_websocket_free(feed->link[i].socket);
        ts_stream_free(feed->link[i].stream);
    }
    ts_websockets_free(feed->sockets);
    free(feed->link);
    free(feed);
}

static void give_up(link *of, const char *what, double seconds)
{
    char why[128];
    snprintf(why, sizeof why, "%s for %g s", what, seconds);
    ts_websocket_close(of->socket, why);
}

/* Once a connection. */
static void tell_unconfirmed(link *of)
{
    ts_strbuf names = {0};
    if (of->told) return;
    of->told = true;
    ts_stream_unconfirmed(of->stream, &names);
    ts_strbuf_puts(
        &names, names.length ? ": the exchange does not send their trades, and REST is asked for their minutes" : "");
    if (names.length && !ts_strbuf_failed(&names)) tell(of->feed, TS_FEED_COMPLAINT, names.text);
    ts_strbuf_clear(&names);
}

static void look_after_open(link *of, double now)
{
    const ts_feed_settings *settings = &of->feed->settings;
    double silence = otherwise(settings->silence_s, 10), patience = otherwise(settings->connect_s, 10);
    if (now - of->heard > silence) {
        of->feed->counts.silences++;
        give_up(of, "no message", silence);
    } else if (now - of->since > patience && !ts_stream_covered(of->stream)) {
        give_up(of, "the exchange confirmed no subscription", patience);
    } else {
        if (now - of->since > patience) tell_unconfirmed(of);
        if (now - of->since > GOOD_S) ts_backoff_reset(&of->backoff);
    }
}

static void look_after(link *of)
{
    ts_feed *feed = of->feed;
    double now = ts_clock_seconds(), patience = otherwise(feed->settings.connect_s, 10);
    if (of->phase == OPEN) look_after_open(of, now);
    else if (of->heard > 0) ts_stream_quiet(of->stream, now - of->heard);
    if (of->phase == CONNECTING && now - of->since > patience) give_up(of, "it is not open", patience);
    if (of->phase != WAITING || now < of->until || now < feed->next_connect) return;
    feed->next_connect = now + SPACING_S;
    enter(of, CONNECTING);
    ts_websocket_connect(of->socket);
}

void ts_feed_step(ts_feed *feed, double seconds)
{
    double end = ts_clock_seconds() + seconds, left;
    do {
        for (size_t i = 0; i < feed->links; i++) look_after(&feed->link[i]);
        left = end - ts_clock_seconds();
        ts_websockets_run(feed->sockets, left > TURN_S ? TURN_S : left > 0 ? left : 0);
    } while (left > TURN_S);
}

ts_feed_counts ts_feed_count(const ts_feed *feed)
{
    ts_feed_counts counts = feed->counts;
    counts.connections = feed->links;
    counts.symbols = counts.covered = counts.open = 0;
    for (size_t i = 0; i < feed->links; i++) {
        counts.open += feed->link[i].phase == OPEN;
        counts.symbols += ts_stream_symbols(feed->link[i].stream);
        counts.covered += ts_stream_covered(feed->link[i].stream);
    }
    return counts;
}

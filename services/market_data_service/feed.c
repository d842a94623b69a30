#include "services/market_data_service/feed.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/memory.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { AT_ONCE = 1000 }; /* bars; their text is less than what a stream may have waiting */

typedef struct heard { /* a series that somebody listens to */
    ts_store_key source;
    int64_t interval_ms, sent_ms; /* of the bars that are sent; the open of the last that was */
    uint64_t topic;
    bool failing;
} heard;

struct market_feed {
    market_shelf *shelf;
    pthread_mutex_t lock; /* held while bars are read, so that who joins misses none */
    heard heard[TS_HTTP_STREAMS + 1];
    size_t count;
    uint64_t last_topic;
};

ts_http_hub *market_feed_hub;

market_feed *market_feed_new(market_shelf *shelf, ts_error *error)
{
    market_feed *feed = ts_alloc(1, sizeof *feed);
    if (!feed) {
        ts_no_memory(error, "streams");
        return NULL;
    }
    feed->shelf = shelf;
    pthread_mutex_init(&feed->lock, NULL);
    market_feed_hub = ts_http_hub_new(error);
    if (market_feed_hub) return feed;
    market_feed_free(feed);
    return NULL;
}

void market_feed_free(market_feed *feed)
{
    if (!feed) return;
    ts_http_hub_free(market_feed_hub);
    market_feed_hub = NULL;
    pthread_mutex_destroy(&feed->lock);
    free(feed);
}

static void put_events(const ts_series *bars, ts_strbuf *into)
{
    char time[TS_TIME_TEXT];
    for (size_t bar = 0; bar < bars->bars; bar++) {
        ts_json json = {.compact = true};
        ts_json_object(&json, NULL);
        market_put_bar(&json, bars, bar);
        ts_json_object_end(&json);
        ts_strbuf_printf(into, "id: %s\nevent: candle\ndata: ", ts_time_text(bars->time[bar], time));
        ts_strbuf_append(into, json.out.text, json.out.length);
        ts_strbuf_puts(into, "\n\n");
        into->failed = into->failed || json.out.failed;
        ts_strbuf_clear(&json.out);
    }
}

/* Up to AT_ONCE whole bars that open after `after_ms`, before `to_ms`. */
static int read_after(market_feed *feed, const heard *series, int64_t after_ms, int64_t to_ms, ts_series *bars,
                      ts_error *error)
{
    size_t whole;
    const ts_resampling how = {
        .interval_ms = series->interval_ms, .from_ms = after_ms + 1, .to_ms = to_ms, .most = AT_ONCE};
    return market_shelf_bars(feed->shelf, &series->source, &how, bars, &whole, error);
}

static void publish_news(market_feed *feed, heard *series)
{
    ts_series bars = {0};
    ts_strbuf events = {0};
    ts_error error = {0};
    bool failed = read_after(feed, series, series->sent_ms, INT64_MAX, &bars, &error);
    if (failed && !series->failing)
        ts_log_event(TS_LOG_ERROR, "a series that is listened to cannot be read", TS_TEXT("error", error.text));
    series->failing = failed;
    if (bars.bars) put_events(&bars, &events);
    if (bars.bars && !ts_strbuf_failed(&events)) {
        ts_http_hub_publish_to(market_feed_hub, series->topic, events.text, events.length);
        series->sent_ms = bars.time[bars.bars - 1];
    }
    ts_strbuf_clear(&events);
    ts_series_clear(&bars);
}

void market_feed_look(market_feed *feed)
{
    pthread_mutex_lock(&feed->lock);
    for (size_t i = 0; i < feed->count;) {
        if (ts_http_hub_listeners_to(market_feed_hub, feed->heard[i].topic)) publish_news(feed, &feed->heard[i++]);
        else feed->heard[i] = feed->heard[--feed->count];
    }
    pthread_mutex_unlock(&feed->lock);
}

static bool same_series(const heard *series, const ts_store_key *source, int64_t interval_ms)
{
    return series->interval_ms == interval_ms && series->source.interval_ms == source->interval_ms &&
           !strcmp(series->source.symbol, source->symbol) && !strcmp(series->source.exchange, source->exchange);
}

/* The open of the last whole bar after `after_ms`; *last_ms is left alone when there is none. */
static int last_after(market_feed *feed, const heard *series, int64_t after_ms, int64_t *last_ms, ts_error *error)
{
    for (size_t got = AT_ONCE; got == AT_ONCE;) {
        ts_series bars = {0};
        if (read_after(feed, series, after_ms, INT64_MAX, &bars, error)) return -1;
        got = bars.bars;
        if (got) after_ms = *last_ms = bars.time[got - 1];
        ts_series_clear(&bars);
    }
    return 0;
}

/* The open of the last whole bar there is, INT64_MIN: none. It is near the end, unless there is a hole: then further
 * back. */
static int find_last(market_feed *feed, const heard *series, int64_t *last_ms, ts_error *error)
{
    ts_store_summary summary;
    *last_ms = INT64_MIN;
    if (ts_store_summarise(&series->source, &summary, error)) return -1;
    int64_t span = summary.last_ms - summary.first_ms;
    for (int64_t back = 2 * series->interval_ms; *last_ms == INT64_MIN; back *= 2) {
        if (last_after(feed, series, summary.last_ms - back, last_ms, error)) return -1;
        if (back > span + series->interval_ms) break;
    }
    return 0;
}

/* The entry of a series, a new one when nobody listens to it yet. NULL: the reply says why. */
static heard *find_heard(market_feed *feed, const ts_store_key *source, int64_t interval_ms, ts_http_reply *reply)
{
    for (size_t i = 0; i < feed->count; i++)
        if (same_series(&feed->heard[i], source, interval_ms)) return &feed->heard[i];
    heard series = {.source = *source, .interval_ms = interval_ms, .topic = feed->last_topic + 1};
    ts_error error = {0};
    if (feed->count == sizeof feed->heard / sizeof *feed->heard) { /* of many who left within a second */
        ts_http_problem(reply, 503, "too many series are listened to");
        reply->retry_after = 5;
        return NULL;
    }
    if (find_last(feed, &series, &series.sent_ms, &error)) {
        ts_log_event(TS_LOG_ERROR, "a series cannot be read", TS_TEXT("error", error.text));
        ts_http_problem(reply, 500, "the candles of %s cannot be read; the service's log says why", source->symbol);
        return NULL;
    }
    feed->last_topic++;
    feed->heard[feed->count] = series;
    return &feed->heard[feed->count++];
}

/* What a client has missed. False: it is more than fits, or an error; the reply is complete. */
static bool put_missed(market_feed *feed, const heard *series, int64_t after_ms, ts_http_reply *reply)
{
    ts_series bars = {0};
    ts_error error = {0};
    if (after_ms >= series->sent_ms) return true;
    if (read_after(feed, series, after_ms, series->sent_ms + 1, &bars, &error)) {
        ts_log_event(TS_LOG_ERROR, "a series cannot be read", TS_TEXT("error", error.text));
        ts_http_problem(reply, 500, "the candles cannot be read; the service's log says why");
        return false;
    }
    bool more = bars.bars == AT_ONCE;
    if (more) ts_strbuf_puts(&reply->body, "retry: 100\n\n");
    put_events(&bars, &reply->body);
    if (more) reply->type = "text/event-stream";
    ts_series_clear(&bars);
    return !more;
}

void market_feed_join(market_feed *feed, const ts_http_request *request, const ts_store_key *source,
                      int64_t interval_ms, int64_t after_ms, ts_http_reply *reply)
{
    pthread_mutex_lock(&feed->lock);
    heard *series = find_heard(feed, source, interval_ms, reply);
    if (series && put_missed(feed, series, after_ms, reply)) ts_http_listen(request, reply, series->topic);
    pthread_mutex_unlock(&feed->lock);
}

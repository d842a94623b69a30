#include "services/candle_ingestor/ingestor_meters.h"

#include <stddef.h>

enum {
    STORED,
    DIFFERENT,
    ABSENT,
    DAMAGED,
    SETTLED,
    WANTED,
    AWAY,
    REQUESTS,
    RETRIES,
    LIMITED,
    TRADES,
    MINUTES,
    CONNECTED,
    COVERED,
    RECONNECTS,
    BAD_MESSAGES,
    ROWS
};

const ts_meter ts_ingestor_meters[] = {
    [STORED] = {"tradestream_candles_stored_total", TS_COUNTER, "origin", NULL, "Candles that the store took."},
    [DIFFERENT] = {"tradestream_candles_differing_total", TS_COUNTER, "against", NULL,
                   "Minutes of which REST and clean trades, or REST and what it said before, do not say the same; "
                   "absent: where it "
                   "has no candle and there were trades."},
    [ABSENT] = {"tradestream_candles_absent_total", TS_COUNTER, NULL, NULL, "Minutes that the exchange does not have."},
    [DAMAGED] = {"tradestream_symbols_damaged", TS_GAUGE, NULL, NULL,
                 "Symbols that are left out, as their part of the store cannot be read."},
    [SETTLED] = {"tradestream_candles_settled_total", TS_COUNTER, NULL, NULL,
                 "Candles that went from the journal into batches."},
    [WANTED] = {"tradestream_candles_wanted", TS_GAUGE, NULL, NULL, "Minutes that REST is to be asked for."},
    [AWAY] = {"tradestream_exchange_away", TS_GAUGE, NULL, NULL, "1 when REST did not answer the last time."},
    [REQUESTS] = {"tradestream_rest_requests_total", TS_COUNTER, NULL, NULL,
                  "Requests to the exchange's REST interface."},
    [RETRIES] = {"tradestream_rest_retries_total", TS_COUNTER, NULL, NULL,
                 "Of these, after an answer that was no good."},
    [LIMITED] = {"tradestream_rest_limited_total", TS_COUNTER, NULL, NULL,
                 "Answers that there were too many requests."},
    [TRADES] = {"tradestream_feed_trades_total", TS_COUNTER, NULL, NULL, "Trades received."},
    [MINUTES] = {"tradestream_feed_candles_total", TS_COUNTER, "kind", NULL, "Minutes that the feed gave out."},
    [CONNECTED] = {"tradestream_feed_connections", TS_GAUGE, NULL, NULL, "Connections that are open."},
    [COVERED] = {"tradestream_feed_symbols_covered", TS_GAUGE, NULL, NULL, "Symbols whose trades are received."},
    [RECONNECTS] = {"tradestream_feed_reconnects_total", TS_COUNTER, NULL, NULL, "Connections made again."},
    [BAD_MESSAGES] = {"tradestream_feed_bad_messages_total", TS_COUNTER, NULL, NULL,
                      "Messages that could not be read."},
    [ROWS] = {0}};

/* A counter: where it is in ts_ingestor_now. */
static const struct counter {
    int row;
    size_t offset;
    const char *label;
} counters[] = {
    {STORED, offsetof(ts_ingestor_now, kept.from_trades), "trades"},
    {STORED, offsetof(ts_ingestor_now, kept.from_rest), "rest"},
    {DIFFERENT, offsetof(ts_ingestor_now, kept.differing), "trades"},
    {DIFFERENT, offsetof(ts_ingestor_now, kept.restated), "rest"},
    {DIFFERENT, offsetof(ts_ingestor_now, kept.unsaid), "absent"},
    {ABSENT, offsetof(ts_ingestor_now, kept.absent), NULL},
    {SETTLED, offsetof(ts_ingestor_now, kept.settled), NULL},
    {REQUESTS, offsetof(ts_ingestor_now, rest.requests), NULL},
    {RETRIES, offsetof(ts_ingestor_now, rest.retries), NULL},
    {LIMITED, offsetof(ts_ingestor_now, rest.limited), NULL},
    {TRADES, offsetof(ts_ingestor_now, feed.stream.minutes.trades), NULL},
    {MINUTES, offsetof(ts_ingestor_now, feed.stream.minutes.bars), "bar"},
    {MINUTES, offsetof(ts_ingestor_now, feed.stream.minutes.empty), "empty"},
    {MINUTES, offsetof(ts_ingestor_now, feed.stream.minutes.dirty), "dirty"},
    {RECONNECTS, offsetof(ts_ingestor_now, feed.reconnects), NULL},
    {BAD_MESSAGES, offsetof(ts_ingestor_now, feed.stream.decode_errors), NULL},
};

static uint64_t at(const ts_ingestor_now *now, size_t offset)
{
    return *(const uint64_t *)(const void *)((const char *)now + offset);
}

void ts_ingestor_measure(ts_ingestor_now *seen, const ts_ingestor_now *now)
{
    for (size_t i = 0; i < sizeof counters / sizeof *counters; i++) {
        const struct counter *c = &counters[i];
        uint64_t is = at(now, c->offset), was = at(seen, c->offset);
        if (is > was) ts_meter_count(&ts_ingestor_meters[c->row], (double)(is - was), c->label, NULL);
    }
    ts_meter_set(&ts_ingestor_meters[WANTED], (double)now->wanted, NULL);
    ts_meter_set(&ts_ingestor_meters[DAMAGED], (double)now->kept.damaged, NULL);
    ts_meter_set(&ts_ingestor_meters[AWAY], now->away, NULL);
    ts_meter_set(&ts_ingestor_meters[CONNECTED], (double)now->feed.open, NULL);
    ts_meter_set(&ts_ingestor_meters[COVERED], (double)now->feed.covered, NULL);
    *seen = *now;
}

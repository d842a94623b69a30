/* What a program that takes candles in does with its outlets, in short: candles of a file go into a store chunk by
 * chunk and to InfluxDB. The second half first, as live candles; then the first, as a back-fill. Killed anywhere and
 * started again it goes on. usage: influx_feeder URL DATABASE STORE STATE CSV SHIFT-MS */
#define _GNU_SOURCE
#include "data/candles/candles.h"
#include "data/candles/live.h"
#include "data/influx/influx.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNKS = 6 /* of each half */, BUNCH = 64 /* candles appended at once */ };

typedef struct feeder {
    const char *store;
    ts_live *live;
    ts_outlet *outlet;
    ts_store_key key;
    ts_series candles;
} feeder;

/* As live candles: into the journal, then offered. */
static int feed_live(feeder *to, size_t from, size_t until, ts_error *error)
{
    int status = 0;
    for (size_t bar = from; bar < until && !status; bar += BUNCH) {
        ts_live_bar bars[BUNCH];
        size_t count = until - bar < BUNCH ? until - bar : BUNCH;
        for (size_t i = 0; i < count; i++) {
            bars[i] = (ts_live_bar){"", to->key.interval_ms, ts_series_candle(&to->candles, bar + i), TS_FROM_REST};
            memcpy(bars[i].symbol, to->key.symbol, sizeof bars[i].symbol);
        }
        status = ts_live_append(to->live, bars, count, error);
        if (!status) status = ts_outlet_offer(to->outlet, to->key.exchange, bars, count, error);
    }
    return status;
}

/* As candles from long ago: the outlet knows of it before and after. */
static int feed_old(feeder *to, size_t from, size_t until, ts_error *error)
{
    ts_series chunk = {0};
    ts_error unseen = {0};
    size_t added;
    if (ts_series_copy(&to->candles, from, until, &chunk, error)) return -1;
    int status = ts_outlet_changing(to->outlet, &to->key, chunk.time[0], chunk.time[chunk.bars - 1] + 1, error);
    if (!status) {
        status = ts_store_add(to->store, &chunk, "test", &added, error);
        ts_outlet_changed(to->outlet, &to->key, &unseen);
    }
    ts_series_clear(&chunk);
    return status;
}

static int feed_half(feeder *to, bool live, ts_error *error)
{
    size_t half = to->candles.bars / 2, begin = live ? half : 0;
    for (size_t i = 0; i < CHUNKS; i++)
        if ((live ? feed_live : feed_old)(to, begin + half * i / CHUNKS, begin + half * (i + 1) / CHUNKS, error) ||
            ts_outlet_drain(to->outlet, 60, error))
            return -1;
    return 0;
}

static int run(feeder *to, char **word, ts_influx **influx, ts_error *error)
{
    const ts_influx_setup server = {.url = word[0], .database = word[1]};
    const ts_candles_query query = {.file = word[4]};
    ts_store_key *keys = NULL;
    size_t count = 0;
    if (!(*influx = ts_influx_open(&server, error)) || ts_candles_load(&query, &to->candles, NULL, error)) return -1;
    for (size_t i = 0; i < to->candles.bars; i++) to->candles.time[i] += strtoll(word[5], NULL, 10);
    snprintf(to->candles.exchange, sizeof to->candles.exchange, "coinbase");
    memcpy(to->key.exchange, to->candles.exchange, sizeof to->key.exchange);
    memcpy(to->key.symbol, to->candles.symbol, sizeof to->key.symbol);
    to->key.interval_ms = to->candles.interval_ms;
    const ts_outlet_setup setup = {.kind = &ts_outlet_influx,
                                   .sink = *influx,
                                   .folder = word[3],
                                   .target = ts_influx_target(*influx),
                                   .read = ts_outlet_read_store,
                                   .context = word[2]};
    ts_live_report report;
    if (!(to->outlet = ts_outlet_open(&setup, error)) ||
        !(to->live = ts_live_open(to->store, to->key.exchange, "test", &report, error)) ||
        ts_store_list(to->store, &keys, &count, error))
        return -1;
    int status = 0;
    for (size_t i = 0; i < count && !status; i++) status = ts_outlet_add(to->outlet, &keys[i], error);
    free(keys);
    if (!status) status = ts_outlet_drain(to->outlet, 60, error);
    if (!status) status = feed_half(to, true, error);
    size_t settled;
    if (!status) status = ts_live_settle(to->live, to->candles.time[to->candles.bars - 1], &settled, error);
    return status ? status : feed_half(to, false, error);
}

int main(int argc, char **argv)
{
    ts_error error = {0};
    ts_influx *influx = NULL;
    if (argc != 7) return TS_USAGE;
    feeder to = {.store = argv[3]};
    int status = run(&to, argv + 1, &influx, &error);
    if (status) fprintf(stderr, "%s\n", error.text);
    ts_outlet_close(to.outlet);
    ts_live_close(to.live);
    ts_influx_close(influx);
    ts_series_clear(&to.candles);
    return status ? error.code : 0;
}

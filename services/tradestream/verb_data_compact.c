/* tradestream data compact: batches of days put together to batches of months. */
#include "common/interval.h"
#include "data/candles/compact.h"
#include "services/tradestream/verb_data.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const ts_setting *const tables[] = {ts_data_store_table, NULL};

/* What is not said is any. */
static bool wanted(const ts_store_key *key, const ts_data_options *options, const char *symbol)
{
    if (options->exchange && strcmp(options->exchange, key->exchange) != 0) return false;
    if (*symbol && strcmp(symbol, key->symbol) != 0) return false;
    return !options->interval || !strcmp(options->interval, ts_interval_text(key->interval_ms));
}

static int compact(const ts_store_key *keys, size_t count, const ts_data_options *options, const char *symbol,
                   ts_error *error)
{
    size_t before = 0, after = 0, series = 0;
    for (size_t i = 0; i < count; i++) {
        ts_compaction done;
        if (!wanted(&keys[i], options, symbol)) continue;
        if (ts_store_compact(&keys[i], &done, error)) return -1;
        before += done.before, after += done.after, series++;
    }
    if (!series) return ts_fail(error, TS_BAD_DATA, "%s holds no such series", options->store);
    printf("%zu series: %zu batches, %zu before\n", series, after, before);
    return 0;
}

static int run(int argc, char **argv, ts_error *error)
{
    ts_data_options options = {0};
    ts_store_key *keys = NULL;
    size_t count = 0;
    char symbol[TS_SYMBOL_TEXT] = "";
    if (ts_settings_read_all(tables, &options, argc, argv, NULL, error)) return -1;
    if (!options.store) return ts_fail(error, TS_USAGE, "--store DIR is needed: the folder of the candle store");
    if (options.symbol && ts_symbol_parse(options.symbol, symbol, error)) return -1;
    if (ts_store_list(options.store, &keys, &count, error)) return -1;
    int status = compact(keys, count, &options, symbol, error);
    free(keys);
    return status;
}

const ts_verb ts_verb_data_compact = {.name = "compact",
                                      .summary = "Put the batches of each month together; the candles stay the same.",
                                      .settings = tables,
                                      .run = run};

/* Where candles come from, and what is done with them before the engine sees them. */
#include "common/interval.h"
#include "services/tradestream/options.h"

#include <stddef.h>

#define AT(field) offsetof(ts_options, field)
#define INTERVAL                                                                                                       \
    {                                                                                                                  \
        "interval", TS_SETTING_TEXT, AT(interval), NULL, 0, 0, NULL, "I",                                              \
            "1m 3m 5m 15m 30m 1h 2h 4h 6h 12h 1d 1w; of a file by default its most frequent time step"                 \
    }
#define STORE                                                                                                          \
    {                                                                                                                  \
        "store", TS_SETTING_TEXT, AT(store), NULL, 0, 0, NULL, "DIR", "read the candle store in this folder instead"   \
    }
#define EXCHANGE                                                                                                       \
    {                                                                                                                  \
        "exchange", TS_SETTING_TEXT, AT(exchange), NULL, 0, 0, NULL, "NAME",                                           \
            "exchange within the store (default local)"                                                                \
    }
#define FILL_GAPS                                                                                                      \
    {                                                                                                                  \
        "fill-gaps", TS_SETTING_FLAG, AT(fill_gaps), NULL, 0, 0, NULL, NULL,                                           \
            "insert flat bars without volume where bars are missing"                                                   \
    }

const ts_setting ts_options_one_source[] = {
    {"candles", TS_SETTING_TEXT, AT(file), NULL, 0, 0, NULL, "FILE", "candles: csv, csv.gz, csv.zst, json"},
    STORE,
    EXCHANGE,
    {"symbol", TS_SETTING_TEXT, AT(symbol), NULL, 0, 0, NULL, "S",
     "such as BTC-USDT; of a file by default its name up to the first dot"},
    INTERVAL,
    FILL_GAPS,
    {0}};

#define FILES                                                                                                          \
    {                                                                                                                  \
        "candles", TS_SETTING_MANY, AT(files), NULL, 0, 0, NULL, "FILE...",                                            \
            "candles, one symbol a file: csv, csv.gz, csv.zst, json"                                                   \
    }

const ts_setting ts_options_sources[] = {FILES,
                                         STORE,
                                         EXCHANGE,
                                         {"symbols", TS_SETTING_TEXT, AT(symbols), NULL, 0, 0, NULL, "all|A,B",
                                          "of the store, all by default; or the names of the files, in their order"},
                                         INTERVAL,
                                         FILL_GAPS,
                                         {0}};

const ts_setting ts_options_recall[] = {FILES,
                                        STORE,
                                        {"symbols", TS_SETTING_TEXT, AT(symbols), NULL, 0, 0, NULL, "A,B",
                                         "the names of the files, in their order, when the files do not say them"},
                                        {"strategies", TS_SETTING_MANY, AT(strategies), NULL, 0, 0, NULL,
                                         "FILE.json...", "strategies that the catalogue does not have"},
                                        {0}};

const ts_setting ts_options_window[] = {
    {"load-from", TS_SETTING_TIME, AT(load_from_ms), NULL, 0, 0, NULL, "TIME",
     "first bar to load: indicators begin there (default: the first there is)"},
    {"from", TS_SETTING_TIME, AT(from_ms), NULL, 0, 0, NULL, "TIME",
     "first bar of the window, UTC; bars before it only warm the indicators up"},
    {"to", TS_SETTING_TIME, AT(to_ms), NULL, 0, 0, NULL, "TIME", "end of the window, excluded"},
    {0}};

int ts_options_load(const ts_options *options, ts_series *series, ts_error *error)
{
    if (!options->file == !options->store)
        return ts_fail(error, TS_USAGE, "candles are needed: say either --candles FILE or --store DIR --symbol S");
    ts_candles_query query = {.file = options->file,
                              .store = options->store,
                              .exchange = options->exchange,
                              .symbol = options->symbol,
                              .interval = options->interval,
                              .from_ms = options->load_from_ms,
                              .fill_gaps = options->fill_gaps};
    return ts_candles_load(&query, series, NULL, error);
}

/* tradestream data generate: a synthetic market as CSV or into the store. */
#include "common/interval.h"
#include "data/candles/csv_writer.h"
#include "data/candles/generate.h"
#include "services/tradestream/verb_data.h"

#include <stddef.h>
#include <stdio.h>

#define AT(field) offsetof(ts_data_options, field)

static const ts_setting own_table[] = {
    {"seed", TS_SETTING_INT, AT(seed), "1", 0, 9007199254740992, NULL, "N", "the same seed gives the same candles"},
    {"bars", TS_SETTING_INT, AT(bars), "100000", 1, 20000000, NULL, "N", "how many"},
    {"interval", TS_SETTING_TEXT, AT(interval), "1m", 0, 0, NULL, "I", "1m 3m 5m 15m 30m 1h 2h 4h 6h 12h 1d 1w"},
    {"start", TS_SETTING_TIME, AT(start_ms), "2020-01-01", 0, 0, NULL, "TIME", "of the first bar, UTC"},
    {"price", TS_SETTING_REAL, AT(price), "30000", 1, 1e9, NULL, "X", "of the first bar"},
    {"character", TS_SETTING_CHOICE, AT(character), "mixed", 0, 0, TS_MARKET_CHARACTERS, NULL,
     "regimes in turn; a random walk; trends or swings of the size of --edge"},
    {"edge", TS_SETTING_REAL, AT(edge), "0.2", 0, 10, NULL, "X",
     "trend: drift of a bar, revert: size of a swing, in deviations of a bar"},
    {"volatility", TS_SETTING_REAL, AT(volatility), "1", 0.01, 20, NULL, "X", "times the usual one, 44 % a year"},
    {"gaps", TS_SETTING_REAL, AT(gaps), "0", 0, 0.5, NULL, "X",
     "share of the bars after which 1 to 60 bars are missing"},
    {"symbol", TS_SETTING_TEXT, AT(symbol), "SYN-USD", 0, 0, NULL, "S", "what to call it"},
    {"exchange", TS_SETTING_TEXT, AT(exchange), "local", 0, 0, NULL, "NAME", "where the store files it"},
    {"store", TS_SETTING_TEXT, AT(store), NULL, 0, 0, NULL, "DIR", "add to this candle store"},
    {"out,o", TS_SETTING_TEXT, AT(out), NULL, 0, 0, NULL, "FILE", "or write a CSV file; else CSV goes to stdout"},
    {0}};
static const ts_setting *const tables[] = {own_table, NULL};

static int deliver(const ts_data_options *options, const ts_series *series, ts_error *error)
{
    if (options->store) {
        char source[64];
        size_t added;
        snprintf(source, sizeof source, "tradestream data generate --seed %lld", (long long)options->seed);
        if (ts_store_add(options->store, series, source, &added, error)) return -1;
        printf("%s %s: %zu synthetic bars, %zu added\n", series->symbol, ts_interval_text(series->interval_ms),
               series->bars, added);
        return 0;
    }
    ts_strbuf text = {0};
    ts_candles_write_csv(series, 0, series->bars, TS_UNIT_AUTO, &text);
    return ts_data_write(options->out, &text, error);
}

static int run(int argc, char **argv, ts_error *error)
{
    ts_data_options options = {0};
    ts_series series = {0};
    char symbol[TS_SYMBOL_TEXT];
    if (ts_settings_read_all(tables, &options, argc, argv, NULL, error)) return -1;
    if (options.store && options.out) return ts_fail(error, TS_USAGE, "--store and --out: say one of them");
    ts_market_plan market = {.seed = (uint64_t)options.seed,
                             .bars = (size_t)options.bars,
                             .start_ms = options.start_ms,
                             .price = options.price,
                             .character = (ts_market_character)options.character,
                             .edge = options.edge,
                             .volatility = options.volatility,
                             .gap_share = options.gaps};
    if (ts_interval_parse(options.interval, &market.interval_ms, error)) return -1;
    if (ts_symbol_parse(options.symbol, symbol, error) || ts_exchange_check(options.exchange, error)) return -1;
    int status = ts_market_generate(&market, &series, error);
    if (!status) {
        snprintf(series.symbol, sizeof series.symbol, "%s", symbol);
        snprintf(series.exchange, sizeof series.exchange, "%s", options.exchange);
        status = deliver(&options, &series, error);
    }
    ts_series_clear(&series);
    return status;
}

const ts_verb ts_verb_data_generate = {
    .name = "generate",
    .summary = "Make up candles of a market that changes its regime, for trying things out; labelled as synthetic.",
    .settings = tables,
    .run = run};

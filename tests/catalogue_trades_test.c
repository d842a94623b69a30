/* Every strategy of the catalogue closes trades on 40,000 real one-minute bars: with its defaults on several pairs, as
 * the oracle simulates them, and with the best of some drawn genomes, as the engine does. No two make the same trades.
 * A table of the trades is printed last. */
#include "common/fingerprint.h"
#include "data/candles/reader.h"
#include "host/engine/engine.h"
#include "host/language/catalogue.h"
#include "host/search/methods.h"
#include "tests/oracle/oracle.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { BARS = 40000, STRATEGIES_MAX = 256, DRAWN = 128 };

static const char *const pairs[] = {"BTC-USDT", "BNB-USDT", "DOGE-USDT", "TRX-USDT"};

enum { PAIRS = sizeof pairs / sizeof pairs[0] };

static ts_catalogue catalogue;
static ts_series series[PAIRS];
static char trades_of[STRATEGIES_MAX][TS_FINGERPRINT_TEXT]; /* on the first pair */
static size_t closed_of[STRATEGIES_MAX][PAIRS];

static int load_pair(int pair, ts_error *error)
{
    const char *folder = getenv("TRADESTREAM_SHARED_DATA");
    char path[1024];
    ts_series all = {0};
    snprintf(path, sizeof path, "%s/1m-2021-apr-may/%s.1m.csv.zst", folder ? folder : TS_SHARED_DATA, pairs[pair]);
    if (access(path, R_OK)) {
        print_message("%s is absent: skipped\n", path);
        return 0;
    }
    int result = ts_candles_read(path, &(ts_reading){0}, &all, NULL, error);
    if (!result) result = ts_series_copy(&all, 0, all.bars < BARS ? all.bars : BARS, &series[pair], error);
    ts_series_clear(&all);
    return result;
}

static int load(void **state)
{
    (void)state;
    ts_error error = {0};
    for (int i = 0; i < PAIRS; i++)
        if (load_pair(i, &error)) print_error("%s\n", error.text);
    return error.code ? -1 : 0;
}

static int clear(void **state)
{
    (void)state;
    for (int i = 0; i < PAIRS; i++) ts_series_clear(&series[i]);
    return 0;
}

static void fingerprint_trades(const ts_oracle_result *result, char text[TS_FINGERPRINT_TEXT])
{
    ts_fingerprint *fingerprint = ts_fingerprint_new();
    assert_non_null(fingerprint);
    for (size_t i = 0; i < result->trades; i++) {
        const size_t bars[2] = {result->trade[i].entry_bar, result->trade[i].exit_bar};
        ts_fingerprint_add(fingerprint, bars, sizeof bars);
    }
    ts_fingerprint_text(fingerprint, text);
    ts_fingerprint_free(fingerprint);
}

/* `state` is the strategy's number in the catalogue. */
static void closes_trades(void **state)
{
    const size_t number = (size_t)((ts_strategy **)*state - catalogue.strategy);
    const ts_strategy *strategy = catalogue.strategy[number];
    const ts_genome genome = ts_genome_default(strategy);
    const ts_oracle_settings settings = {
        .fee = 0.001, .slippage = 0.0001, .bars_per_year = 525600, .from_ms = INT64_MIN, .to_ms = INT64_MAX};
    double parameter[TS_PARAMETERS_MAX];
    for (int i = 0; i < strategy->parameters; i++) parameter[i] = ts_genome_value(strategy, &genome, i);
    for (int pair = 0; pair < PAIRS; pair++) {
        if (!series[pair].bars) skip();
        ts_oracle_result result = {0};
        size_t closed = 0;
        ts_oracle_run(&series[pair], strategy, parameter, &settings, &result);
        for (size_t i = 0; i < result.trades; i++) closed += strcmp(result.trade[i].reason, "end") != 0;
        if (pair == 0) fingerprint_trades(&result, trades_of[number]);
        ts_oracle_clear(&result);
        closed_of[number][pair] = closed;
        if (!closed) fail_msg("%s closes no trade on %s", strategy->name, pairs[pair]);
    }
}

static void no_two_trade_alike(void **state)
{
    (void)state;
    if (!series[0].bars) skip();
    for (size_t i = 0; i < catalogue.count; i++)
        for (size_t j = 0; j < i; j++)
            if (strcmp(trades_of[i], trades_of[j]) == 0)
                fail_msg("%s and %s make the same trades", catalogue.strategy[i]->name, catalogue.strategy[j]->name);
}

/* The trades of the genome with the best Sharpe ratio among DRAWN drawn ones. */
static double best_trades(ts_engine *engine, const ts_market *market, const ts_strategy *strategy)
{
    ts_error error = {0};
    ts_genome genome[DRAWN];
    ts_metrics metrics[DRAWN];
    ts_draws draws = ts_draws_at(1, 3, 0, 0);
    for (int i = 0; i < DRAWN; i++) assert_true(ts_draw_genome(strategy, &draws, &genome[i]));
    assert_int_equal(ts_evaluate(engine, market, strategy, genome, DRAWN, metrics, &error), 0);
    double trades = 0, best = -INFINITY;
    for (int i = 0; i < DRAWN; i++)
        if (metrics[i].value[TS_METRIC_trades] > 0 && metrics[i].value[TS_METRIC_sharpe] > best) {
            best = metrics[i].value[TS_METRIC_sharpe];
            trades = metrics[i].value[TS_METRIC_trades];
        }
    return trades;
}

static void best_genomes_trade(void **state)
{
    (void)state;
    if (!series[0].bars) skip();
    const ts_simulation simulation = {TS_FILL_NEXT_OPEN, 0.001, 0.0001, 525600, 0, INT64_MIN, INT64_MAX};
    ts_error error = {0};
    ts_market *market = ts_market_new(&series[0], &simulation, &error);
    ts_engine *engine = ts_engine_new("auto", 1, &error);
    assert_true(market && engine);
    print_message("%-28s %10s %10s %10s %10s  best of %d on %s\n", "trades with the defaults on", pairs[0], pairs[1],
                  pairs[2], pairs[3], DRAWN, pairs[0]);
    for (size_t i = 0; i < catalogue.count; i++) {
        const size_t *closed = closed_of[i];
        double best = best_trades(engine, market, catalogue.strategy[i]);
        print_message("%-28s %10zu %10zu %10zu %10zu  %10.0f\n", catalogue.strategy[i]->name, closed[0], closed[1],
                      closed[2], closed[3], best);
        if (best < 1) fail_msg("%s: the best of %d genomes makes no trade", catalogue.strategy[i]->name, DRAWN);
    }
    ts_engine_free(engine);
    ts_market_free(market);
}

int main(void)
{
    static struct CMUnitTest tests[STRATEGIES_MAX + 2];
    ts_error error = {0};
    if (ts_catalogue_load(TS_SOURCE_DIR "/data/strategies", &catalogue, &error) || catalogue.count > STRATEGIES_MAX) {
        print_error("%s\n", error.text);
        return 1;
    }
    for (size_t i = 0; i < catalogue.count; i++)
        tests[i] = (struct CMUnitTest){
            .name = catalogue.strategy[i]->name, .test_func = closes_trades, .initial_state = &catalogue.strategy[i]};
    tests[catalogue.count] = (struct CMUnitTest){.name = "no_two_trade_alike", .test_func = no_two_trade_alike};
    tests[catalogue.count + 1] = (struct CMUnitTest){.name = "best_genomes_trade", .test_func = best_genomes_trade};
    int failed = _cmocka_run_group_tests("catalogue_trades", tests, catalogue.count + 2, load, clear);
    ts_catalogue_clear(&catalogue);
    return failed;
}

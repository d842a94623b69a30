/* Studies: a walk-forward is what a search and a backtest a window, one by one, make of it; what lies in a test window
 * changes nothing that was chosen in training; trials are booked block by block. */
#include "host/language/catalogue.h"
#include "host/study/study.h"
#include "host/validation/overfitting.h"
#include "tests/agreement.h"
#include "tests/random_market.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { BARS = 6000, MINUTE = 60000 };

static ts_engine *engine;
static ts_strategy *strategy;

static ts_strategy *two_averages(ts_error *error)
{
    static const ts_parameter parameters[] = {{"fast", true, 2, 1, 5, 11}, {"slow", true, 5, 1, 20, 36}};
    const ts_strategy_text text = {.name = "TEST",
                                   .description = "two averages",
                                   .parameters = 2,
                                   .parameter = parameters,
                                   .require = "fast < slow",
                                   .entry = "crossed_up(sma(close, fast), ema(close, slow))",
                                   .exit = "crossed_down(sma(close, fast), ema(close, slow)) or stop_loss(0.02)"};
    return ts_strategy_new(&text, error);
}

static int set_up(void **state)
{
    (void)state;
    ts_error error = {0};
    engine = ts_engine_new("auto", 2, &error);
    strategy = two_averages(&error);
    if (!engine || !strategy) print_message("%s\n", error.text);
    return engine && strategy ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    ts_engine_free(engine);
    ts_strategy_free(strategy);
    return 0;
}

static ts_study_settings settings_of(ts_search_kind kind, const ts_walk_forward *walk_forward)
{
    ts_study_settings settings = {
        .search = {.kind = kind, .evaluations = 400, .top = 3, .seed = 11}, .walk_forward = walk_forward, .blocks = 8};
    settings.search.breeding = ts_breeding_preset(0);
    settings.search.breeding.population = 40;
    settings.search.breeding.islands = 2;
    ts_error error = {0};
    settings.search.objective = (ts_objective){.min_trades = 3, .max_drawdown = 1};
    assert_int_equal(ts_objective_parse("sharpe", &settings.search.objective, &error), 0);
    return settings;
}

static void make_candles(ts_series *series, uint32_t seed)
{
    ts_draws draws = ts_draws_at(seed, 0, 0, 0);
    random_market(&draws, MARKET_WALK, BARS, series);
    series->interval_ms = MINUTE;
    snprintf(series->symbol, sizeof series->symbol, "BTC-USD");
}

static ts_market *market_of(const ts_series *series, int64_t from_ms, int64_t to_ms)
{
    ts_error error = {0};
    ts_simulation simulation = usual_simulation();
    simulation.from_ms = from_ms;
    simulation.to_ms = to_ms;
    ts_market *market = ts_market_new(series, &simulation, &error);
    if (!market) fail_msg("%s", error.text);
    return market;
}

static void study(const ts_market *market, const ts_study_settings *settings, ts_study *out)
{
    ts_error error = {0};
    const ts_study_task task = {market, strategy, "BTC-USD"};
    if (ts_study_run(engine, settings, &task, NULL, out, &error)) fail_msg("%s", error.text);
}

static void expect_same(const ts_metrics *want, const ts_metrics *got, const char *what)
{
    for (int m = 0; m < TS_METRICS; m++)
        if (memcmp(&want->value[m], &got->value[m], sizeof(double)) && !(isnan(want->value[m]) && isnan(got->value[m])))
            fail_msg("%s: %s is %.17g, expected %.17g", what, ts_metric_table[m].name, got->value[m], want->value[m]);
}

/* One fold by itself: a search of its train window as a market of its own, then a backtest of the test window. */
static double check_fold(const ts_series *series, const ts_study_settings *settings, const ts_fold *fold, double equity,
                         size_t *trades)
{
    ts_error error = {0};
    ts_study_settings alone = *settings;
    alone.walk_forward = NULL;
    ts_market *train = market_of(series, fold->when.train_from_ms, fold->when.train_to_ms);
    ts_market *test = market_of(series, fold->when.test_from_ms, fold->when.test_to_ms);
    ts_study searched;
    ts_backtest backtest;
    study(train, &alone, &searched);
    assert_int_equal(fold->chosen, searched.found.top_count > 0);
    assert_int_equal(ts_genome_compare(&fold->train.genome, &searched.found.top[0].genome), 0);
    expect_same(&searched.found.top[0].metrics, &fold->train.metrics, "in training");
    assert_int_equal(fold->evaluations, searched.found.evaluations);
    if (ts_backtest_run(engine, test, strategy, &fold->train.genome, &backtest, &error)) fail_msg("%s", error.text);
    expect_same(&backtest.metrics, &fold->test, "in the test window");
    equity *= backtest.metrics.value[TS_METRIC_final_equity];
    *trades += backtest.trades;
    ts_backtest_clear(&backtest);
    ts_study_clear(&searched);
    ts_market_free(train);
    ts_market_free(test);
    return equity;
}

static void a_walk_forward_is_a_loop_of_searches_and_backtests(void **state)
{
    (void)state;
    static const ts_search_kind kinds[] = {TS_SEARCH_EXHAUSTIVE, TS_SEARCH_GA, TS_SEARCH_RANDOM};
    static const char *const specs[] = {"train=1d,test=12h", "train=20h,test=9h,step=10h,embargo=1h,anchored"};
    ts_series series;
    make_candles(&series, 1);
    ts_market *market = market_of(&series, INT64_MIN, INT64_MAX);
    for (int i = 0; i < 6; i++) {
        ts_error error = {0};
        ts_walk_forward spec;
        assert_int_equal(ts_walk_forward_parse(specs[i % 2], &spec, &error), 0);
        ts_study_settings settings = settings_of(kinds[i / 2], &spec);
        ts_study walked;
        study(market, &settings, &walked);
        assert_true(walked.folds >= 4);
        double equity = 1, bars = 0;
        size_t trades = 0;
        for (size_t f = 0; f < walked.folds; f++) {
            equity = check_fold(&series, &settings, &walked.fold[f], equity, &trades);
            bars += walked.fold[f].test.value[TS_METRIC_bars];
        }
        assert_int_equal(walked.found.top_count, 1);
        const double *value = walked.found.top[0].metrics.value;
        assert_true(value[TS_METRIC_final_equity] == equity);
        assert_true(value[TS_METRIC_bars] == bars);
        assert_true(value[TS_METRIC_trades] == (double)trades);
        assert_int_equal(ts_genome_compare(&walked.found.top[0].genome, &walked.fold[walked.folds - 1].train.genome),
                         0);
        ts_study_clear(&walked);
    }
    ts_market_free(market);
    ts_series_clear(&series);
}

/* The stitched metrics, over one window that is a whole market, are that market's. */
static void one_test_window_is_a_backtest(void **state)
{
    (void)state;
    ts_error error = {0};
    ts_walk_forward spec;
    ts_series series;
    make_candles(&series, 2);
    ts_market *market = market_of(&series, INT64_MIN, INT64_MAX);
    assert_int_equal(ts_walk_forward_parse("train=40h,test=60h", &spec, &error), 0);
    ts_study_settings settings = settings_of(TS_SEARCH_EXHAUSTIVE, &spec);
    ts_study walked;
    study(market, &settings, &walked);
    assert_int_equal(walked.folds, 1);
    const double *want = walked.fold[0].test.value, *got = walked.found.top[0].metrics.value;
    for (int m = 0; m < TS_METRICS; m++) {
        double scale = fabs(want[m]) > 1 ? fabs(want[m]) : 1;
        if (!(fabs(want[m] - got[m]) <= 1e-9 * scale) && !(isnan(want[m]) && isnan(got[m])))
            fail_msg("%s: %.17g, expected %.17g", ts_metric_table[m].name, got[m], want[m]);
    }
    ts_study_clear(&walked);
    ts_market_free(market);
    ts_series_clear(&series);
}

static void expect_same_study(const ts_study *want, const ts_study *got)
{
    assert_true(want->found.top_count > 0);
    assert_int_equal(got->found.top_count, want->found.top_count);
    assert_int_equal(got->found.evaluations, want->found.evaluations);
    for (size_t i = 0; i < want->found.top_count; i++) {
        assert_int_equal(ts_genome_compare(&want->found.top[i].genome, &got->found.top[i].genome), 0);
        expect_same(&want->found.top[i].metrics, &got->found.top[i].metrics, "in the window");
        assert_memory_equal(&want->moments[i], &got->moments[i], sizeof want->moments[i]);
    }
    assert_memory_equal(&want->trials, &got->trials, sizeof want->trials);
}

static void windows_side_by_side_are_searches_of_their_own(void **state)
{
    (void)state;
    static const ts_search_kind kinds[] = {TS_SEARCH_EXHAUSTIVE, TS_SEARCH_GA, TS_SEARCH_RANDOM};
    static const size_t bars[] = {BARS / 5, BARS / 3, BARS - 7};
    enum { WINDOWS = sizeof bars / sizeof *bars };
    ts_series series;
    make_candles(&series, 4);
    ts_market *market = market_of(&series, INT64_MIN, INT64_MAX), *window[WINDOWS];
    for (int i = 0; i < 3; i++) {
        ts_error error = {0};
        ts_study together[WINDOWS], alone;
        ts_study_settings settings = settings_of(kinds[i], NULL);
        settings.blocks = TS_BLOCKS_DEFAULT;
        settings.search.top = 4;
        for (int w = 0; w < WINDOWS; w++)
            window[w] = ts_market_window(market, series.time[BARS - bars[w]], INT64_MAX, 1, &error);
        const ts_study_task task = {market, strategy, "BTC-USD"};
        if (ts_study_run_windows(engine, &settings, &task, window, WINDOWS, NULL, together, &error))
            fail_msg("%s", error.text);
        for (int w = 0; w < WINDOWS; w++) {
            ts_market *own = market_of(&series, series.time[BARS - bars[w]], INT64_MAX);
            study(own, &settings, &alone);
            expect_same_study(&alone, &together[w]);
            ts_study_clear(&alone);
            ts_study_clear(&together[w]);
            ts_market_free(own);
            ts_market_free(window[w]);
        }
    }
    ts_market_free(market);
    ts_series_clear(&series);
}

/* Replace the bars of [from, to) by garbage. */
static void spoil(ts_series *series, int64_t from_ms, int64_t to_ms)
{
    for (size_t t = 0; t < series->bars; t++) {
        if (series->time[t] < from_ms || series->time[t] >= to_ms) continue;
        double price = t % 2 ? 1 : 1e6;
        for (int c = 0; c < TS_COLUMNS; c++) series->column[c][t] = price;
    }
}

static void test_windows_do_not_leak_into_training(void **state)
{
    (void)state;
    ts_error error = {0};
    ts_walk_forward spec;
    ts_series clean, dirty = {0};
    make_candles(&clean, 3);
    ts_market *market = market_of(&clean, INT64_MIN, INT64_MAX);
    assert_int_equal(ts_walk_forward_parse("train=1d,test=12h", &spec, &error), 0);
    ts_study_settings settings = settings_of(TS_SEARCH_GA, &spec);
    ts_study want, got;
    study(market, &settings, &want);
    size_t changed = 0;
    for (size_t f = 0; f < want.folds; f++) { /* what came before the window must stay as it was */
        assert_int_equal(ts_series_copy(&clean, 0, clean.bars, &dirty, &error), 0);
        spoil(&dirty, want.fold[f].when.test_from_ms, INT64_MAX);
        ts_market *spoilt = market_of(&dirty, INT64_MIN, INT64_MAX);
        study(spoilt, &settings, &got);
        for (size_t i = 0; i <= f; i++) {
            assert_int_equal(ts_genome_compare(&want.fold[i].train.genome, &got.fold[i].train.genome), 0);
            expect_same(&want.fold[i].train.metrics, &got.fold[i].train.metrics, "training before garbage");
            if (i < f) expect_same(&want.fold[i].test, &got.fold[i].test, "a test before garbage");
        }
        changed += memcmp(&want.fold[f].test, &got.fold[f].test, sizeof want.fold[f].test) != 0;
        ts_study_clear(&got);
        ts_market_free(spoilt);
        ts_series_clear(&dirty);
    }
    assert_int_equal(changed, want.folds);
    ts_study_clear(&want);
    ts_market_free(market);
    ts_series_clear(&clean);
}

/* The statistics from blocks that are markets of their own, without costs. */
static void trials_are_booked_block_by_block(void **state)
{
    (void)state;
    enum { BLOCKS = 8, MOST = 400 };
    static double returns[MOST * BLOCKS], squares[MOST * BLOCKS];
    static ts_genome genomes[MOST];
    static ts_metrics metrics[BLOCKS][MOST], whole[MOST];
    uint64_t bars[BLOCKS];
    ts_error error = {0};
    ts_series series;
    make_candles(&series, 4);
    ts_market *market = market_of(&series, INT64_MIN, INT64_MAX);
    ts_study_settings settings = settings_of(TS_SEARCH_EXHAUSTIVE, NULL);
    ts_study searched;
    study(market, &settings, &searched);
    size_t count = 0, kept = 0;
    for (uint64_t i = 0; i < ts_strategy_space(strategy); i++) {
        genomes[count] = ts_strategy_point(strategy, i);
        if (ts_genome_valid(strategy, &genomes[count])) count++;
    }
    assert_int_equal(searched.found.evaluations, count);
    assert_int_equal(ts_evaluate(engine, market, strategy, genomes, count, whole, &error), 0);
    for (size_t b = 0; b < BLOCKS; b++) {
        size_t from = BARS * b / BLOCKS, to = BARS * (b + 1) / BLOCKS;
        ts_simulation simulation = usual_simulation();
        simulation.fee = simulation.slippage = 0;
        simulation.from_ms = series.time[from];
        simulation.to_ms = to < BARS ? series.time[to] : INT64_MAX;
        ts_market *block = ts_market_new(&series, &simulation, &error);
        assert_int_equal(ts_evaluate(engine, block, strategy, genomes, count, metrics[b], &error), 0);
        bars[b] = to - from;
        ts_market_free(block);
    }
    for (size_t i = 0; i < count; i++) {
        if (!(whole[i].value[TS_METRIC_trades] > 0)) continue;
        for (size_t b = 0; b < BLOCKS; b++) { /* from the Sharpe ratio and the deviation back to the sums */
            double n = (double)bars[b], deviation = metrics[b][i].value[TS_METRIC_volatility] / sqrt(525600);
            double sharpe = metrics[b][i].value[TS_METRIC_sharpe], mean = sharpe / sqrt(525600) * deviation;
            if (isnan(mean)) mean = 0;
            returns[kept * BLOCKS + b] = mean * n;
            squares[kept * BLOCKS + b] = deviation * deviation * (n - 1) + mean * mean * n;
        }
        kept++;
    }
    assert_int_equal(searched.trials.trials, kept);
    ts_overfitting want;
    const ts_trial_blocks blocks = {kept, BLOCKS, returns, squares, bars};
    assert_int_equal(ts_overfitting_measure(&blocks, &ts_cpu_kernels_scalar, NULL, &want, &error), 0);
    assert_true(fabs(want.probability - searched.trials.overfitting) < 0.02);
    double mean = 0, spread = 0;
    static double sharpe[MOST];
    for (size_t i = 0; i < kept; i++) {
        double sum = 0, square = 0;
        for (size_t b = 0; b < BLOCKS; b++) sum += returns[i * BLOCKS + b], square += squares[i * BLOCKS + b];
        sharpe[i] = sum / BARS / sqrt((square - sum * sum / BARS) / (BARS - 1));
        mean += sharpe[i] / (double)kept;
    }
    for (size_t i = 0; i < kept; i++) spread += (sharpe[i] - mean) * (sharpe[i] - mean);
    spread = spread / ((double)kept - 1) * (BARS - 1);
    assert_true(fabs(spread / searched.trials.spread - 1) < 1e-6);
    print_message("%zu trials, spread %.3f, overfitting %.3f\n", kept, searched.trials.spread,
                  searched.trials.overfitting);
    ts_study_clear(&searched);
    ts_market_free(market);
    ts_series_clear(&series);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_walk_forward_is_a_loop_of_searches_and_backtests),
        cmocka_unit_test(one_test_window_is_a_backtest),
        cmocka_unit_test(windows_side_by_side_are_searches_of_their_own),
        cmocka_unit_test(test_windows_do_not_leak_into_training),
        cmocka_unit_test(trials_are_booked_block_by_block),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

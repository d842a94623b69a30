/* The benchmarks: every case runs on few candles and says what it promises, and a wrong result is no benchmark. */
#include "bench/bench.h"

#include "bench/candles.h"
#include "bench/naive_sma.h"
#include "bench/stopwatch.h"
#include "common/json.h"
#include "tests/oracle/oracle.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { BARS = 2500, LINES_MAX = 1000 };

static size_t genomes; /* of the grids; 0: as usual */

/* Run a case, read each line as JSON into `lines`; returns how many. */
static size_t run_case(const char *name, const char *backends, json_t *lines[LINES_MAX])
{
    ts_bench_settings settings = {
        .cases = {&name, 1}, .backends = {&backends, 1}, .threads = 1, .repeats = 2, .seconds = 0.0001, .bars = BARS};
    settings.genomes = genomes;
    ts_strbuf text = {0};
    ts_error error = {0};
    if (ts_bench_run(&settings, true, &text, NULL, &error)) fail_msg("%s: %s", name, error.text);
    size_t count = 0;
    for (char *at = text.text, *end; (end = strchr(at, '\n')) && count < LINES_MAX; at = end + 1) {
        *end = '\0';
        lines[count] = json_loads(at, 0, NULL);
        assert_non_null(lines[count]);
        assert_string_equal(json_string_value(json_object_get(lines[count++], "case")), name);
    }
    ts_strbuf_clear(&text);
    assert_true(count > 0);
    return count;
}

static void free_lines(json_t *lines[], size_t count)
{
    for (size_t i = 0; i < count; i++) json_decref(lines[i]);
}

static double number(const json_t *line, const char *key)
{
    const json_t *value = json_object_get(line, key);
    if (!json_is_number(value)) fail_msg("no number \"%s\"", key);
    return json_number_value(value);
}

static void expect_positive(const json_t *line, const char *const *keys)
{
    for (; *keys; keys++)
        if (!(number(line, *keys) > 0)) fail_msg("\"%s\" is %g", *keys, number(line, *keys));
}

static void grids_say_rates_ratios_and_limits(void **state)
{
    (void)state;
    static const char *const cases[] = {"sma-grid", "sma-grid-close", "sma-grid-both"};
    static const char *const keys[] = {"threads",
                                       "genome_bars_per_s",
                                       "genome_bars_per_cpu_s",
                                       "baseline_genome_bars_per_s",
                                       "ratio",
                                       "ratio_cpu",
                                       "l2_limit_genome_bars_per_s",
                                       "l2_fraction",
                                       "trades_per_genome",
                                       "seconds",
                                       "cpu_seconds",
                                       NULL};
    json_t *lines[LINES_MAX];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t count = run_case(cases[i], "scalar,auto", lines);
        assert_string_equal(json_string_value(json_object_get(lines[0], "backend")), "scalar");
        for (size_t k = 0; k < count; k++) {
            expect_positive(lines[k], keys);
            assert_true(number(lines[k], "genomes") == 5000 && number(lines[k], "bars") == BARS);
            assert_true(number(lines[k], "checked") == 50 && number(lines[k], "repeats") == 2);
            assert_non_null(json_string_value(json_object_get(lines[k], "cpu")));
            assert_non_null(json_string_value(json_object_get(lines[k], "version")));
        }
        free_lines(lines, count);
    }
}

/* The device's fields stand where it computed, and are what they must be for a grid of 2 slow averages: each genome has
 * its own crossing, of two singles in, two bits out and again in; the rest are its share of 52 rows (48 bytes, 12 as
 * singles, 28 operations), and its trades. */
static void a_device_has_its_limits_and_what_bounds_it(void **state)
{
    (void)state;
    static const char *const keys[] = {"launches",
                                       "device_seconds",
                                       "device_memory_bytes_per_s",
                                       "memory_fraction",
                                       "device_cache_bytes_per_s",
                                       "cache_fraction",
                                       "device_double_ops_per_s",
                                       "double_fraction",
                                       "device_word_ops_per_s",
                                       "word_fraction",
                                       NULL};
    ts_error error = {0};
    ts_engine *engine = ts_engine_new("opencl", 1, &error);
    if (!engine) {
        print_message("skipped: %s\n", error.text);
        skip();
    }
    ts_engine_free(engine);
    json_t *lines[LINES_MAX];
    genomes = 51; /* rounded up to whole rows of the grid */
    size_t count = run_case("sma-grid", "scalar,opencl", lines);
    genomes = 0;
    assert_int_equal(count, 2);
    const json_t *line = lines[1];
    assert_null(json_object_get(lines[0], "device"));
    assert_null(json_object_get(lines[0], "memory_fraction"));
    assert_non_null(json_object_get(line, "device"));
    assert_true(number(line, "genomes") == 100 && number(lines[0], "genomes") == 100);
    expect_positive(line, keys);
    double shares = number(line, "rows_share") + number(line, "masks_share") + number(line, "walks_share");
    assert_true(fabs(shares - 1) < 1e-9);
    double trades = number(line, "trades_per_genome") / BARS, least = number(line, "least_bytes_per_genome_bar");
    double asked = number(line, "asked_bytes_per_genome_bar"), doubles = number(line, "double_ops_per_genome_bar");
    assert_true(asked > 8.5 + 0.52 * 60 + 100 * trades && asked < 8.5 + 0.52 * 60 + 300 * trades + 2);
    assert_true(least > 0.5 + 0.52 * 16 && least < asked);
    assert_true(doubles > 0.52 * 28 + 80 * trades && doubles < 0.52 * 28 + 1 + 100 * trades);
    free_lines(lines, count);
}

static void functions_have_times_alone_and_in_a_batch(void **state)
{
    (void)state;
    static const char *const keys[] = {"ns_per_bar", "ns_per_bar_in_batch", "batch_gain", NULL};
    json_t *lines[LINES_MAX];
    size_t count = run_case("indicators", "auto", lines), averages = 0;
    assert_true(count > 40);
    for (size_t i = 0; i < count; i++) {
        assert_true(number(lines[i], "ns_per_bar") > 0);
        if (strcmp(json_string_value(json_object_get(lines[i], "item")), "ema")) continue;
        expect_positive(lines[i], keys);
        averages++;
    }
    assert_int_equal(averages, 1);
    free_lines(lines, count);
}

static void strategies_end_with_their_means(void **state)
{
    (void)state;
    static const char *const keys[] = {"genome_bars_per_s", "genomes", "rows", "masks", NULL};
    json_t *lines[LINES_MAX];
    size_t count = run_case("strategies", "auto", lines);
    double inverse = 0;
    for (size_t i = 0; i + 2 < count; i++) {
        expect_positive(lines[i], keys);
        inverse += 1 / number(lines[i], "genome_bars_per_s");
    }
    assert_string_equal(json_string_value(json_object_get(lines[count - 2], "item")), "harmonic mean");
    assert_string_equal(json_string_value(json_object_get(lines[count - 1], "item")), "geometric mean");
    double harmonic = (double)(count - 2) / inverse;
    assert_true(fabs(number(lines[count - 2], "genome_bars_per_s") / harmonic - 1) < 1e-9);
    assert_true(number(lines[count - 1], "genome_bars_per_s") >= harmonic * (1 - 1e-9));
    free_lines(lines, count);
}

static void imports_have_seconds_and_candles_a_second(void **state)
{
    (void)state;
    static const char *const keys[] = {"seconds", "rows_per_s", NULL};
    json_t *lines[LINES_MAX];
    size_t count = run_case("import", "auto", lines);
    assert_int_equal(count, 1);
    expect_positive(lines[0], keys);
    assert_true(number(lines[0], "bars") == BARS);
    assert_null(json_object_get(lines[0], "backend"));
    free_lines(lines, count);
}

static void decoding_has_nanoseconds_a_message(void **state)
{
    (void)state;
    static const char *const keys[] = {"ns_per_message", "ns_per_trade", "bytes_per_message", NULL};
    static const char *const compared[] = {"tree_ns_per_message", "ratio", NULL};
    json_t *lines[LINES_MAX];
    size_t count = run_case("ingest", "auto", lines);
    assert_int_equal(count, 4);
    for (size_t i = 0; i < count; i++) expect_positive(lines[i], keys);
    for (size_t i = 0; i < 3; i++) expect_positive(lines[i], compared);
    assert_true(number(lines[1], "trades_per_message") == 100);
    assert_true(number(lines[0], "limit_ns_per_message") == 10000 && number(lines[1], "limit_ns_per_trade") == 4000);
    free_lines(lines, count);
}

static void add_a_trade(ts_metrics *metrics, size_t count)
{
    for (size_t i = 0; i < count; i++) metrics[i].value[TS_METRIC_trades] += 1;
}

static void worsen_a_sharpe(ts_metrics *metrics, size_t count)
{
    for (size_t i = 0; i < count; i++) metrics[i].value[TS_METRIC_sharpe] *= 1 + 1e-8;
}

static void lose_a_ratio(ts_metrics *metrics, size_t count)
{
    for (size_t i = 0; i < count; i++) metrics[i].value[TS_METRIC_calmar] = NAN;
}

static void a_wrong_metric_fails_the_case(void **state)
{
    (void)state;
    static const struct {
        void (*spoil)(ts_metrics *, size_t);
        const char *metric;
    } wrong[] = {{add_a_trade, "trades"}, {worsen_a_sharpe, "sharpe"}, {lose_a_ratio, "calmar"}};
    const char *name = "sma-grid";
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        ts_bench_settings settings = {
            .cases = {&name, 1}, .threads = 1, .repeats = 1, .seconds = 0.0001, .bars = BARS, .spoil = wrong[i].spoil};
        ts_strbuf text = {0};
        ts_error error = {0};
        assert_int_equal(ts_bench_run(&settings, true, &text, NULL, &error), -1);
        assert_int_equal(error.code, TS_FAILED);
        assert_non_null(strstr(error.text, wrong[i].metric));
        assert_non_null(strstr(error.text, "fast "));
        assert_true(text.length == 0);
        ts_strbuf_clear(&text);
    }
}

static void unknown_names_are_usage_errors(void **state)
{
    (void)state;
    static const struct {
        const char *bench_case, *backend, *word;
    } wrong[] = {{"sma-grip", "auto", "sma-grid"}, {"sma-grid,", "auto", "case"}, {"import", "gpu", "gpu"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const char *name = wrong[i].bench_case, *backend = wrong[i].backend;
        ts_bench_settings settings = {.cases = {&name, 1}, .backends = {&backend, 1}, .threads = 1, .repeats = 1};
        ts_strbuf text = {0};
        ts_error error = {0};
        assert_int_equal(ts_bench_run(&settings, true, &text, NULL, &error), -1);
        assert_int_equal(error.code, TS_USAGE);
        assert_non_null(strstr(error.text, wrong[i].word));
        ts_strbuf_clear(&text);
    }
}

/* The fingerprint is of the bits. */
static void candles_are_the_same_on_every_machine(void **state)
{
    (void)state;
    char print[TS_FINGERPRINT_TEXT];
    ts_series series = {0};
    ts_error error = {0};
    assert_int_equal(ts_bench_candles(1, BARS, &series, &error), 0);
    for (size_t i = 0; i < series.bars; i++) {
        double high = series.column[TS_HIGH][i], low = series.column[TS_LOW][i];
        assert_true(low > 0 && low <= series.column[TS_OPEN][i] && low <= series.column[TS_CLOSE][i]);
        assert_true(high >= series.column[TS_OPEN][i] && high >= series.column[TS_CLOSE][i]);
    }
    ts_series_fingerprint(&series, 0, series.bars, print);
    assert_string_equal(print, "9822048e9a45316ab8b1e2abf0fa16a6");
    ts_series_clear(&series);
}

/* The crossing of averages of 5 and 60 bars, by the names of the grid. */
static ts_strategy *crossing(bool both)
{
    static const ts_parameter parameter[] = {
        {.name = "fast", .integer = true, .min = 5, .step = 1, .fallback = 5, .steps = 2},
        {.name = "slow", .integer = true, .min = 60, .step = 1, .fallback = 60, .steps = 2}};
    ts_strategy_text text = {.name = "crossing",
                             .entry = "crossed_up(sma(close, fast), sma(close, slow))",
                             .exit = "crossed_down(sma(close, fast), sma(close, slow))",
                             .parameters = 2,
                             .parameter = parameter};
    if (both) text.direction = "both", text.short_entry = text.exit, text.short_exit = text.entry;
    ts_error error = {0};
    ts_strategy *strategy = ts_strategy_new(&text, &error);
    assert_non_null(strategy);
    return strategy;
}

static void expect_baseline(const ts_series *series, ts_fill fill, bool both)
{
    const double values[TS_PARAMETERS_MAX] = {5, 60};
    const ts_simulation simulation = {fill, 0.001, 0.0001, 525600, 0.02, INT64_MIN, INT64_MAX};
    const ts_oracle_settings settings = {fill == TS_FILL_CLOSE, 0.001, 0.0001, 525600, 0.02, INT64_MIN, INT64_MAX};
    ts_strategy *strategy = crossing(both);
    ts_error error = {0};
    ts_oracle_result oracle;
    ts_naive_market market;
    ts_metrics metrics;
    ts_oracle_run(series, strategy, values, &settings, &oracle);
    assert_int_equal(ts_naive_init(&market, series, &simulation, both, &error), 0);
    ts_naive_sma(&market, 5, 60, &metrics);
    assert_true(oracle.metrics.value[TS_METRIC_trades] > 5);
    for (int m = 0; m < TS_METRICS; m++) {
        double ours = metrics.value[m], theirs = oracle.metrics.value[m];
        bool of_series = strstr(ts_metric_table[m].name, "buy_hold") || m == TS_METRIC_excess_return;
        if (of_series || fabs(ours - theirs) <= 1e-9 * (1 + fabs(theirs))) continue;
        fail_msg("%s: baseline %.17g, oracle %.17g", ts_metric_table[m].name, ours, theirs);
    }
    ts_oracle_clear(&oracle);
    ts_naive_clear(&market);
    ts_strategy_free(strategy);
}

/* The baseline does the engine's work: else the ratio to it would mean nothing. */
static void the_baseline_agrees_with_the_oracle(void **state)
{
    (void)state;
    ts_series series = {0};
    ts_error error = {0};
    assert_int_equal(ts_bench_candles(1, BARS, &series, &error), 0);
    expect_baseline(&series, TS_FILL_NEXT_OPEN, false);
    expect_baseline(&series, TS_FILL_CLOSE, false);
    expect_baseline(&series, TS_FILL_NEXT_OPEN, true);
    expect_baseline(&series, TS_FILL_CLOSE, true);
    ts_series_clear(&series);
}

static void the_median_of_even_counts_is_between(void **state)
{
    (void)state;
    double odd[] = {3, 1, 2}, even[] = {4, 1, 2, 3};
    assert_true(ts_median(odd, 3) == 2 && ts_median(even, 4) == 2.5 && isnan(ts_median(odd, 0)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grids_say_rates_ratios_and_limits),
        cmocka_unit_test(a_device_has_its_limits_and_what_bounds_it),
        cmocka_unit_test(functions_have_times_alone_and_in_a_batch),
        cmocka_unit_test(strategies_end_with_their_means),
        cmocka_unit_test(imports_have_seconds_and_candles_a_second),
        cmocka_unit_test(decoding_has_nanoseconds_a_message),
        cmocka_unit_test(a_wrong_metric_fails_the_case),
        cmocka_unit_test(unknown_names_are_usage_errors),
        cmocka_unit_test(candles_are_the_same_on_every_machine),
        cmocka_unit_test(the_baseline_agrees_with_the_oracle),
        cmocka_unit_test(the_median_of_even_counts_is_between),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

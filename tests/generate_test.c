/* The synthetic market: the same everywhere, valid candles, and never taken for real ones. */
#include "data/candles/candle_rules.h"
#include "data/candles/candles.h"
#include "data/candles/csv_writer.h"
#include "data/candles/generate.h"
#include "tests/temporary.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define MINUTE INT64_C(60000)

static void fingerprint_of(const ts_market_plan *market, char text[TS_FINGERPRINT_TEXT])
{
    ts_series series = {0};
    ts_error error = {0};
    if (ts_market_generate(market, &series, &error)) fail_msg("%s", error.text);
    ts_series_fingerprint(&series, 0, series.bars, text);
    ts_series_clear(&series);
}

/* Benchmarks compare their figures over years: seed 1 must stay what it is. Written by the first version. */
static void a_seed_is_for_ever(void **state)
{
    (void)state;
    char is[TS_FINGERPRINT_TEXT];
    fingerprint_of(&(ts_market_plan){.seed = 1, .bars = 20000, .start_ms = INT64_C(1577836800000)}, is);
    assert_string_equal(is, "27824aa82280716278660ae8eb2c7c89");
}

static void seeds_differ_and_repeat(void **state)
{
    (void)state;
    char one[TS_FINGERPRINT_TEXT], again[TS_FINGERPRINT_TEXT], two[TS_FINGERPRINT_TEXT];
    fingerprint_of(&(ts_market_plan){.seed = 1, .bars = 1000}, one);
    fingerprint_of(&(ts_market_plan){.seed = 1, .bars = 1000}, again);
    fingerprint_of(&(ts_market_plan){.seed = 2, .bars = 1000}, two);
    assert_string_equal(one, again);
    assert_string_not_equal(one, two);
    fingerprint_of(&(ts_market_plan){.seed = UINT64_C(1) << 40 | 1, .bars = 1000}, two);
    assert_string_not_equal(one, two);
}

static void fewer_bars_are_a_prefix(void **state)
{
    (void)state;
    char prefix[TS_FINGERPRINT_TEXT], all[TS_FINGERPRINT_TEXT];
    ts_series series = {0};
    ts_error error = {0};
    fingerprint_of(&(ts_market_plan){.seed = 3, .bars = 500, .gap_share = 0.01}, prefix);
    ts_market_plan market = {.seed = 3, .bars = 2000, .gap_share = 0.01};
    assert_int_equal(ts_market_generate(&market, &series, &error), 0);
    ts_series_fingerprint(&series, 0, 500, all);
    assert_string_equal(prefix, all);
    ts_series_clear(&series);
}

static void every_candle_keeps_the_rules(void **state)
{
    (void)state;
    static const int64_t intervals[] = {MINUTE, 60 * MINUTE, 1440 * MINUTE, 10080 * MINUTE};
    for (size_t i = 0; i < sizeof intervals / sizeof *intervals; i++) {
        ts_series series = {0};
        ts_error error = {0};
        if (ts_generate(i, i < 2 ? 100000 : 3000, intervals[i], &series, &error)) fail_msg("%s", error.text);
        if (ts_series_check(&series, &error)) fail_msg("%s", error.text);
        if (ts_series_settle_interval(&series, intervals[i], &error)) fail_msg("%s", error.text);
        assert_int_equal(ts_series_gaps(&series).gaps, 0);
        assert_true(series.synthetic);
        assert_string_equal(series.exchange, "synthetic");
        ts_series_clear(&series);
    }
}

static void gaps_come_on_request(void **state)
{
    (void)state;
    ts_series series = {0};
    ts_error error = {0};
    ts_market_plan market = {.seed = 1, .bars = 100000, .gap_share = 0.001};
    assert_int_equal(ts_market_generate(&market, &series, &error), 0);
    assert_int_equal(series.bars, 100000);
    ts_gaps gaps = ts_series_gaps(&series);
    assert_in_range(gaps.gaps, 60, 140); /* 100 expected, deviation 10 */
    assert_in_range(gaps.missing, gaps.gaps, gaps.gaps * 60);
    assert_in_range(gaps.longest, 2, 60);
    ts_series_clear(&series);
}

static void absurd_markets_are_refused(void **state)
{
    (void)state;
    static const ts_market_plan markets[] = {
        {.bars = 0},
        {.bars = SIZE_MAX},
        {.bars = 10, .gap_share = 0.6},
        {.bars = 10, .gap_share = -1},
        {.bars = 10, .price = -5},
        {.bars = 10, .price = 1e12},
        {.bars = 1000000, .interval_ms = INT64_C(604800000)},
    };
    for (size_t i = 0; i < sizeof markets / sizeof *markets; i++) {
        ts_series series = {0};
        ts_error error = {0};
        assert_int_equal(ts_market_generate(&markets[i], &series, &error), -1);
        assert_int_equal(error.code, TS_USAGE);
        ts_series_clear(&series);
    }
}

/* A file of made-up candles says so to whoever reads it. */
static void the_label_survives_a_file(void **state)
{
    (void)state;
    ts_series series = {0}, read = {0};
    ts_error error = {0};
    ts_strbuf text = {0};
    assert_int_equal(ts_generate(1, 100, MINUTE, &series, &error), 0);
    ts_candles_write_csv(&series, 0, series.bars, TS_UNIT_AUTO, &text);
    ts_candles_query query = {.file = ts_temporary_file("BTC-USD.csv", text.text, text.length)};
    if (ts_candles_load(&query, &read, NULL, &error)) fail_msg("%s", error.text);
    assert_true(read.synthetic);
    ts_strbuf_clear(&text);
    ts_series_clear(&series);
    ts_series_clear(&read);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_seed_is_for_ever),        cmocka_unit_test(seeds_differ_and_repeat),
        cmocka_unit_test(fewer_bars_are_a_prefix),   cmocka_unit_test(every_candle_keeps_the_rules),
        cmocka_unit_test(gaps_come_on_request),      cmocka_unit_test(absurd_markets_are_refused),
        cmocka_unit_test(the_label_survives_a_file),
    };
    return cmocka_run_group_tests(tests, ts_temporary_make, ts_temporary_remove);
}

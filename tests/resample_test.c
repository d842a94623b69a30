/* Longer bars made of shorter ones, against a loop that goes through every minute. */
#include "host/series/resample.h"
#include "tests/shared_candles.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define MINUTE INT64_C(60000)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

/* The bar of [open, open + interval), looked for in the whole series; false: no candle is in it. */
static bool naive_bar(const ts_series *series, int64_t open, int64_t interval, size_t *hint, ts_candle *bar)
{
    bool found = false;
    while (*hint < series->bars && series->time[*hint] < open) ++*hint;
    for (size_t i = *hint; i < series->bars && series->time[i] < open + interval; i++) {
        ts_candle candle = ts_series_candle(series, i);
        if (!found) {
            *bar = candle;
            bar->time = open;
            found = true;
            continue;
        }
        bar->value[TS_HIGH] = candle.value[TS_HIGH] > bar->value[TS_HIGH] ? candle.value[TS_HIGH] : bar->value[TS_HIGH];
        bar->value[TS_LOW] = candle.value[TS_LOW] < bar->value[TS_LOW] ? candle.value[TS_LOW] : bar->value[TS_LOW];
        bar->value[TS_CLOSE] = candle.value[TS_CLOSE];
        bar->value[TS_VOLUME] += candle.value[TS_VOLUME];
    }
    return found;
}

static void check(const ts_series *series, int64_t interval)
{
    ts_series made = {0};
    ts_error error = {0};
    size_t whole, hint = 0, bar = 0;
    const ts_resampling how = {.interval_ms = interval, .from_ms = INT64_MIN, .to_ms = INT64_MAX, .partial = true};
    assert_int_equal(ts_series_resample(series, &how, &made, &whole, &error), 0);
    assert_int_equal(made.interval_ms, interval);
    assert_string_equal(made.symbol, series->symbol);
    int64_t last = series->time[series->bars - 1];
    for (int64_t open = series->time[0] / interval * interval; open <= last; open += interval) {
        ts_candle wanted;
        if (!naive_bar(series, open, interval, &hint, &wanted)) continue;
        assert_true(bar < made.bars);
        ts_candle got = ts_series_candle(&made, bar++);
        assert_int_equal(got.time, wanted.time);
        assert_memory_equal(got.value, wanted.value, sizeof got.value);
    }
    assert_int_equal(bar, made.bars);
    bool last_is_whole = last + series->interval_ms >= made.time[made.bars - 1] + interval;
    assert_int_equal(whole, made.bars - !last_is_whole);
    ts_series_clear(&made);
}

static void real_candles_agree_with_the_naive_loop(void **state)
{
    (void)state;
    ts_series series = {0};
    static const int64_t intervals[] = {3 * MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, DAY};
    shared_candles(TS_SHARED_DATA, "1m-2021-apr-may/SOL-USDT.1m.csv.zst", 80000, &series);
    for (size_t i = 0; i < sizeof intervals / sizeof *intervals; i++) check(&series, intervals[i]);
    ts_series_clear(&series);
}

static void add(ts_series *series, int64_t time, double price, double volume)
{
    ts_error error = {0};
    ts_candle candle = {time, {price, price + 1, price - 1, price + 0.5, volume}};
    assert_int_equal(ts_series_append(series, &candle, &error), 0);
}

/* A hole of bars, a hole within a bar, and an end within a bar. */
static void make_holes(ts_series *series)
{
    snprintf(series->symbol, sizeof series->symbol, "A-B");
    series->interval_ms = MINUTE;
    for (int64_t m = 3; m < 60; m++)
        if (m % 7 && (m < 20 || m >= 31)) add(series, m * MINUTE, (double)(100 + m), 0.1 * (double)m);
    add(series, 61 * MINUTE, 200, 1);
    add(series, 62 * MINUTE, 201, 1);
}

static void holes_leave_no_bars_and_ends_are_told(void **state)
{
    (void)state;
    ts_series series = {0}, made = {0};
    ts_error error = {0};
    size_t whole;
    make_holes(&series);
    check(&series, 5 * MINUTE);
    check(&series, HOUR);
    ts_resampling how = {.interval_ms = 5 * MINUTE, .from_ms = INT64_MIN, .to_ms = INT64_MAX};
    assert_int_equal(ts_series_resample(&series, &how, &made, &whole, &error), 0);
    assert_int_equal(made.bars, 10); /* of the 12 of an hour, those at 20 and 25 are empty; that at 60 is not over */
    assert_int_equal(whole, 10);
    assert_int_equal(made.time[0], 0);
    assert_int_equal(made.time[9], 55 * MINUTE);
    ts_series_clear(&made);
    add(&series, 64 * MINUTE, 205, 1); /* its last minute: now it is over, though others are missing */
    assert_int_equal(ts_series_resample(&series, &how, &made, &whole, &error), 0);
    assert_int_equal(made.bars, 11);
    assert_true(made.column[TS_OPEN][10] == 200 && made.column[TS_CLOSE][10] == 205.5);
    assert_true(made.column[TS_HIGH][10] == 206 && made.column[TS_LOW][10] == 199 && made.column[TS_VOLUME][10] == 3);
    ts_series_clear(&made);
    ts_series_clear(&series);
}

static void ranges_hold_opens_and_pages_meet(void **state)
{
    (void)state;
    ts_series series = {0}, made = {0};
    ts_error error = {0};
    size_t whole;
    make_holes(&series);
    ts_resampling how = {.interval_ms = 5 * MINUTE, .from_ms = 6 * MINUTE, .to_ms = 31 * MINUTE};
    assert_int_equal(ts_series_resample(&series, &how, &made, &whole, &error), 0);
    assert_int_equal(made.bars, 3); /* 10, 15, 30; not 5, whose first minute is before */
    assert_int_equal(made.time[0], 10 * MINUTE);
    assert_int_equal(made.time[2], 30 * MINUTE);
    ts_series_clear(&made);
    how = (ts_resampling){.interval_ms = 5 * MINUTE, .from_ms = INT64_MIN, .to_ms = INT64_MAX, .most = 4};
    for (int page = 0, bars[] = {4, 4, 2, 0}; page < 4; page++) {
        assert_int_equal(ts_series_resample(&series, &how, &made, &whole, &error), 0);
        assert_int_equal(made.bars, bars[page]);
        if (made.bars) how.from_ms = made.time[made.bars - 1] + 1;
        ts_series_clear(&made);
    }
    how.interval_ms = 7 * MINUTE + 1;
    assert_int_equal(ts_series_resample(&series, &how, &made, &whole, &error), -1);
    assert_int_equal(error.code, TS_USAGE);
    ts_series_clear(&series);
}

static void bars_open_in_utc_and_weeks_on_mondays(void **state)
{
    (void)state;
    int64_t thursday = INT64_C(1704326400000) + 5 * HOUR; /* 2024-01-04T05:00Z */
    assert_int_equal(ts_interval_open(thursday, DAY), INT64_C(1704326400000));
    assert_int_equal(ts_interval_open(thursday, 7 * DAY), INT64_C(1704067200000)); /* Monday, 2024-01-01 */
    assert_int_equal(ts_interval_open(thursday, 4 * HOUR), thursday - HOUR);
    assert_int_equal(ts_interval_open(-1, HOUR), -HOUR);
    assert_true(ts_interval_divides(MINUTE, HOUR) && ts_interval_divides(DAY, 7 * DAY));
    assert_false(ts_interval_divides(HOUR, HOUR) || ts_interval_divides(3 * MINUTE, 5 * MINUTE));
    assert_false(ts_interval_divides(0, HOUR));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(real_candles_agree_with_the_naive_loop),
                                       cmocka_unit_test(holes_leave_no_bars_and_ends_are_told),
                                       cmocka_unit_test(ranges_hold_opens_and_pages_meet),
                                       cmocka_unit_test(bars_open_in_utc_and_weeks_on_mondays)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

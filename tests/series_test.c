/* Candles in memory. */
#include "host/series/series.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define MINUTE INT64_C(60000)

/* Bars at the given minutes, with open 10 + minute, high + 2, low - 1, close + 1, volume minute. */
static void make(ts_series *series, const int *minutes, size_t count)
{
    snprintf(series->symbol, sizeof series->symbol, "BTC-USD");
    snprintf(series->exchange, sizeof series->exchange, "local");
    series->interval_ms = MINUTE;
    for (size_t i = 0; i < count; i++) {
        double open = 10.0 + minutes[i];
        ts_candle candle = {minutes[i] * MINUTE, {open, open + 2, open - 1, open + 1, minutes[i]}};
        ts_error error = {0};
        assert_int_equal(ts_series_append(series, &candle, &error), 0);
    }
}

static void appending_keeps_every_bar_and_alignment(void **state)
{
    (void)state;
    ts_series series = {0};
    ts_error error = {0};
    for (int i = 0; i < 5000; i++) {
        ts_candle candle = {i * MINUTE, {i + 1, i + 2, i + 0.5, i + 1.5, i}};
        assert_int_equal(ts_series_append(&series, &candle, &error), 0);
    }
    assert_int_equal(series.bars, 5000);
    for (int i = 0; i < 5000; i++) {
        ts_candle candle = ts_series_candle(&series, (size_t)i);
        assert_int_equal(candle.time, i * MINUTE);
        assert_true(candle.value[TS_OPEN] == i + 1 && candle.value[TS_HIGH] == i + 2);
        assert_true(candle.value[TS_LOW] == i + 0.5 && candle.value[TS_CLOSE] == i + 1.5);
        assert_true(candle.value[TS_VOLUME] == i);
    }
    for (int c = 0; c < TS_COLUMNS; c++) assert_int_equal((uintptr_t)series.column[c] % 64, 0);
    ts_series_clear(&series);
    assert_int_equal(series.bars, 0);
    assert_null(series.time);
}

static void absurd_sizes_are_refused(void **state)
{
    (void)state;
    ts_series series = {0};
    ts_error error = {0};
    assert_int_equal(ts_series_reserve(&series, SIZE_MAX / 4, &error), -1);
    assert_int_equal(error.code, TS_BAD_DATA);
    assert_null(series.time);
}

static void find_gives_the_first_bar_not_before(void **state)
{
    (void)state;
    ts_series series = {0};
    make(&series, (int[]){1, 2, 4}, 3);
    assert_int_equal(ts_series_find(&series, INT64_MIN), 0);
    assert_int_equal(ts_series_find(&series, MINUTE), 0);
    assert_int_equal(ts_series_find(&series, MINUTE + 1), 1);
    assert_int_equal(ts_series_find(&series, 3 * MINUTE), 2);
    assert_int_equal(ts_series_find(&series, 4 * MINUTE), 2);
    assert_int_equal(ts_series_find(&series, 4 * MINUTE + 1), 3);
    ts_series_clear(&series);
    assert_int_equal(ts_series_find(&series, 0), 0);
}

static void a_copy_is_a_slice_with_the_names(void **state)
{
    (void)state;
    ts_series series = {.synthetic = true}, slice = {0}, nothing = {0};
    ts_error error = {0};
    make(&series, (int[]){1, 2, 4}, 3);
    assert_int_equal(ts_series_copy(&series, 1, 3, &slice, &error), 0);
    assert_int_equal(slice.bars, 2);
    assert_string_equal(slice.symbol, "BTC-USD");
    assert_int_equal(slice.interval_ms, MINUTE);
    assert_true(slice.synthetic);
    assert_int_equal(slice.time[0], 2 * MINUTE);
    assert_true(slice.column[TS_CLOSE][1] == 15);
    assert_int_equal(ts_series_copy(&series, 2, 2, &nothing, &error), 0);
    assert_int_equal(nothing.bars, 0);
    ts_series_clear(&series);
    ts_series_clear(&slice);
    ts_series_clear(&nothing);
}

static void gaps_are_counted(void **state)
{
    (void)state;
    ts_series series = {0};
    /* Missing: 3 (one bar), 5 6 7 (three). Bar 0 has volume 0. */
    make(&series, (int[]){0, 1, 2, 4, 8, 9}, 6);
    ts_gaps gaps = ts_series_gaps(&series);
    assert_int_equal(gaps.gaps, 2);
    assert_int_equal(gaps.missing, 4);
    assert_int_equal(gaps.longest, 3);
    assert_int_equal(gaps.longest_after_ms, 4 * MINUTE);
    assert_int_equal(gaps.zero_volume, 1);
    ts_series_clear(&series);
    gaps = ts_series_gaps(&series);
    assert_int_equal(gaps.gaps + gaps.missing + gaps.zero_volume, 0);
}

static void filled_gaps_are_flat_and_without_volume(void **state)
{
    (void)state;
    ts_series series = {0};
    ts_error error = {0};
    make(&series, (int[]){1, 2, 5}, 3);
    assert_int_equal(ts_series_fill_gaps(&series, &error), 0);
    assert_int_equal(series.bars, 5);
    for (int i = 0; i < 5; i++) assert_int_equal(series.time[i], (i + 1) * MINUTE);
    for (size_t bar = 2; bar < 4; bar++) { /* the close of minute 2 is 13 */
        for (int c = 0; c < TS_VOLUME; c++) assert_true(series.column[c][bar] == 13);
        assert_true(series.column[TS_VOLUME][bar] == 0);
    }
    assert_true(series.column[TS_OPEN][4] == 15);
    assert_string_equal(series.symbol, "BTC-USD");
    assert_int_equal(ts_series_gaps(&series).gaps, 0);
    ts_series_clear(&series);
}

static void a_gap_of_centuries_is_not_filled(void **state)
{
    (void)state;
    ts_series series = {0};
    ts_error error = {0};
    make(&series, (int[]){1, 2}, 2);
    ts_candle late = {INT64_C(250) * 365 * 86400000, {1, 1, 1, 1, 1}};
    assert_int_equal(ts_series_append(&series, &late, &error), 0);
    assert_int_equal(ts_series_fill_gaps(&series, &error), -1);
    assert_int_equal(error.code, TS_BAD_DATA);
    assert_int_equal(series.bars, 3);
    ts_series_clear(&series);
}

static void the_fingerprint_sees_every_bit(void **state)
{
    (void)state;
    char first[TS_FINGERPRINT_TEXT], again[TS_FINGERPRINT_TEXT];
    ts_series series = {0};
    make(&series, (int[]){1, 2, 3}, 3);
    ts_series_fingerprint(&series, 0, 3, first);
    assert_int_equal(strlen(first), 32);
    ts_series_fingerprint(&series, 0, 3, again);
    assert_string_equal(first, again);
    for (int c = 0; c < TS_COLUMNS; c++) {
        double kept = series.column[c][1];
        uint64_t bits;
        memcpy(&bits, &kept, sizeof bits);
        bits ^= 1;
        memcpy(&series.column[c][1], &bits, sizeof bits);
        ts_series_fingerprint(&series, 0, 3, again);
        assert_string_not_equal(first, again);
        series.column[c][1] = kept;
    }
    series.time[2]++;
    ts_series_fingerprint(&series, 0, 3, again);
    assert_string_not_equal(first, again);
    series.time[2]--;
    series.interval_ms = 2 * MINUTE;
    ts_series_fingerprint(&series, 0, 3, again);
    assert_string_not_equal(first, again);
    series.interval_ms = MINUTE;
    series.symbol[0] = 'E';
    ts_series_fingerprint(&series, 0, 3, again);
    assert_string_not_equal(first, again);
    series.symbol[0] = 'B';
    ts_series_fingerprint(&series, 0, 2, again);
    assert_string_not_equal(first, again);
    ts_series_fingerprint(&series, 0, 3, again);
    assert_string_equal(first, again);
    ts_series_clear(&series);
}

static void fingerprints_come_in_pieces(void **state)
{
    (void)state;
    char whole[TS_FINGERPRINT_TEXT], pieces[TS_FINGERPRINT_TEXT], nothing[TS_FINGERPRINT_TEXT];
    ts_fingerprint_of("candles", 7, whole);
    ts_fingerprint *fingerprint = ts_fingerprint_new();
    assert_non_null(fingerprint);
    ts_fingerprint_add(fingerprint, "can", 3);
    ts_fingerprint_add(fingerprint, "", 0);
    ts_fingerprint_add(fingerprint, "dles", 4);
    ts_fingerprint_text(fingerprint, pieces);
    assert_string_equal(whole, pieces);
    ts_fingerprint_of("", 0, nothing);
    /* The value that xxHash's own documentation gives for XXH3-128 of nothing. */
    assert_string_equal(nothing, "99aa06d3014798d86001c324468d497f");
    ts_fingerprint_free(fingerprint);
    ts_fingerprint_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appending_keeps_every_bar_and_alignment),
        cmocka_unit_test(absurd_sizes_are_refused),
        cmocka_unit_test(find_gives_the_first_bar_not_before),
        cmocka_unit_test(a_copy_is_a_slice_with_the_names),
        cmocka_unit_test(gaps_are_counted),
        cmocka_unit_test(filled_gaps_are_flat_and_without_volume),
        cmocka_unit_test(a_gap_of_centuries_is_not_filled),
        cmocka_unit_test(the_fingerprint_sees_every_bit),
        cmocka_unit_test(fingerprints_come_in_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

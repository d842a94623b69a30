/* Candle files of every shape and compression. */
#include "data/candles/candles.h"
#include "data/candles/decimal.h"
#include "tests/temporary.h"
#include "tests/two_candles.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define FIRST INT64_C(1640995200000) /* 2022-01-01T00:00:00Z */

/* The two candles that every file of this test holds, in its own way. */
static void expect_both(const char *path, const ts_reading *reading, const char *shape)
{
    ts_series series = {0};
    ts_error error = {0};
    ts_read_report report;
    ts_candles_query query = {.file = path};
    if (reading) query.reading = *reading;
    if (ts_candles_load(&query, &series, &report, &error)) fail_msg("%s", error.text);
    static const double expected[TS_COLUMNS][2] = {{1, 1.5}, {2, 2.5}, {0.5, 1}, {1.5, 2}, {10, 20}};
    assert_int_equal(series.bars, 2);
    assert_int_equal(series.time[0], FIRST);
    assert_int_equal(series.time[1], FIRST + 60000);
    assert_int_equal(series.interval_ms, 60000);
    for (int c = 0; c < TS_COLUMNS; c++) {
        assert_true(series.column[c][0] == expected[c][0]);
        assert_true(series.column[c][1] == expected[c][1]);
    }
    if (shape) assert_string_equal(report.shape, shape);
    assert_int_equal(report.rows, 2);
    assert_false(series.synthetic);
    ts_series_clear(&series);
}

static void expect_text(const char *text, const char *shape)
{
    expect_both(ts_temporary_text("BTC-USD.csv", text), NULL, shape);
}

static void binance_in_milliseconds_and_microseconds(void **state)
{
    (void)state;
    expect_text("1640995200000,1,2,0.5,1.5,10,1640995259999,12.5,3,1,1,0\n"
                "1640995260000,1.5,2.5,1,2,20,1640995319999,12.5,3,1,1,0\n",
                "binance");
    expect_text("1640995200000000,1,2,0.5,1.5,10,1640995259999999,12.5,3,1,1,0\n"
                "1640995260000000,1.5,2.5,1,2,20,1640995319999999,12.5,3,1,1,0\n",
                "binance");
    expect_text("1640995200000,1,2,0.5,1.5,10,1640995259999,12.5,3,1,1,0\n"
                "1640995260000000,1.5,2.5,1,2,20,1640995319999999,12.5,3,1,1,0\n",
                "binance");
    expect_text("open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,"
                "taker_buy_quote_volume,ignore\n"
                "1640995200000,1,2,0.5,1.5,10,1640995259999,12.5,3,1,1,0\n"
                "1640995260000000,1.5,2.5,1,2,20,1640995319999999,12.5,3,1,1,0\n",
                "header");
    expect_text(
        "[[1640995200000,\"1.00\",\"2.00\",\"0.50\",\"1.50\",\"10.0\",1640995259999,\"12.5\",3,\"1\",\"1\",\"0\"],"
        "[1640995260000,\"1.50\",\"2.50\",\"1.00\",\"2.00\",\"20.0\",1640995319999,\"12.5\",3,\"1\",\"1\",\"0\"]]",
        "binance");
}

static void kraken(void **state)
{
    (void)state;
    expect_text("1640995200,1,2,0.5,1.5,10,7\n1640995260,1.5,2.5,1,2,20,9\n", "kraken");
}

static void coinbase_has_low_first_and_the_newest_first(void **state)
{
    (void)state;
    expect_text("1640995260,1,2.5,1.5,2,20\n1640995200,0.5,2,1,1.5,10\n", "coinbase");
    expect_text("time,low,high,open,close,volume\n1640995260,1,2.5,1.5,2,20\n1640995200,0.5,2,1,1.5,10\n", "header");
    expect_text("[[1640995260,1,2.5,1.5,2,20],[1640995200,0.5,2,1,1.5,10]]\n", "coinbase");
    ts_reading said = {.shape = "coinbase"};
    expect_both(ts_temporary_text("BTC-USD.csv", "1640995260,1,2.5,1.5,2,20\n1640995200,0.5,2,1,1.5,10\n"), &said,
                "coinbase");
}

/* While open and low are equal both readings are the same; the first row that tells puts the earlier ones right. */
static void low_is_told_from_open_by_the_first_row_that_differs(void **state)
{
    (void)state;
    ts_series series = {0};
    ts_error error = {0};
    ts_candles_query query = {.file = ts_temporary_text("BTC-USD.csv", "1640995320,7,9,7,8,1\n"
                                                                       "1640995260,7,9,7,8,1\n"
                                                                       "1640995200,5,9,6,8,1\n")};
    assert_int_equal(ts_candles_load(&query, &series, NULL, &error), 0);
    assert_true(series.column[TS_LOW][0] == 5 && series.column[TS_OPEN][0] == 6);
    assert_true(series.column[TS_LOW][2] == 7 && series.column[TS_OPEN][2] == 7);
    ts_series_clear(&series);
}

static void freqtrade(void **state)
{
    (void)state;
    expect_text("[[1640995200000,1.0,2.0,0.5,1.5,10.0],[1640995260000,1.5,2.5,1.0,2.0,20.0]]", "plain");
    expect_text(" [ [ 1640995200000 , 1.0, 2.0,0.5,1.5, 10.0 ] ,\n [1640995260000,1.5,2.5,1.0,2.0,20.0]\n]\n", "plain");
    ts_reading said = {.shape = "freqtrade"};
    expect_both(ts_temporary_text("BTC_USD-1m.json",
                                  "[[1640995200000,1.0,2.0,0.5,1.5,10.0],[1640995260000,1.5,2.5,1.0,2.0,20.0]]"),
                &said, "freqtrade");
}

static void plain_columns_in_any_unit(void **state)
{
    (void)state;
    expect_text("1640995200,1,2,0.5,1.5,10\n1640995260,1.5,2.5,1,2,20\n", "plain");
    expect_text("1640995200000,1,2,0.5,1.5,10\n1640995260000,1.5,2.5,1,2,20\n", "plain");
    expect_text("1640995200000000,1,2,0.5,1.5,10\n1640995260000000,1.5,2.5,1,2,20\n", "plain");
    expect_text("1640995200000000000,1,2,0.5,1.5,10\n1640995260000000000,1.5,2.5,1,2,20\n", "plain");
    expect_text("1640995200.0,1,2,0.5,1.5,10\n1640995260.0,1.5,2.5,1,2,20\n", "plain");
    expect_text("2022-01-01T00:00:00Z,1,2,0.5,1.5,10\n2022-01-01T00:01:00Z,1.5,2.5,1,2,20\n", "plain");
    expect_text("2022-01-01 00:00:00,1,2,0.5,1.5,10\r\n2022-01-01 00:01,1.5,2.5,1,2,20\r\n\r\n", "plain");
    expect_text("2022-01-01T02:00:00+02:00,1,2,0.5,1.5,10\n2022-01-01T00:01:00+00:00,1.5,2.5,1,2,20", "plain");
}

static void headers_name_their_columns(void **state)
{
    (void)state;
    expect_text("time,open,high,low,close,volume\n1640995200,1,2,0.5,1.5,10\n1640995260,1.5,2.5,1,2,20\n", "header");
    expect_text(
        "\xef\xbb\xbfVolume;Close;Low;High;Open;Timestamp\n10;1.5;0.5;2;1;1640995200\n20;2;1;2.5;1.5;1640995260\n",
        "header");
    expect_text("unix,date,symbol,open,high,low,close,Volume BTC,Volume USD\n"
                "1640995260,2022-01-01 00:01:00,BTC/USD,1.5,2.5,1,2,20,40\n"
                "1640995200,2022-01-01 00:00:00,BTC/USD,1,2,0.5,1.5,10,15\n",
                "header");
    expect_text("\"Open time\"\t\"o\"\t\"h\"\t\"l\"\t\"c\"\t\"v\"\n"
                "\"1640995200\"\t\"1\"\t\"2\"\t\"0.5\"\t\"1.5\"\t\"10\"\n1640995260\t1.5\t2.5\t1\t2\t20\n",
                "header");
    expect_text(
        "note,time,open,high,low,close,volume\n\"a, b\",1640995200,1,2,0.5,1.5,10\n-,1640995260,1.5,2.5,1,2,20\n",
        "header");
}

static void columns_can_be_named_by_the_user(void **state)
{
    (void)state;
    ts_reading said = {.columns = "v,-,ts,o,h,l,c", .unit = TS_UNIT_MS};
    const char *path =
        ts_temporary_text("BTC-USD.csv", "10,x,1640995200000,1,2,0.5,1.5\n20,y,1640995260000,1.5,2.5,1,2\n");
    expect_both(path, &said, "columns");
    ts_reading wrong = {.columns = "v,what,ts,o,h,l,c"};
    ts_series series = {0};
    ts_error error = {0};
    assert_int_equal(ts_candles_read(path, &wrong, &series, NULL, &error), -1);
    assert_int_equal(error.code, TS_USAGE);
    assert_non_null(strstr(error.text, "'what'"));
    wrong.columns = "v,-,ts,o,h,l,-";
    error = (ts_error){0};
    assert_int_equal(ts_candles_read(path, &wrong, &series, NULL, &error), -1);
    assert_non_null(strstr(error.text, "'close'"));
}

static void compressed_files_are_the_same(void **state)
{
    (void)state;
    expect_both(ts_temporary_file("BTC-USD.csv.zst", zstd_file, sizeof zstd_file), NULL, "header");
    expect_both(ts_temporary_file("BTC-USD.csv.gz", gzip_file, sizeof gzip_file), NULL, "header");
    /* What counts is the content: names may lie. */
    expect_both(ts_temporary_file("BTC-USD.csv", zstd_file, sizeof zstd_file), NULL, "header");
}

static void gzip_members_and_zstd_frames_follow_one_another(void **state)
{
    (void)state;
    unsigned char twice[2 * sizeof gzip_file + 2 * sizeof zstd_file];
    ts_error error = {0};
    ts_series series = {0};
    ts_candles_query query = {.reading.columns = "time,open,high,low,close,volume"};
    memcpy(twice, gzip_file, sizeof gzip_file);
    memcpy(twice + sizeof gzip_file, gzip_file, sizeof gzip_file);
    /* The second header is no number: that it is seen at all proves the second member was read. */
    query.file = ts_temporary_file("BTC-USD.csv.gz", twice, 2 * sizeof gzip_file);
    assert_int_equal(ts_candles_load(&query, &series, NULL, &error), -1);
    assert_non_null(strstr(error.text, "line 4"));
    memcpy(twice, zstd_file, sizeof zstd_file);
    memcpy(twice + sizeof zstd_file, zstd_file, sizeof zstd_file);
    query.file = ts_temporary_file("BTC-USD.csv.zst", twice, 2 * sizeof zstd_file);
    error = (ts_error){0};
    assert_int_equal(ts_candles_load(&query, &series, NULL, &error), -1);
    assert_non_null(strstr(error.text, "line 4"));
}

static void equal_rows_are_dropped_and_counted(void **state)
{
    (void)state;
    ts_series series = {0};
    ts_error error = {0};
    ts_read_report report;
    ts_candles_query query = {.file = ts_temporary_text("BTC-USD.csv", "1640995200,1,2,0.5,1.5,10\n"
                                                                       "1640995200,1.0,2.0,.5,15e-1,10\n"
                                                                       "1640995260,1.5,2.5,1,2,20\n")};
    assert_int_equal(ts_candles_load(&query, &series, &report, &error), 0);
    assert_int_equal(series.bars, 2);
    assert_int_equal(report.duplicates, 1);
    assert_int_equal(report.rows, 3);
    ts_series_clear(&series);
}

static void a_later_row_may_win_and_the_last_be_dropped(void **state)
{
    (void)state;
    ts_series series = {0};
    ts_error error = {0};
    ts_candles_query query = {.file = ts_temporary_text("BTC-USD.csv", "1640995200,1,2,0.5,1.5,10\n"
                                                                       "1640995260,1.5,2.5,1,2,20\n"
                                                                       "1640995260,1.5,2.5,1,2.25,25\n"
                                                                       "1640995320,1,1,1,1,0\n"),
                              .interval = "1m",
                              .reading = {.on_conflict = TS_CONFLICT_KEEP_LAST, .drop_last = true}};
    if (ts_candles_load(&query, &series, NULL, &error)) fail_msg("%s", error.text);
    assert_int_equal(series.bars, 2);
    assert_true(series.column[TS_CLOSE][1] == 2.25);
    assert_true(series.column[TS_VOLUME][1] == 25);
    ts_series_clear(&series);
}

static void names_and_intervals_are_found_or_checked(void **state)
{
    (void)state;
    static const char text[] = "1640995200,1,2,0.5,1.5,10\n1640995260,1.5,2.5,1,2,20\n";
    ts_series series = {0};
    ts_error error = {0};
    ts_candles_query query = {.file = ts_temporary_text("BTCUSDT-1m-2022-01.csv", text)};
    assert_int_equal(ts_candles_load(&query, &series, NULL, &error), 0);
    assert_string_equal(series.symbol, "BTC-USDT");
    assert_string_equal(series.exchange, "local");
    ts_series_clear(&series);
    query = (ts_candles_query){.file = query.file, .symbol = "ETH-USDT"};
    assert_int_equal(ts_candles_load(&query, &series, NULL, &error), -1);
    assert_int_equal(error.code, TS_BAD_DATA);
    assert_null(series.time);
    query = (ts_candles_query){.file = query.file, .symbol = "btcusdt", .interval = "5m"};
    error = (ts_error){0};
    assert_int_equal(ts_candles_load(&query, &series, NULL, &error), -1);
    assert_int_equal(error.code, TS_BAD_DATA);
    assert_non_null(strstr(error.text, "said to be 5m"));
    assert_non_null(strstr(error.text, "which is 1m"));
    query = (ts_candles_query){.file = query.file, .symbol = "btcusdt", .interval = "7m"};
    error = (ts_error){0};
    assert_int_equal(ts_candles_load(&query, &series, NULL, &error), -1);
    assert_int_equal(error.code, TS_USAGE);
    /* A name that is no symbol is a label, and contradicts nobody. */
    query = (ts_candles_query){.file = ts_temporary_text("my candles.csv", text)};
    error = (ts_error){0};
    assert_int_equal(ts_candles_load(&query, &series, NULL, &error), 0);
    assert_string_equal(series.symbol, "my_candles");
    ts_series_clear(&series);
    query.symbol = "ETH/USD";
    assert_int_equal(ts_candles_load(&query, &series, NULL, &error), 0);
    assert_string_equal(series.symbol, "ETH-USD");
    ts_series_clear(&series);
}

static void decimals_are_the_nearest_doubles(void **state)
{
    (void)state;
    static const char *const texts[] = {"0",
                                        "1",
                                        "-1",
                                        "+1.5",
                                        ".5",
                                        "5.",
                                        "46216.93",
                                        "40.57574",
                                        "1e22",
                                        "1e-22",
                                        "1e23",
                                        "123456789012345678901234567890",
                                        "9007199254740993",
                                        "0.30000000000000004",
                                        "16.65999984741211",
                                        "5e-324",
                                        "1.7976931348623157e308",
                                        "0.00000000000000000000000000001",
                                        "1E+5",
                                        "0000000000000000000000000000000000000001.5",
                                        "9007199254740992e1",
                                        "0.1",
                                        "2.2250738585072011e-308",
                                        "18446744073709551616",
                                        "99999999999999999999.5"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const char *at = texts[i];
        double value;
        assert_true(ts_decimal_read(&at, &value));
        assert_int_equal(*at, '\0');
        if (value != strtod(texts[i], NULL)) fail_msg("%s: %.17g", texts[i], value);
    }
    static const char *const refused[] = {"",    ".",    "-",   "+",        "e5",    "1e", "1e+", "nan",
                                          "inf", "-inf", "NaN", "Infinity", "1e999", " 1", "--1", "x"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        const char *at = refused[i];
        double value;
        if (ts_decimal_read(&at, &value)) fail_msg("'%s' was read as %g", refused[i], value);
        assert_ptr_equal(at, refused[i]);
    }
    const char *at = "0x10";
    double value;
    assert_true(ts_decimal_read(&at, &value));
    assert_int_equal(*at, 'x');
}

/* Random digits of every length, against the C library. */
static void random_decimals_are_the_nearest_doubles(void **state)
{
    (void)state;
    uint64_t random = 1;
    for (int i = 0; i < 200000; i++) {
        char text[48];
        random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        unsigned long long digits = (unsigned long long)(random >> (random >> 58 & 63));
        int point = (int)(random >> 20 & 15), exponent = (int)(random >> 30 & 63) - 32;
        snprintf(text, sizeof text, "%llu.%0*llue%d", digits, point + 1, (unsigned long long)(random >> 40) % 10,
                 exponent);
        const char *at = text;
        double value;
        assert_true(ts_decimal_read(&at, &value));
        if (value != strtod(text, NULL)) fail_msg("%s: %.17g", text, value);
    }
}

static void real_files_have_the_bars_and_gaps_that_are_known(void **state)
{
    (void)state;
    static const struct {
        const char *name, *symbol;
        int64_t interval_s;
        size_t bars, gaps, missing, longest, zero_volume;
    } files[] = {
        {"1h/BTC-USDT.1h.csv.zst", "BTC-USDT", 3600, 37923, 1, 1, 1, 1},
        {"1d/SOL-USDT.1d.csv.zst", "SOL-USDT", 86400, 2088, 0, 0, 0, 0},
        {"1m-2021-apr-may/LTC-USDT.1m.csv.zst", "LTC-USDT", 60, 61277, 2, 433, 283, 0},
        {"coinbase-and-others/BTC-EUR.1m.coinbase.csv.zst", "BTC-EUR", 60, 3663, 156, 657, 431, 0},
        {"coinbase-and-others/BTC-USD.4h.coinbase.csv.zst", "BTC-USD", 14400, 20695, 3, 5, 3, 0},
        {"coinbase-and-others/UNITTEST-BTC.1m.bittrex.csv.zst", "UNITTEST-BTC", 60, 13681, 538, 717, 7, 0},
        {"coinbase-and-others/SP500.1w.yahoo.csv.zst", "SP500", 604800, 3977, 0, 0, 0, 0},
        {"coinbase-and-others/ETH-USD.5m.binance.csv.zst", "ETH-USD", 300, 580, 0, 0, 0, 0},
        {"1m/BTC-USDT.1m.csv.zst", "BTC-USDT", 60, 1306000, 1, 80, 80, 72},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        ts_series series = {0};
        ts_error error = {0};
        ts_candles_query query = {.file = ts_shared_data(TS_SHARED_DATA, files[i].name)};
        if (ts_candles_load(&query, &series, NULL, &error)) fail_msg("%s", error.text);
        ts_gaps gaps = ts_series_gaps(&series);
        assert_string_equal(series.symbol, files[i].symbol);
        assert_int_equal(series.interval_ms, files[i].interval_s * 1000);
        assert_int_equal(series.bars, files[i].bars);
        assert_int_equal(gaps.gaps, files[i].gaps);
        assert_int_equal(gaps.missing, files[i].missing);
        assert_int_equal(gaps.longest, files[i].longest);
        assert_int_equal(gaps.zero_volume, files[i].zero_volume);
        ts_series_clear(&series);
    }
}

static void candles_of_no_interval_are_refused(void **state)
{
    (void)state;
    static const char *const names[] = {"coinbase-and-others/BTC-USD.1mo.csv.zst",
                                        "coinbase-and-others/BTC-USD.1s.coinbase.csv.zst"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        ts_series series = {0};
        ts_error error = {0};
        ts_candles_query query = {.file = ts_shared_data(TS_SHARED_DATA, names[i])};
        assert_int_equal(ts_candles_load(&query, &series, NULL, &error), -1);
        assert_int_equal(error.code, TS_BAD_DATA);
        assert_non_null(strstr(error.text, "none of the intervals"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(binance_in_milliseconds_and_microseconds),
        cmocka_unit_test(kraken),
        cmocka_unit_test(coinbase_has_low_first_and_the_newest_first),
        cmocka_unit_test(low_is_told_from_open_by_the_first_row_that_differs),
        cmocka_unit_test(freqtrade),
        cmocka_unit_test(plain_columns_in_any_unit),
        cmocka_unit_test(headers_name_their_columns),
        cmocka_unit_test(columns_can_be_named_by_the_user),
        cmocka_unit_test(compressed_files_are_the_same),
        cmocka_unit_test(gzip_members_and_zstd_frames_follow_one_another),
        cmocka_unit_test(equal_rows_are_dropped_and_counted),
        cmocka_unit_test(a_later_row_may_win_and_the_last_be_dropped),
        cmocka_unit_test(names_and_intervals_are_found_or_checked),
        cmocka_unit_test(decimals_are_the_nearest_doubles),
        cmocka_unit_test(random_decimals_are_the_nearest_doubles),
        cmocka_unit_test(real_files_have_the_bars_and_gaps_that_are_known),
        cmocka_unit_test(candles_of_no_interval_are_refused),
    };
    return cmocka_run_group_tests(tests, ts_temporary_make, ts_temporary_remove);
}

/* What bad candle files get: an error that names the file, the line and the field, and no candles. */
#include "data/candles/candles.h"
#include "tests/temporary.h"
#include "tests/two_candles.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void expect_error(const ts_candles_query *query, int code, const char *const *words)
{
    ts_series series = {0};
    ts_error error = {0};
    assert_int_equal(ts_candles_load(query, &series, NULL, &error), -1);
    if (error.code != code) fail_msg("code %d, expected %d: %s", error.code, code, error.text);
    for (; *words; words++)
        if (!strstr(error.text, *words)) fail_msg("'%s' is not in: %s", *words, error.text);
    assert_int_equal(series.bars, 0);
    assert_null(series.time);
}

static void expect_bad_file(const char *path, const char *const *words)
{
    expect_error(&(ts_candles_query){.file = path}, TS_BAD_DATA, words);
}

#define HEADER "time,open,high,low,close,volume\n"
#define GOOD   "1640995200,1,2,0.5,1.5,10\n"
#define NEXT   "1640995260,1.5,2.5,1,2,20\n"

/* Each text, and the words that its error must hold; every error names the file too. */
static const struct {
    const char *text, *words[4];
} faults[] = {
    {"", {"is empty"}},
    {"\n\n", {"is empty"}},
    {HEADER, {"no candle after the header"}},
    {HEADER GOOD "1640995260,1.5,2.5,1,2\n", {"line 3", "5 fields, expected 6"}},
    {HEADER GOOD "1640995260,1.5,2.5,1,2,20,7\n", {"line 3", "7 fields, expected 6"}},
    {HEADER GOOD "1640995260,1.5,2.5,1,2,\n", {"line 3", "field 6 (volume)", "''"}},
    {HEADER GOOD "1640995260,1.5,,1,2,20\n", {"line 3", "field 3 (high)"}},
    {HEADER GOOD "1640995260,nan,2.5,1,2,20\n", {"line 3", "field 2 (open)", "'nan'"}},
    {HEADER GOOD "1640995260,1.5,inf,1,2,20\n", {"line 3", "field 3 (high)", "'inf'"}},
    {HEADER GOOD "1640995260,1.5,0x2,1,2,20\n", {"line 3", "field 3 (high)"}},
    {HEADER GOOD "1640995260,1.5,2.5 1,1,2,20\n", {"line 3", "field 3 (high)"}},
    {HEADER GOOD "1640995260,1.5,1e999,1,2,20\n", {"line 3", "field 3 (high)"}},
    {HEADER GOOD "1640995260,1.5,1e308,1,2,20\n", {"line 3", "high", "not between"}},
    {HEADER GOOD "1640995260,-1.5,2.5,1,2,20\n", {"line 3", "open -1.5", "above 0"}},
    {HEADER GOOD "1640995260,0,2.5,0,2,20\n", {"line 3", "open 0", "above 0"}},
    {HEADER GOOD "1640995260,1.5,2.5,1,2,-20\n", {"line 3", "volume -20"}},
    {HEADER GOOD "1640995260,1.5,1,2.5,2,20\n", {"line 3", "high 1 is below low 2.5"}},
    {HEADER GOOD "1640995260,3,2.5,1,2,20\n", {"line 3", "open 3 is above high 2.5"}},
    {HEADER GOOD "1640995260,1.5,2.5,1,0.25,20\n", {"line 3", "close 0.25 is below low 1"}},
    {HEADER GOOD NEXT GOOD, {"line 4", "goes backwards", "2022-01-01T00:00:00Z after 2022-01-01T00:01:00Z"}},
    {HEADER NEXT GOOD "1640995320,1,1,1,1,1\n", {"line 4", "newest first so far"}},
    {HEADER GOOD "1640995200,1,2,0.5,1.5,11\n", {"line 3", "two different candles of one time"}},
    {HEADER GOOD "1640995260000,1.5,2.5,1,2,20\n", {"line 3", "milliseconds", "expected seconds"}},
    {HEADER GOOD "2022-01-01T00:01:00Z,1.5,2.5,1,2,20\n", {"line 3", "text", "seconds"}},
    {HEADER "2022-01-01T00:00:00Z,1,2,0.5,1.5,10\n1640995260,1.5,2.5,1,2,20\n",
     {"line 3", "'1640995260' is not a time"}},
    {HEADER GOOD "soon,1.5,2.5,1,2,20\n", {"line 3", "'soon' is not a time"}},
    {HEADER "2022-13-01,1,2,0.5,1.5,10\n", {"line 2", "'2022-13-01' is not a time"}},
    {HEADER "99999999999,1,2,0.5,1.5,10\n", {"line 2", "between the years 1900 and 2200"}},
    {HEADER "1640995200123456789,1,2,0.5,1.5,10\n", {"line 2", "whole number of milliseconds"}},
    {HEADER "99999999999999999999999,1,2,0.5,1.5,10\n", {"line 2", "is not a time"}},
    {HEADER GOOD NEXT "1640995350,1,1,1,1,1\n1640995410,1,1,1,1,1\n",
     {"2022-01-01T00:02:30Z", "90 s", "whole number of intervals of 1m"}},
    {HEADER GOOD NEXT "1640995270,1,1,1,1,1\n1640995330,1,1,1,1,1\n", {"10 s", "whole number of intervals"}},
    {HEADER GOOD, {"one bar only", "--interval"}},
    {HEADER GOOD "1640995290,1.5,2.5,1,2,20\n", {"90 s", "none of the intervals"}},
    {"time,open,high,low,close\n" GOOD, {"line 1", "no column 'volume'"}},
    {"a,b,c,d,e,f\n" GOOD, {"line 1", "no column"}},
    {"1640995200,1,2,0.5,1.5\n", {"line 1", "5 columns without a header"}},
    {"1640995200\n", {"line 1", "1 column without a header"}},
    {"hello\n", {"line 1", "no column"}},
    {"<html><body>503</body></html>\n", {"line 1", "1 column without a header"}},
    {"1640995260,1,2,0.5,1.5,10,7\n1640995200,1,2,0.5,1.5,10,7\n", {"line 2", "goes backwards"}}, /* Kraken ascends */
    {"[[1640995200000,1,2,0.5,1.5,10],[1640995260000,1.5,2.5,1,2,20]", {"truncated"}},
    {"[[1640995200000,1,2,0.5,1.5,10],[16409952", {"truncated"}},
    {"[[1640995200000,1,2,0.5,1.5,10],", {"truncated"}},
    {"[[1640995200000,1,2,0.5,1.5,10] [1640995260000,1.5,2.5,1,2,20]]", {"row 2", "array of arrays"}},
    {"[[1640995200000,1,2,0.5,1.5,10]]]", {"after the end"}},
    {"[[1640995200000,1,2,0.5,1.5,10]] x", {"after the end"}},
    {"[[1640995200000,1,2,0.5,null,10]]", {"row 1", "'null'"}},
    {"[{\"time\": 1640995200000}]", {"array of arrays"}},
    {"[]", {"is empty"}},
    {"[1,2,3]", {"array of arrays"}},
    {"{\"candles\": []}", {"1 column without a header"}},
};

static void every_fault_is_told_with_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        const char *words[6] = {"BTC-USD.csv"};
        memcpy(words + 1, faults[i].words, sizeof faults[i].words);
        expect_bad_file(ts_temporary_text("BTC-USD.csv", faults[i].text), words);
    }
}

static void missing_and_unreadable_files(void **state)
{
    (void)state;
    const char *const missing[] = {"nowhere.csv", "No such file", NULL}, *const folder[] = {"folder", NULL};
    expect_bad_file("nowhere.csv", missing);
    expect_bad_file(ts_temporary(""), folder);
}

static void zero_bytes_and_endless_lines(void **state)
{
    (void)state;
    static char text[200000];
    const char *const zero[] = {"line 3", "zero byte", NULL}, *const endless[] = {"line 1", "no candle is", NULL};
    static const char holed[] = HEADER GOOD "1640995260,1.5,2.5,1,2,20\0x\n";
    expect_bad_file(ts_temporary_file("BTC-USD.csv", holed, sizeof holed - 1), zero);
    memset(text, '1', sizeof text);
    expect_bad_file(ts_temporary_file("BTC-USD.csv", text, sizeof text), endless);
    memset(text, ',', sizeof text);
    expect_bad_file(ts_temporary_file("BTC-USD.csv", text, 60000), (const char *const[]){"line 1", NULL});
}

static void a_query_that_contradicts_itself(void **state)
{
    (void)state;
    const char *file = ts_temporary_text("BTC-USD.csv", HEADER GOOD NEXT);
    const char *const where[] = {"where the candles are", NULL}, *const needs[] = {"--symbol", "--interval", NULL};
    expect_error(&(ts_candles_query){0}, TS_USAGE, where);
    expect_error(&(ts_candles_query){.file = file, .store = "."}, TS_USAGE, where);
    expect_error(&(ts_candles_query){.store = "."}, TS_USAGE, needs);
    const char *const format[] = {"'csv' is not a format", NULL}, *const json[] = {"line 1", "not JSON", NULL};
    expect_error(&(ts_candles_query){.file = file, .reading.shape = "csv"}, TS_USAGE, format);
    expect_error(&(ts_candles_query){.file = file, .reading.shape = "freqtrade"}, TS_BAD_DATA, json);
}

static void several_faults_can_be_told_at_once(void **state)
{
    (void)state;
    const char *file = ts_temporary_text("BTC-USD.csv", HEADER GOOD "1640995260,x,2.5,1,2,20\n"
                                                                    "1640995320,1,2,0.5,1.5,-1\n"
                                                                    "1640995380,1,2,0.5,1.5\n");
    const char *const first[] = {"line 3", NULL}, *const two[] = {"line 3", "line 4", NULL};
    const char *const all[] = {"line 3", "line 4", "line 5", NULL};
    expect_error(&(ts_candles_query){.file = file}, TS_BAD_DATA, first);
    expect_error(&(ts_candles_query){.file = file, .reading.errors_limit = 2}, TS_BAD_DATA, two);
    expect_error(&(ts_candles_query){.file = file, .reading.errors_limit = 99}, TS_BAD_DATA, all);
}

/* Every shorter file, and every flipped bit, is an error or the very same candles (a bit in a gzip's name or date). */
static void damage(const char *name, const unsigned char *bytes, size_t length)
{
    unsigned char copy[256];
    char whole[TS_FINGERPRINT_TEXT], is[TS_FINGERPRINT_TEXT];
    ts_series series = {0};
    ts_error error = {0};
    ts_candles_query query = {.file = ts_temporary_file(name, bytes, length)};
    assert_true(length <= sizeof copy);
    assert_int_equal(ts_candles_load(&query, &series, NULL, &error), 0);
    ts_series_fingerprint(&series, 0, series.bars, whole);
    ts_series_clear(&series);
    for (size_t shorter = 1; shorter < length; shorter++) {
        const char *const nothing[] = {NULL};
        expect_bad_file(ts_temporary_file(name, bytes, length - shorter), nothing);
    }
    for (size_t bit = 0; bit < length * 8; bit++) {
        memcpy(copy, bytes, length);
        copy[bit / 8] ^= (unsigned char)(1 << bit % 8);
        query.file = ts_temporary_file(name, copy, length);
        error = (ts_error){0};
        if (ts_candles_load(&query, &series, NULL, &error)) {
            assert_int_equal(error.code, TS_BAD_DATA);
            continue;
        }
        ts_series_fingerprint(&series, 0, series.bars, is);
        assert_string_equal(whole, is);
        ts_series_clear(&series);
    }
}

static void damaged_compression_never_passes(void **state)
{
    (void)state;
    damage("BTC-USD.csv.zst", zstd_file, sizeof zstd_file);
    damage("BTC-USD.csv.gz", gzip_file, sizeof gzip_file);
    const char *const words[] = {"BTC-USD.csv.zst", "zstd", "truncated", NULL};
    expect_bad_file(ts_temporary_file("BTC-USD.csv.zst", zstd_file, sizeof zstd_file - 1), words);
    const char *const gzip[] = {"BTC-USD.csv.gz", "gzip", "truncated", NULL};
    expect_bad_file(ts_temporary_file("BTC-USD.csv.gz", gzip_file, sizeof gzip_file - 9), gzip);
}

static void a_truncated_real_file_is_refused(void **state)
{
    (void)state;
    static unsigned char bytes[400000];
    const char *path = ts_shared_data(TS_SHARED_DATA, "1h/BTC-USDT.1h.csv.zst");
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fread(bytes, 1, sizeof bytes, file), sizeof bytes);
    fclose(file);
    const char *const words[] = {"truncated", NULL};
    expect_bad_file(ts_temporary_file("BTC-USDT.csv.zst", bytes, sizeof bytes), words);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fault_is_told_with_its_place), cmocka_unit_test(missing_and_unreadable_files),
        cmocka_unit_test(zero_bytes_and_endless_lines),       cmocka_unit_test(a_query_that_contradicts_itself),
        cmocka_unit_test(several_faults_can_be_told_at_once), cmocka_unit_test(damaged_compression_never_passes),
        cmocka_unit_test(a_truncated_real_file_is_refused),
    };
    return cmocka_run_group_tests(tests, ts_temporary_make, ts_temporary_remove);
}

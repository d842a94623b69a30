/* InfluxDB's line protocol: what is written is read back, what is damaged or hostile is refused with a sentence; and
 * settings of the writer that do not fit. */
#define _GNU_SOURCE
#include "common/philox.h"
#include "data/influx/influx.h"
#include "data/influx/line.h"
#include "tests/soak.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const ts_store_key btc = {.exchange = "coinbase", .symbol = "BTC-USD", .interval_ms = 60000};

static void test_the_line_of_a_candle(void **state)
{
    (void)state;
    ts_strbuf out = {0};
    const ts_candle candle = {INT64_C(1700000000000), {100, 0.1, 1e-9, 1e21, 0}};
    ts_line_put(&out, &btc, &candle);
    assert_string_equal(out.text, "candles,currency_pair=BTC/USD,exchange=coinbase,interval=1m,symbol=BTC-USD "
                                  "open=100.0,high=0.1,low=1e-09,close=1e+21,volume=0.0 1700000000000\n");
    ts_strbuf_clear(&out);
}

static double any_real(ts_draws *draws)
{
    double value;
    do {
        uint64_t bits = (uint64_t)ts_draw_u32(draws) << 32 | ts_draw_u32(draws);
        memcpy(&value, &bits, sizeof value);
    } while (!(value - value == 0));
    return value == 0 ? 0 : value; /* -0 is written 0 */
}

static void any_text(ts_draws *draws, char *text, const char *letters, size_t most)
{
    size_t length = 1 + ts_draw_below(draws, (uint32_t)most), i = 0;
    for (; i < length; i++) text[i] = letters[ts_draw_below(draws, (uint32_t)strlen(letters))];
    text[i] = '\0';
}

static void test_lines_are_read_back(void **state)
{
    (void)state;
    static const int64_t intervals[] = {60000, 900000, 3600000, 86400000, 604800000};
    ts_draws draws = ts_draws_at(0x6c696e65, 0, 0, 0);
    for (uint32_t i = 0; i < soak(20000); i++) {
        ts_store_key key = {.interval_ms = intervals[i % 5]}, read;
        ts_candle candle = {.time = (int64_t)ts_draw_u32(&draws) * 60000}, again;
        ts_strbuf out = {0};
        ts_error error = {0};
        any_text(&draws, key.exchange, "abcxyz019_-", sizeof key.exchange - 1);
        any_text(&draws, key.symbol, "ABCXYZ0189", 20);
        strncat(key.symbol, "-USD", 5);
        for (int c = 0; c < TS_COLUMNS; c++) candle.value[c] = any_real(&draws);
        ts_line_put(&out, &key, &candle);
        if (ts_line_read(out.text, out.length, &read, &again, &error)) fail_msg("%s in: %s", error.text, out.text);
        assert_memory_equal(&candle, &again, sizeof candle);
        assert_string_equal(read.symbol, key.symbol);
        assert_string_equal(read.exchange, key.exchange);
        assert_int_equal(read.interval_ms, key.interval_ms);
        /* damaged, it is read as something or refused with a sentence */
        out.text[ts_draw_below(&draws, (uint32_t)out.length)] = (char)ts_draw_below(&draws, 256);
        size_t length = ts_draw_below(&draws, (uint32_t)out.length + 1);
        char *exact = malloc(length ? length : 1); /* so that a step too far is seen */
        memcpy(exact, out.text, length);
        if (ts_line_read(exact, length, &read, &again, &error)) assert_int_equal(error.code, TS_BAD_DATA);
        free(exact);
        ts_strbuf_clear(&out);
    }
}

static void test_lines_that_are_refused(void **state)
{
    (void)state;
#define TAGS   "candles,currency_pair=BTC/USD,exchange=coinbase,interval=1m,symbol=BTC-USD "
#define FIELDS "open=1,high=1,low=1,close=1,volume=1"
    static const char *const lines[][2] = {
        {"", "a word is missing"},
        {"trades,a=b c=1 1", "expected the measurement candles, found 'trades'"},
        {"candles,currency_pair=BTC/USD,side=buy " FIELDS " 1", "tag 'side': not expected, or there twice"},
        {"candles,symbol=BTC-USD,symbol=BTC-USD " FIELDS " 1", "tag 'symbol': not expected, or there twice"},
        {TAGS "open=1 1", "field high: missing"},
        {TAGS "open=1,open=1 1", "field 'open': not expected, or there twice"},
        {TAGS "open=1i,high=1,low=1,close=1,volume=1 1", "field open: expected a number, found '1i'"},
        {TAGS FIELDS, "expected a time"},
        {TAGS FIELDS " 1x", "expected a time in milliseconds, found '1x'"},
        {TAGS FIELDS " 1 2", "something follows the time"},
        {"candles,currency_pair=ETH/USD,exchange=coinbase,interval=1m,symbol=BTC-USD " FIELDS " 1",
         "symbol 'BTC-USD' and currency_pair 'ETH/USD' do not fit"}};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        ts_store_key key;
        ts_candle candle;
        ts_error error = {0};
        assert_int_equal(ts_line_read(lines[i][0], strlen(lines[i][0]), &key, &candle, &error), -1);
        assert_string_equal(error.text, lines[i][1]);
    }
}

static void test_setups_that_do_not_fit(void **state)
{
    (void)state;
    static const ts_influx_setup setups[] = {
        {.database = "d"},
        {.url = "influx:8086", .database = "d"},
        {.url = "ftp://influx:8086", .database = "d"},
        {.url = "http://user:canary@influx:8086", .database = "d"},
        {.url = "http://influx:8086/?a=b", .database = "d"},
        {.url = "http://influx:8086"},
        {.url = "http://influx:8086", .database = "d", .org = "o"},
        {.url = "http://influx:8086", .org = "o", .bucket = "b"},
        {.url = "http://influx:8086", .org = "o", .token = "abcdef"},
        {.url = "http://influx", .org = "o", .bucket = "b", .token = "abcd\nX: y"}};
    for (size_t i = 0; i < sizeof setups / sizeof *setups; i++) {
        ts_error error = {0};
        assert_null(ts_influx_open(&setups[i], &error));
        assert_int_equal(error.code, TS_BAD_CONFIG);
        assert_null(strstr(error.text, "canary"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_line_of_a_candle), cmocka_unit_test(test_lines_are_read_back),
        cmocka_unit_test(test_lines_that_are_refused), cmocka_unit_test(test_setups_that_do_not_fit)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

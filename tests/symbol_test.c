/* Names at the doors: symbols and intervals. */
#include "common/interval.h"
#include "common/symbol.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void expect_symbol(const char *text, const char *symbol)
{
    char read[TS_SYMBOL_TEXT];
    ts_error error = {0};
    if (ts_symbol_parse(text, read, &error)) fail_msg("%s: %s", text, error.text);
    assert_string_equal(read, symbol);
}

static void expect_refused(const char *text, const char *reason)
{
    char read[TS_SYMBOL_TEXT];
    ts_error error = {0};
    assert_int_equal(ts_symbol_parse(text, read, &error), -1);
    assert_int_equal(error.code, TS_USAGE);
    if (!strstr(error.text, reason)) fail_msg("'%s' lacks '%s'", error.text, reason);
}

static void every_spelling_becomes_base_and_quote(void **state)
{
    (void)state;
    expect_symbol("BTC-USD", "BTC-USD");
    expect_symbol("btc-usd", "BTC-USD");
    expect_symbol("btcusd", "BTC-USD");
    expect_symbol("BTC/USD", "BTC-USD");
    expect_symbol("BTC_USDT", "BTC-USDT");
    expect_symbol("BTCUSDT", "BTC-USDT");
    expect_symbol("XBTUSD", "BTC-USD");
    expect_symbol("XBT/EUR", "BTC-EUR");
    expect_symbol("XDGUSD", "DOGE-USD");
    expect_symbol("XXBTZUSD", "BTC-USD");
    expect_symbol("ETHXBT", "ETH-BTC");
    expect_symbol("1INCHUSDT", "1INCH-USDT");
    expect_symbol("UNITTEST-BTC", "UNITTEST-BTC");
    expect_symbol("BTC-PERP", "BTC-PERP");
    expect_symbol("A-B", "A-B");
    expect_symbol("ABCDEFGHIJKLMNOPQRST-ABCDEFGHIJKLMNOPQRST", "ABCDEFGHIJKLMNOPQRST-ABCDEFGHIJKLMNOPQRST");
}

static void the_longest_quote_wins_unless_a_coin_says_otherwise(void **state)
{
    (void)state;
    expect_symbol("BTCBUSD", "BTC-BUSD");
    expect_symbol("BTCFDUSD", "BTC-FDUSD");
    expect_symbol("QQQBUSD", "QQQ-BUSD");
    expect_symbol("bnbusd", "BNB-USD");
    expect_symbol("dotusd", "DOT-USD");
    expect_symbol("shibusd", "SHIB-USD");
    expect_refused("arbusd", "ambiguous: write AR-BUSD or ARB-USD");
}

static void what_is_no_symbol_is_refused(void **state)
{
    (void)state;
    expect_refused("", "is not a symbol");
    expect_refused("BTC", "is not a symbol");
    expect_refused("BTC-", "is not a symbol");
    expect_refused("-USD", "is not a symbol");
    expect_refused("BTC-USD-X", "is not a symbol");
    expect_refused("BTC USD", "is not a symbol");
    expect_refused("B\xc3\x84-USD", "is not a symbol");
    expect_refused("ABCDEFGHIJKLMNOPQRSTU-USD", "is not a symbol");
    expect_refused("../../etc/passwd", "is not a symbol");
    expect_refused("USD", "is not a symbol");
    expect_refused("QQQWWW", "known quote");
}

static void expect_from_path(const char *path, const char *symbol)
{
    char read[TS_SYMBOL_TEXT];
    ts_error error = {0};
    if (ts_symbol_from_path(path, read, &error)) fail_msg("%s: %s", path, error.text);
    assert_string_equal(read, symbol);
}

static void file_names_say_symbols(void **state)
{
    (void)state;
    expect_from_path("BTC-USDT.1m.csv.zst", "BTC-USDT");
    expect_from_path("/a/b.c/BTCUSDT-1m-2024-01.csv", "BTC-USDT");
    expect_from_path("XBTUSD_1.csv", "BTC-USD");
    expect_from_path("XDGUSD_1440.csv", "DOGE-USD");
    expect_from_path("BTC_USDT-1m.json", "BTC-USDT");
    expect_from_path("btcusd.csv", "BTC-USD");
    expect_from_path("1INCH-USDT.csv", "1INCH-USDT");
    char symbol[TS_SYMBOL_TEXT];
    ts_error error = {0};
    assert_int_equal(ts_symbol_from_path("folder/candles.csv", symbol, &error), -1);
    assert_int_equal(error.code, TS_USAGE);
    assert_non_null(strstr(error.text, "folder/candles.csv"));
}

static void known_quotes_tell_symbols_from_names(void **state)
{
    (void)state;
    assert_true(ts_symbol_known("BTC-USDT"));
    assert_true(ts_symbol_known("XYZ-EUR"));
    assert_false(ts_symbol_known("MY-DATA"));
    assert_false(ts_symbol_known("candles"));
}

static void intervals_are_these_twelve(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t seconds;
    } table[] = {{"1m", 60},   {"3m", 180},   {"5m", 300},   {"15m", 900},   {"30m", 1800}, {"1h", 3600},
                 {"2h", 7200}, {"4h", 14400}, {"6h", 21600}, {"12h", 43200}, {"1d", 86400}, {"1w", 604800}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        int64_t ms = 0;
        ts_error error = {0};
        assert_int_equal(ts_interval_parse(table[i].text, &ms, &error), 0);
        assert_int_equal(ms, table[i].seconds * 1000);
        assert_string_equal(ts_interval_text(ms), table[i].text);
    }
    static const char *const others[] = {"", "1", "m", "2m", "1M", "60s", "1h ", "24h", "1mo"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        int64_t ms = 0;
        ts_error error = {0};
        assert_int_equal(ts_interval_parse(others[i], &ms, &error), -1);
        assert_int_equal(error.code, TS_USAGE);
    }
    assert_null(ts_interval_text(61000));
    assert_true(ts_interval_bars_per_year(60000) == 525600);
    assert_true(ts_interval_bars_per_year(86400000) == 365);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_spelling_becomes_base_and_quote),
        cmocka_unit_test(the_longest_quote_wins_unless_a_coin_says_otherwise),
        cmocka_unit_test(what_is_no_symbol_is_refused),
        cmocka_unit_test(file_names_say_symbols),
        cmocka_unit_test(known_quotes_tell_symbols_from_names),
        cmocka_unit_test(intervals_are_these_twelve),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The decoders of the four REST interfaces: answers as they should be, and hostile ones with what they are refused for.
 */
#include "ingest/candle_exchange.h"

#include "common/strbuf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MINUTE = 60000 };

/* The answer in memory of exactly its size, so that the sanitizers see any step beyond it. */
static int read_bytes(const char *exchange, const char *bytes, size_t size, int64_t interval_ms, ts_candle_rows *rows,
                      ts_error *error)
{
    const ts_candle_exchange *is = ts_candle_exchange_find(exchange, error);
    char *exact = malloc(size ? size : 1);
    assert_non_null(is);
    assert_non_null(exact);
    memcpy(exact, bytes, size);
    int status = ts_candle_rows_read(&is->layout, interval_ms, exact, size, rows, error);
    free(exact);
    return status;
}

#define ADVANCED(start, low, high, open, close, volume)                                                                \
    "{\"start\":\"" start "\",\"low\":\"" low "\",\"high\":\"" high "\",\"open\":\"" open "\",\"close\":\"" close      \
    "\",\"volume\":\"" volume "\"}"

/* The same three candles of 2025-03-01 from each door, as each tells them. */
static const struct {
    const char *exchange, *text;
} doors[] = {
    {"coinbase", "{\"candles\":[" ADVANCED("1740787320", "9.5", "11", "10", "10.5", "0.00000001") "," ADVANCED(
                     "1740787260", "9", "12", "10", "11", "7") "," ADVANCED("1740787200", "1", "2", "1.5", "1.25",
                                                                            "0") "],\"more\":{\"a\":[1,{}]}}"},
    {"coinbase-exchange", "[[1740787320,9.5,11,10,10.5,1e-8],[1740787260,9,12,10,11,7],[1740787200,1,2,1.5,1.25,0]]"},
    {"binance",
     "[[1740787200000,\"1.50\",\"2\",\"1\",\"1.25\",\"0\",1740787259999,\"0\",0,\"0\",\"0\",\"0\"],"
     "[1740787260000,\"10\",\"12\",\"9\",\"11\",\"7\",1740787319999,\"0\",1,\"0\",\"0\",\"0\"],"
     "[1740787320000,\"10\",\"11\",\"9.5\",\"10.5\",\"0.00000001\",1740787379999,\"0\",1,\"0\",\"0\",\"0\"]]"},
    {"kraken",
     "{\"error\":[],\"result\":{\"XXBTZUSD\":[[1740787200,\"1.5\",\"2\",\"1\",\"1.25\",\"0\",\"0\",0],"
     "[1740787260,\"10\",\"12\",\"9\",\"11\",\"10.2\",\"7\",3],[1740787320,\"10\",\"11\",\"9.5\",\"10.5\",\"10\","
     "\"0.00000001\",1]],\"last\":1740787320}}"},
};

static void four_doors_say_the_same(void **state)
{
    static const ts_candle wanted[] = {{1740787200000, {1.5, 2, 1, 1.25, 0}},
                                       {1740787260000, {10, 12, 9, 11, 7}},
                                       {1740787320000, {10, 11, 9.5, 10.5, 1e-8}}};
    ts_candle_rows rows = {0};
    size_t count;
    (void)state;
    for (size_t i = 0; i < sizeof doors / sizeof *doors; i++) {
        ts_error error = {0};
        if (read_bytes(doors[i].exchange, doors[i].text, strlen(doors[i].text), MINUTE, &rows, &error))
            fail_msg("%s: %s", doors[i].exchange, error.text);
        assert_int_equal(rows.count, 3);
        assert_memory_equal(rows.candle, wanted, sizeof wanted);
        assert_ptr_equal(ts_candle_rows_within(&rows, 1740787260000, 1740787320000, &count), rows.candle + 1);
        assert_int_equal(count, 1);
        ts_candle_rows_within(&rows, 1740787320001, 1740799999999, &count);
        assert_int_equal(count, 0);
    }
    ts_candle_rows_clear(&rows);
}

/* Nothing that is cut off anywhere is an answer. */
static void what_is_cut_off_is_refused(void **state)
{
    ts_candle_rows rows = {0};
    (void)state;
    for (size_t i = 0; i < sizeof doors / sizeof *doors; i++)
        for (size_t size = 0; size < strlen(doors[i].text); size++) {
            ts_error error = {0};
            assert_int_equal(read_bytes(doors[i].exchange, doors[i].text, size, MINUTE, &rows, &error), -1);
            assert_int_equal(error.code, 65);
        }
    ts_candle_rows_clear(&rows);
}

#define ROW(values) "[[1740787200," values "]]"

static const struct {
    const char *exchange, *text, *says;
} hostile[] = {
    {"coinbase", "", "expected an object"},
    {"coinbase", "<html><body>We are down</body></html>", "expected an object"},
    {"coinbase", "[]", "expected an object"},
    {"coinbase", "null", "expected an object"},
    {"coinbase", "{}", "candles"},
    {"coinbase", "{\"candles\":{}}", "candles"},
    {"coinbase", "{\"candles\":[{}]}", "start"},
    {"coinbase", "{\"candles\":[]}{\"candles\":[]}", "after the end"},
    {"coinbase", "{\"candles\":[],\"candles\":[]}", "twice"},
    {"coinbase", "{\"candles\":[" ADVANCED("1740787200", "0", "2", "1", "1", "1") "]}", "2025-03-01T00:00:00Z"},
    {"coinbase", "{\"candles\":[" ADVANCED("1740787200", "2", "1", "1", "1", "1") "]}", "2025-03-01T00:00:00Z"},
    {"coinbase", "{\"candles\":[" ADVANCED("1740787200", "1", "2", "3", "1", "1") "]}", "2025-03-01T00:00:00Z"},
    {"coinbase", "{\"candles\":[" ADVANCED("1740787201", "1", "2", "1", "1", "1") "]}", "middle of an interval"},
    {"coinbase", "{\"candles\":[" ADVANCED("99999999999999", "1", "2", "1", "1", "1") "]}", "2200"},
    {"coinbase", "{\"candles\":[" ADVANCED("1e999", "1", "2", "1", "1", "1") "]}", "start"},
    {"coinbase", "{\"candles\":[" ADVANCED("-60", "1", "2", "1", "1", "1") "]}", "start"},
    {"coinbase", "{\"candles\":[" ADVANCED("", "1", "2", "1", "1", "1") "]}", "start"},
    {"coinbase", "{\"candles\":[" ADVANCED("1740787200", "1", "1e999", "1", "1", "1") "]}", "high"},
    {"coinbase", "{\"candles\":[" ADVANCED("1740787200", "1", "2", "NaN", "1", "1") "]}", "open"},
    {"coinbase", "{\"candles\":[" ADVANCED("1740787200", "1", "2", "0x1", "1", "1") "]}", "open"},
    {"coinbase", "{\"candles\":[" ADVANCED("1740787200", "1", "2", "1,5", "1", "1") "]}", "open"},
    {"coinbase", "{\"candles\":[" ADVANCED("1740787200", "1", "2", "1", "1", "-1") "]}", "volume"},
    {"coinbase", "{\"candles\":[" ADVANCED("1740787200", "1", "2", "1", "1", "99999999999999999999") "]}", "volume"},
    {"coinbase",
     "{\"candles\":[" ADVANCED("1740787200", "1", "2", "1", "1", "1") "," ADVANCED("1740787200", "1", "2", "1", "1",
                                                                                   "2") "]}",
     "twice"},
    {"coinbase-exchange", "{\"message\":\"NotFound\"}", "expected an array"},
    {"coinbase-exchange", "[1740787200,1,2,1,1,1]", "expected an array"},
    {"coinbase-exchange", "[[]]", "too short"},
    {"coinbase-exchange", ROW("1,2,1,1"), "too short"},
    {"coinbase-exchange", ROW("1,2,1,1,null"), "expected a number"},
    {"coinbase-exchange", ROW("1,2,1,1,true"), "expected a number"},
    {"coinbase-exchange", ROW("1,2,1,1,[]"), "expected a number"},
    {"coinbase-exchange", ROW("1,2,1,1,1e400"), "10^18"},
    {"coinbase-exchange", ROW("1,2,1,1,1") " x", "after the end"},
    {"binance", "{\"code\":-1121,\"msg\":\"Invalid symbol.\"}", "expected an array"},
    {"binance", "[[1740787200,\"1\",\"2\",\"1\",\"1\",\"1\"]]", "middle of an interval"},
    {"binance", "[[1740787200000000,\"1\",\"2\",\"1\",\"1\",\"1\"]]", "2200"},
    {"binance", "[[1740787200000,\"1\",\"2\",\"1\",\"1\"]]", "too short"},
    {"kraken", "{\"error\":[\"EAPI:Rate limit exceeded\"]}", "EAPI:Rate limit exceeded"},
    {"kraken", "{\"error\":[]}", "result"},
    {"kraken", "{\"error\":[\"a\\u0000\\u001b[31mb\"]}", "escape"},
    {"kraken", "{\"error\":[],\"result\":[]}", "result"},
    {"kraken", "{\"error\":[],\"result\":{\"X\":1}}", "result"},
    {"kraken", "{\"error\":[],\"result\":{\"X\":[[1740787200,\"1\",\"2\",\"1\",\"1\",\"1\"]]}}", "too short"},
};

static void hostile_answers_are_refused(void **state)
{
    ts_candle_rows rows = {0};
    (void)state;
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        ts_error error = {0};
        if (!read_bytes(hostile[i].exchange, hostile[i].text, strlen(hostile[i].text), MINUTE, &rows, &error))
            fail_msg("%s: taken: %s", hostile[i].exchange, hostile[i].text);
        assert_int_equal(error.code, 65);
        if (!strstr(error.text, hostile[i].says))
            fail_msg("%s: '%s' does not say '%s'", hostile[i].text, error.text, hostile[i].says);
        for (const char *at = error.text; *at; at++) assert_true((unsigned char)*at >= ' ');
        assert_false(rows.refused);
    }
    ts_candle_rows_clear(&rows);
}

static void bytes_that_are_no_text_are_refused(void **state)
{
    static const char zeros[64];
    static const char within[] = "[[1740787200,1,2,1,1,\0001]]";
    ts_candle_rows rows = {0};
    ts_error error = {0}, other = {0};
    (void)state;
    assert_int_equal(read_bytes("binance", zeros, sizeof zeros, MINUTE, &rows, &error), -1);
    assert_int_equal(read_bytes("coinbase-exchange", within, sizeof within - 1, MINUTE, &rows, &other), -1);
    ts_candle_rows_clear(&rows);
}

/* Repeated to this size: many rows, deep nesting. */
static void sizes_are_bounded(void **state)
{
    static const struct {
        const char *head, *again, *tail;
        size_t times;
        int status;
    } sizes[] = {{"[[1740787200,1,2,1,1,1]", ",[1740787200,1,2,1,1,1]", "]", TS_ROWS_LIMIT - 1, 0},
                 {"[[1740787200,1,2,1,1,1]", ",[1740787200,1,2,1,1,1]", "]", TS_ROWS_LIMIT, -1},
                 {"[", "[", "", 100000, -1},
                 {"[[1740787200,1,2,1,1,1,", "[", "", 100000, -1},
                 {"[[1740787200,1,2,1,1,0.", "0", "]]", 100000, 0},
                 {"[[1740787200,1,2,1,1,", "9", "]]", 100000, -1}};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        ts_strbuf text = {0};
        ts_candle_rows rows = {0};
        ts_error error = {0};
        ts_strbuf_puts(&text, sizes[i].head);
        for (size_t n = 0; n < sizes[i].times; n++) ts_strbuf_puts(&text, sizes[i].again);
        ts_strbuf_puts(&text, sizes[i].tail);
        if (read_bytes("coinbase-exchange", text.text, text.length, MINUTE, &rows, &error) != sizes[i].status)
            fail_msg("%zu times '%s': %s", sizes[i].times, sizes[i].again, error.text);
        assert_int_equal(rows.count, sizes[i].status ? rows.count : 1); /* told many times, there once */
        ts_strbuf_clear(&text);
        ts_candle_rows_clear(&rows);
    }
}

static void a_wrong_question_is_told_from_a_busy_exchange(void **state)
{
    static const char unknown[] = "{\"error\":[\"EQuery:Unknown asset pair\"]}";
    ts_candle_rows rows = {0};
    ts_error error = {0};
    (void)state;
    assert_int_equal(read_bytes("kraken", unknown, sizeof unknown - 1, MINUTE, &rows, &error), -1);
    assert_true(rows.refused);
    assert_non_null(strstr(error.text, "Unknown asset pair"));
}

static void weeks_begin_on_mondays(void **state)
{
    static const char monday[] = "[[1740960000000,\"1\",\"2\",\"1\",\"1\",\"1\"]]";
    static const char hour[] = "[[1740963600000,\"1\",\"2\",\"1\",\"1\",\"1\"]]";
    ts_candle_rows rows = {0};
    ts_error error = {0};
    (void)state;
    assert_int_equal(read_bytes("binance", monday, sizeof monday - 1, 604800000, &rows, &error), 0);
    assert_int_equal(read_bytes("binance", hour, sizeof hour - 1, 86400000, &rows, &error), -1);
    ts_candle_rows_clear(&rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(four_doors_say_the_same),     cmocka_unit_test(what_is_cut_off_is_refused),
        cmocka_unit_test(hostile_answers_are_refused), cmocka_unit_test(bytes_that_are_no_text_are_refused),
        cmocka_unit_test(sizes_are_bounded),           cmocka_unit_test(a_wrong_question_is_told_from_a_busy_exchange),
        cmocka_unit_test(weeks_begin_on_mondays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Message candle/1: what is written is what is read, and the id is of the candle alone. tests/messages_test.c reads the
 * examples and the cases of tests/messages/. */
#include "services/messages/candle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void a_candle_is_read_as_it_was_written(void **state)
{
    (void)state;
    ts_candle_message candle = {.exchange = "coinbase",
                                .symbol = "BTC-USD",
                                .interval_ms = 60000,
                                .candle = {1577836800000, {0.1 + 0.2, 1e9 / 3, 1e-9, 2, 0}}};
    static const char *const sources[] = {"trades", "rest", ""};
    char first[TS_FINGERPRINT_TEXT] = "";
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        ts_candle_message again;
        ts_json json = {.compact = true};
        ts_error error = {0};
        snprintf(candle.source, sizeof candle.source, "%s", sources[i]);
        assert_int_equal(ts_candle_message_id(&candle, &error), 0);
        ts_candle_message_json(&json, &candle);
        if (ts_candle_message_parse(json.out.text, json.out.length, &again, &error)) fail_msg("%s", error.text);
        assert_memory_equal(&again.candle, &candle.candle, sizeof again.candle);
        assert_string_equal(again.source, sources[i]);
        assert_true(again.interval_ms == 60000 && !strcmp(again.symbol, "BTC-USD"));
        if (i) assert_string_equal(again.candle_id, first);
        memcpy(first, again.candle_id, sizeof first);
        ts_strbuf_clear(&json.out);
    }
    ts_error error = {0};
    candle.candle.value[TS_VOLUME] = 1;
    assert_int_equal(ts_candle_message_id(&candle, &error), 0);
    assert_string_not_equal(candle.candle_id, first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_candle_is_read_as_it_was_written)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

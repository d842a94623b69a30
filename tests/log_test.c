#include "common/json.h"
#include "common/log.h"
#include "common/secret.h"
#include "common/trace.h"
#include "tests/stderr_lines.h"
#include "tests/temporary.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Before anything opens the log: what the command `tradestream` writes. */
static void plain_lines_of_the_command(void **state)
{
    (void)state;
    stderr_lines_begin();
    ts_log_info("read %d files", 2);
    ts_log_warning("a \x1b[31mred\x07 thing\tand tab");
    ts_log_error("ends");
    ts_log_event(TS_LOG_DEBUG, "not shown", TS_INT("n", 1));
    ts_log_event(TS_LOG_INFO, "stored", TS_INT("rows", -3), TS_TEXT("to", "a\x01"), TS_BOOL("all", true));
    assert_string_equal(stderr_lines_end(), "read 2 files\n"
                                            "warning: a \\x1b[31mred\\x07 thing\tand tab\n"
                                            "tradestream: ends\n"
                                            "stored rows=-3 to=a\\x01 all=true\n");
}

static void open_log(ts_log_format format, ts_log_level level)
{
    ts_log_setup setup = {.format = format, .level = level, .service = "tester", .version = "1.2.3", .rank = 7};
    ts_log_open(&setup);
}

/* The only line that was written, as JSON; the caller gives it back. */
static json_t *one_line(const char *lines)
{
    json_error_t error;
    size_t length = strcspn(lines, "\n");
    assert_string_equal(lines + length, "\n");
    json_t *line = json_loadb(lines, length, JSON_REJECT_DUPLICATES, &error);
    if (!line) fail_msg("%s: %s", error.text, lines);
    return line;
}

static const char *text_of(const json_t *line, const char *key)
{
    return json_string_value(json_object_get(line, key));
}

static void json_lines_of_a_service(void **state)
{
    (void)state;
    ts_trace trace;
    ts_trace_new(&trace);
    open_log(TS_LOG_JSON, TS_LOG_INFO);
    ts_log_run_id("run-1");
    ts_trace_set(&trace);
    stderr_lines_begin();
    ts_log_event(TS_LOG_DEBUG, "below the level", TS_INT("n", 1));
    ts_log_event(TS_LOG_WARNING, "a \"quoted\"\r\n\x01 \xc3\xa4 \xff\xed\xa0\x80\xc0\xaf\xf0\x9f\x98\x80 text",
                 TS_REAL("nan", NAN), TS_REAL("infinite", INFINITY), TS_REAL("tenth", 0.1), TS_TEXT("none", NULL));
    json_t *line = one_line(stderr_lines_end());
    /* Each byte that is part of no character is one U+FFFD. */
    assert_string_equal(
        text_of(line, "msg"),
        "a \"quoted\"\r\n\x01 \xc3\xa4 "
        "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xf0\x9f\x98\x80 text");
    assert_string_equal(text_of(line, "level"), "warning");
    assert_string_equal(text_of(line, "service"), "tester");
    assert_string_equal(text_of(line, "version"), "1.2.3");
    assert_string_equal(text_of(line, "run_id"), "run-1");
    assert_string_equal(text_of(line, "trace_id"), trace.trace_id);
    assert_string_equal(text_of(line, "span_id"), trace.span_id);
    assert_int_equal(strlen(text_of(line, "ts")), strlen("2024-06-25T23:59:00.000Z"));
    assert_int_equal(json_integer_value(json_object_get(line, "rank")), 7);
    assert_true(json_is_null(json_object_get(line, "nan")) && json_is_null(json_object_get(line, "infinite")));
    assert_true(json_is_null(json_object_get(line, "none")));
    assert_true(json_real_value(json_object_get(line, "tenth")) == 0.1);
    json_decref(line);
    ts_trace_set(NULL);
    ts_log_run_id(NULL);
    stderr_lines_begin();
    ts_progress(true, "%d %%", 50);
    line = one_line(stderr_lines_end());
    assert_string_equal(text_of(line, "msg"), "50 %");
    assert_null(json_object_get(line, "run_id"));
    assert_null(json_object_get(line, "trace_id"));
    json_decref(line);
}

static void secrets_are_blanked(void **state)
{
    (void)state;
    ts_error error = {0};
    char text[64] = "x=pass\"word/1, y=pass%22word%2F1";
    ts_strbuf buffer = {0};
    assert_int_equal(ts_secret_add("a", "pass\"word/1", &error), 0);
    assert_int_equal(ts_secret_add("b", "word/1-and-more", &error), 0);
    stderr_lines_begin();
    ts_log_event(TS_LOG_INFO, "it is pass\"word/1!", TS_TEXT("field", "word/1-and-more word/1-and-more"));
    json_t *line = one_line(stderr_lines_end());
    assert_string_equal(text_of(line, "msg"), "it is [redacted]!");
    assert_string_equal(text_of(line, "field"), "[redacted] [redacted]");
    json_decref(line);
    ts_secret_blank_text(text, sizeof text);
    assert_string_equal(text, "x=[redacted], y=[redacted]");
    ts_strbuf_puts(&buffer, "{\"a\": \"pass\\\"word/1\"}");
    ts_secret_blank(&buffer);
    assert_string_equal(buffer.text, "{\"a\": \"[redacted]\"}");
    assert_int_equal(buffer.length, strlen(buffer.text));
    assert_int_equal(ts_secret_add("--short", "abc", &error), -1);
    assert_int_equal(error.code, TS_BAD_CONFIG);
    assert_string_equal(error.text, "--short: has 3 characters; expected 4 to 65536");
    ts_strbuf_clear(&buffer);
    ts_secret_forget();
}

static void there_is_an_end_to_secrets(void **state)
{
    (void)state;
    ts_error error = {0};
    char text[32];
    int taken = 0;
    for (int i = 0; i < 1000 && !error.code; i++) {
        snprintf(text, sizeof text, "secret %d", i);
        taken += !ts_secret_add("name", text, &error);
    }
    assert_int_equal(error.code, TS_BAD_CONFIG);
    assert_in_range(taken, 64, 999);
    ts_secret_forget();
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(plain_lines_of_the_command),
                                       cmocka_unit_test(json_lines_of_a_service), cmocka_unit_test(secrets_are_blanked),
                                       cmocka_unit_test(there_is_an_end_to_secrets)};
    return cmocka_run_group_tests(tests, ts_temporary_make, ts_temporary_remove);
}

#include "common/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static int64_t parsed(const char *text)
{
    ts_error error = {0};
    int64_t time_ms = -1;
    assert_int_equal(ts_time_parse(text, &time_ms, &error), 0);
    return time_ms;
}

static void forms_that_are_read(void **state)
{
    (void)state;
    /* date -u -d 2024-06-25T23:59:00Z +%s gives 1719359940. */
    assert_int_equal(parsed("2024-06-25T23:59:00Z"), 1719359940000);
    assert_int_equal(parsed("2024-06-25 23:59"), 1719359940000);
    assert_int_equal(parsed("2024-06-25T23:59:00"), 1719359940000);
    assert_int_equal(parsed("2024-06-25T23:59:00.250Z"), 1719359940250);
    assert_int_equal(parsed("2024-06-26T01:59:00+02:00"), 1719359940000);
    assert_int_equal(parsed("2024-06-25T18:29:00-05:30"), 1719359940000);
    assert_int_equal(parsed("2024-06-25"), 1719273600000);
    assert_int_equal(parsed("1970-01-01"), 0);
    assert_int_equal(parsed("2000-02-29"), 951782400000);
    assert_int_equal(parsed("1969-12-31T23:59:59.999Z"), -1);
}

static void forms_that_are_refused(void **state)
{
    (void)state;
    const char *const bad[] = {
        "",           "yesterday",        "2024",          "2024-13-01",           "2024-02-30",
        "2023-02-29", "2024-01-01T24:00", "2024-01-01T12", "2024-01-01T12:00:61Z", "2024-01-01T12:00:00X",
        "1719359940", "2024-01-01Z",      "24-01-01",      "2024-01-01T12:00+2",   "2024-01-01T12:00:00.Z"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ts_error error = {0};
        int64_t time_ms;
        assert_int_equal(ts_time_parse(bad[i], &time_ms, &error), -1);
        assert_int_equal(error.code, TS_USAGE);
    }
}

static void what_is_written_is_read_back(void **state)
{
    (void)state;
    char text[TS_TIME_TEXT];
    assert_string_equal(ts_time_text(1719359940000, text), "2024-06-25T23:59:00Z");
    assert_string_equal(ts_time_text(1719359940007, text), "2024-06-25T23:59:00.007Z");
    assert_string_equal(ts_time_text(-1, text), "1969-12-31T23:59:59.999Z");
    const int64_t step = 86400000LL * 13 + 3661001; /* walks through months, leap days and centuries */
    for (int64_t time_ms = -62167219200000; time_ms < 253402300800000; time_ms += step)
        assert_int_equal(parsed(ts_time_text(time_ms, text)), time_ms);
}

static void seconds_go_forward(void **state)
{
    (void)state;
    double before = ts_clock_seconds();
    for (int i = 0; i < 1000; i++) {
        double now = ts_clock_seconds();
        assert_true(now >= before);
        before = now;
    }
    assert_true(ts_clock_now_ms() > 1700000000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms_that_are_read),
        cmocka_unit_test(forms_that_are_refused),
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(seconds_go_forward),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

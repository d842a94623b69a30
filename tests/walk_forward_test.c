/* Where the windows of a walk-forward lie. */
#include "host/validation/walk_forward.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DAY 86400000LL

static void a_spec_is_read_and_written(void **state)
{
    (void)state;
    static const struct {
        const char *text, *written;
        ts_walk_forward spec;
    } rows[] = {
        {"train=90d,test=30d", "train=90d,test=30d,step=30d", {90 * DAY, 30 * DAY, 30 * DAY, 0, false}},
        {"test=7d,train=8w,anchored", "train=8w,test=1w,step=1w,anchored", {56 * DAY, 7 * DAY, 7 * DAY, 0, true}},
        {"train=36h,test=90m,step=2h,embargo=0d",
         "train=36h,test=90m,step=2h",
         {36 * DAY / 24, 90 * 60000, 2 * DAY / 24, 0, false}},
        {"train=10d,test=5d,embargo=1d",
         "train=10d,test=5d,step=5d,embargo=1d",
         {10 * DAY, 5 * DAY, 5 * DAY, DAY, false}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ts_error error = {0};
        ts_walk_forward spec;
        char text[TS_WALK_FORWARD_TEXT];
        if (ts_walk_forward_parse(rows[i].text, &spec, &error)) fail_msg("%s", error.text);
        assert_int_equal(spec.train_ms, rows[i].spec.train_ms);
        assert_int_equal(spec.test_ms, rows[i].spec.test_ms);
        assert_int_equal(spec.step_ms, rows[i].spec.step_ms);
        assert_int_equal(spec.embargo_ms, rows[i].spec.embargo_ms);
        assert_int_equal(spec.anchored, rows[i].spec.anchored);
        assert_string_equal(ts_walk_forward_text(&spec, text), rows[i].written);
    }
}

static void a_wrong_spec_is_refused(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"", "unknown part ''"},
        {"train=90d", "both train and test are needed"},
        {"test=30d", "both train and test are needed"},
        {"train=90d,test=30d,step=29d", "the step is shorter than the test"},
        {"train=90,test=30d", "'train=90': expected a length such as"},
        {"train=0d,test=30d", "'train=0d': expected a length"},
        {"train=-1d,test=30d", "'train=-1d': expected a length"},
        {"train=1.5d,test=30d", "'train=1.5d': expected a length"},
        {"train=90y,test=30d", "'train=90y': expected a length"},
        {"train=99999999999999999999d,test=30d", "expected a length"},
        {"train=40000d,test=30d", "expected a length"},
        {"train=90d,train=80d,test=30d", "train is given twice"},
        {"train=90d,test=30d,purge=1d", "unknown part 'purge=1d'"},
        {"train=90d,test=30d,", "unknown part ''"},
        {"train=90d,test=30d,anchored=yes", "unknown part 'anchored=yes'"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ts_error error = {0};
        ts_walk_forward spec;
        assert_int_equal(ts_walk_forward_parse(rows[i][0], &spec, &error), -1);
        assert_int_equal(error.code, TS_USAGE);
        if (!strstr(error.text, rows[i][1])) fail_msg("'%s': %s", rows[i][0], error.text);
    }
}

static void windows_tile_the_time(void **state)
{
    (void)state;
    ts_error error = {0};
    ts_walk_forward spec;
    ts_train_test *window;
    size_t count;
    assert_int_equal(ts_walk_forward_parse("train=10d,test=3d,step=4d,embargo=1d", &spec, &error), 0);
    assert_int_equal(ts_walk_forward_windows(&spec, 5 * DAY, 28 * DAY - 1, 100, &window, &count, &error), 0);
    assert_int_equal(count, 3); /* tests end at 14, 18 and 22 days; the fourth would end with the last millisecond */
    for (int64_t i = 0; i < 3; i++) {
        assert_int_equal(window[i].train_from_ms, (5 + 4 * i) * DAY);
        assert_int_equal(window[i].train_to_ms, (15 + 4 * i) * DAY);
        assert_int_equal(window[i].test_from_ms, (16 + 4 * i) * DAY);
        assert_int_equal(window[i].test_to_ms, (19 + 4 * i) * DAY);
    }
    free(window);
    assert_int_equal(ts_walk_forward_count(&spec, 5 * DAY, 31 * DAY), 4);
    assert_int_equal(ts_walk_forward_count(&spec, 5 * DAY, 18 * DAY), 0);
    spec.anchored = true;
    assert_int_equal(ts_walk_forward_windows(&spec, 0, 22 * DAY, 100, &window, &count, &error), 0);
    assert_int_equal(count, 3);
    assert_int_equal(window[2].train_from_ms, 0);
    assert_int_equal(window[2].train_to_ms, 18 * DAY);
    free(window);
}

static void too_short_and_too_many_are_refused(void **state)
{
    (void)state;
    ts_error error = {0};
    ts_walk_forward spec;
    ts_train_test *window;
    size_t count;
    assert_int_equal(ts_walk_forward_parse("train=10d,test=3d", &spec, &error), 0);
    assert_int_equal(ts_walk_forward_windows(&spec, 0, 13 * DAY - 1, 100, &window, &count, &error), -1);
    assert_int_equal(error.code, TS_BAD_DATA);
    assert_non_null(strstr(error.text, "needs 13.00 days, the candles cover 13.00"));
    error = (ts_error){0};
    assert_int_equal(ts_walk_forward_windows(&spec, 0, 1000 * DAY, 100, &window, &count, &error), -1);
    assert_int_equal(error.code, TS_USAGE);
    assert_non_null(strstr(error.text, "gives 330 windows: expected at most 100"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_spec_is_read_and_written),
        cmocka_unit_test(a_wrong_spec_is_refused),
        cmocka_unit_test(windows_tile_the_time),
        cmocka_unit_test(too_short_and_too_many_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* How often an exchange is asked: by a clock of the test's own. */
#include "ingest/pacing.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Tokens taken until `end` by somebody who waits exactly as long as he is told to. */
static int taken(ts_pacing *pacing, double *now, double end)
{
    int count = 0;
    while (*now < end) {
        double wait = ts_pacing_take(pacing, *now);
        if (wait > 0) *now += wait + 1e-9; /* a clock that goes on, however short the wait */
        else count++;
    }
    return count;
}

static void so_many_a_second(void **state)
{
    static const double rates[] = {0.1, 1, 3, 8, 20, 1000};
    (void)state;
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        double now = 100;
        ts_pacing pacing = ts_pacing_make(rates[i], now);
        int burst = rates[i] > 2 ? (int)(rates[i] / 2) : 1, count = taken(&pacing, &now, 200);
        assert_in_range(count, (int)(100 * rates[i]) - 1, (int)(100 * rates[i]) + burst + 1);
    }
}

static void a_long_rest_saves_up_half_a_second(void **state)
{
    double now = 10000;
    ts_pacing pacing = ts_pacing_make(20, 0);
    (void)state;
    for (int i = 0; i < 10; i++) assert_true(ts_pacing_take(&pacing, now) <= 0);
    assert_true(ts_pacing_take(&pacing, now) > 0.04);
}

static void a_pause_is_kept(void **state)
{
    ts_pacing pacing = ts_pacing_make(INFINITY, 0);
    (void)state;
    assert_true(ts_pacing_take(&pacing, 1) <= 0);
    ts_pacing_pause(&pacing, 30, 1);
    ts_pacing_pause(&pacing, 2, 1); /* a shorter one does not end it */
    assert_float_equal(ts_pacing_take(&pacing, 2), 29, 1e-9);
    assert_true(ts_pacing_take(&pacing, 31) <= 0);
}

static void without_a_limit_nobody_waits(void **state)
{
    ts_pacing pacing = ts_pacing_make(INFINITY, 0);
    (void)state;
    for (int i = 0; i < 100000; i++) assert_true(ts_pacing_take(&pacing, 0) <= 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(so_many_a_second),
        cmocka_unit_test(a_long_rest_saves_up_half_a_second),
        cmocka_unit_test(a_pause_is_kept),
        cmocka_unit_test(without_a_limit_nobody_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The exchange's clock: one answer with a wrong time moves nothing, an exchange that insists does. */
#include "common/clock.h"
#include "services/candle_ingestor/exchange_clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { HOUR = 3600000, SLACK = 60000 };

static void expect_now(ts_exchange_clock *clock, int64_t time_ms)
{
    int64_t now = ts_exchange_clock_now(clock);
    assert_true(now >= time_ms && now < time_ms + SLACK);
}

static void a_leap_is_believed_when_it_is_told_twice(void **state)
{
    (void)state;
    ts_exchange_clock clock = {.lock = PTHREAD_MUTEX_INITIALIZER};
    int64_t begin = ts_clock_now_ms() + 1000, far = begin + 100 * (int64_t)HOUR;
    assert_false(ts_exchange_clock_tell(&clock, 0));
    assert_true(ts_exchange_clock_tell(&clock, begin));
    assert_false(ts_exchange_clock_tell(&clock, far)); /* a header Date far in the future makes no candle final */
    expect_now(&clock, begin);
    assert_true(ts_exchange_clock_tell(&clock, begin + 1));
    assert_false(ts_exchange_clock_tell(&clock, far)); /* what came between was believed: this is the first again */
    expect_now(&clock, begin);
    assert_true(ts_exchange_clock_tell(&clock, far + 1));
    expect_now(&clock, far);
    assert_false(ts_exchange_clock_tell(&clock, begin));
    assert_false(ts_exchange_clock_tell(&clock, begin - 2 * HOUR)); /* not the same */
    expect_now(&clock, far);
}

/* This machine's clock is the wrong one when the exchange says so twice. */
static void at_first_the_wall_clock_is_what_is_known(void **state)
{
    (void)state;
    ts_exchange_clock clock = {.lock = PTHREAD_MUTEX_INITIALIZER};
    int64_t past = ts_clock_now_ms() - 1000 * (int64_t)HOUR;
    assert_false(ts_exchange_clock_tell(&clock, past));
    expect_now(&clock, ts_clock_now_ms() - 1000);
    assert_true(ts_exchange_clock_tell(&clock, past));
    expect_now(&clock, past);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_leap_is_believed_when_it_is_told_twice),
                                       cmocka_unit_test(at_first_the_wall_clock_is_what_is_known)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

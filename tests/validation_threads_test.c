/* What the validation computes on a pool of threads, small enough for the thread sanitizer: the bits without one. */
#include "host/backend/backend.h"
#include "host/validation/bootstrap.h"
#include "host/validation/overfitting.h"
#include "tests/gaussian.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { TRIALS = 150, BLOCKS = 10, BARS = 900, WORKERS = 4 };

static ts_threads *pool(void)
{
    ts_error error = {0};
    ts_threads *threads = ts_threads_new(WORKERS, &error);
    assert_non_null(threads);
    return threads;
}

static void overfitting(void **state)
{
    (void)state;
    static double returns[TRIALS * BLOCKS], squares[TRIALS * BLOCKS];
    uint64_t bars[BLOCKS];
    ts_draws draws = ts_draws_at(1, 0, 0, 0);
    for (int i = 0; i < TRIALS * BLOCKS; i++) returns[i] = gaussian(&draws), squares[i] = 5 + ts_draw_unit(&draws);
    for (int b = 0; b < BLOCKS; b++) bars[b] = 20;
    ts_trial_blocks trials = {TRIALS, BLOCKS, returns, squares, bars};
    ts_overfitting alone, together;
    ts_error error = {0};
    ts_threads *threads = pool();
    const ts_cpu_kernels *kernels = ts_backend_choose("auto", &error)->kernels;
    assert_int_equal(ts_overfitting_measure(&trials, kernels, NULL, &alone, &error), 0);
    assert_int_equal(ts_overfitting_measure(&trials, kernels, threads, &together, &error), 0);
    assert_memory_equal(&alone, &together, sizeof alone);
    ts_threads_free(threads);
}

static void bootstrap(void **state)
{
    (void)state;
    static double returns[BARS];
    ts_draws draws = ts_draws_at(2, 0, 0, 0);
    for (int i = 0; i < BARS; i++) returns[i] = 0.01 * gaussian(&draws);
    ts_bootstrap_settings settings = ts_bootstrap_defaults;
    settings.resamples = 200;
    ts_bootstrap alone, together;
    ts_error error = {0};
    ts_threads *threads = pool();
    assert_int_equal(ts_bootstrap_run(returns, BARS, &settings, NULL, &alone, &error), 0);
    assert_int_equal(ts_bootstrap_run(returns, BARS, &settings, threads, &together, &error), 0);
    assert_memory_equal(&alone, &together, sizeof alone);
    ts_threads_free(threads);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(overfitting), cmocka_unit_test(bootstrap)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

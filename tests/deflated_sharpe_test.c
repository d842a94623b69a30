/* Moments, the probabilistic and the deflated Sharpe ratio: the worked example of Bailey & Lopez de Prado (2014) and
 * values that mpmath 1.3.0 gives for the same formulas with 40 digits. */
#include "host/validation/deflated_sharpe.h"
#include "host/validation/moments.h"

#include <math.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void close_to(double got, double want)
{
    if (fabs(got - want) <= fabs(want) * 1e-14) return;
    print_error("%.17g, want %.17g\n", got, want);
    fail();
}

/* An annual Sharpe ratio of 2.5 over 1,250 of 250 daily returns a year, the best of N whose annual ones have a variance
 * of 1/2. The paper prints 0.1132, 0.9004 and 0.9505; with normal returns 0.9505 at N = 88. */
static void the_example_of_the_paper(void **state)
{
    (void)state;
    double variance = 0.5 / 250;
    ts_observed_sharpe fat = {2.5 / sqrt(250), 1250, -3, 10}, normal = {2.5 / sqrt(250), 1250, 0, 3};
    assert_true(fabs(ts_expected_max_sharpe(100, variance) - 0.1132) < 0.00005);
    assert_true(fabs(ts_deflated_sharpe(&fat, 100, variance) - 0.9004) < 0.00005);
    assert_true(fabs(ts_deflated_sharpe(&fat, 46, variance) - 0.9505) < 0.00005);
    assert_true(fabs(ts_deflated_sharpe(&normal, 88, variance) - 0.9505) < 0.00005);
    close_to(ts_expected_max_sharpe(100, variance), 0.11317200186513203);
    close_to(ts_deflated_sharpe(&fat, 100, variance), 0.90039683444939096);
    close_to(ts_deflated_sharpe(&fat, 46, variance), 0.95050170687557859);
    close_to(ts_deflated_sharpe(&normal, 88, variance), 0.95049081667601419);
    close_to(ts_deflated_sharpe(&fat, 1, variance), 0.99999685950789765);
}

static void values_of_the_formulas(void **state)
{
    (void)state;
    close_to(ts_expected_max_sharpe(2, 1), 0.51975534428059392);
    close_to(ts_expected_max_sharpe(200000, 0.25), 2.2696493859790152);
    close_to(ts_expected_max_sharpe(1e9, 1), 6.0903889964134572);
    ts_observed_sharpe long_run = {0.02, 5000, -0.5, 8}, short_run = {-0.25, 10, 1, 4};
    close_to(ts_probabilistic_sharpe(&long_run, 0), 0.92022209131593618);
    close_to(ts_probabilistic_sharpe(&short_run, 0.0625), 0.20518805158437871);
    /* Far below, at 33.8 deviations: what rounds the argument moves the tail 33.8^2 times as much. */
    assert_true(fabs(ts_probabilistic_sharpe(&long_run, 0.5) / 4.1337525675206567e-250 - 1) < 1e-11);
}

static void ends_have_answers(void **state)
{
    (void)state;
    ts_observed_sharpe one_bar = {0.1, 1, 0, 3}, none = {NAN, 100, 0, 3}, flat = {0.1, 100, NAN, NAN};
    ts_observed_sharpe impossible = {1, 100, 2, 3}; /* 1 - 2 + 1/2 */
    assert_true(isnan(ts_probabilistic_sharpe(&one_bar, 0)));
    assert_true(isnan(ts_probabilistic_sharpe(&none, 0)));
    assert_true(isnan(ts_probabilistic_sharpe(&flat, 0)));
    assert_true(isnan(ts_probabilistic_sharpe(&impossible, 0)));
    assert_true(ts_expected_max_sharpe(1, 0.5) == 0);
    assert_true(ts_expected_max_sharpe(100, 0) == 0);
    assert_true(isnan(ts_expected_max_sharpe(0, 0.5)) && isnan(ts_expected_max_sharpe(NAN, 0.5)));
    assert_true(isnan(ts_expected_max_sharpe(100, -1)) && isnan(ts_expected_max_sharpe(100, NAN)));
    ts_observed_sharpe fine = {0.1, 100, 0, 3};
    assert_true(isnan(ts_deflated_sharpe(&fine, 0, 0.5)));
    ts_observed_sharpe zero = {0, 100, 0, 3};
    assert_true(ts_deflated_sharpe(&zero, 1, 0.5) == 0.5);
}

static void moments_of_eight_numbers(void **state)
{
    (void)state;
    const double values[] = {0.5, -0.25, 0.125, 1.5, -2, 0.75, 0.0625, -0.5};
    ts_moments m = ts_moments_of(values, 8);
    close_to(m.mean, 0.0234375);
    close_to(m.deviation, 1.0274890836229287);
    close_to(m.skewness, -0.66681163475869907);
    close_to(m.kurtosis, 3.2120247013744486);
    close_to(ts_moments_sharpe(&m), 0.0234375 / 1.0274890836229287);
}

static void moments_of_little(void **state)
{
    (void)state;
    ts_moments none = ts_moments_of(NULL, 0);
    assert_true(isnan(none.mean) && isnan(none.deviation) && isnan(none.skewness) && isnan(none.kurtosis));
    const double equal[] = {0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1};
    ts_moments one = ts_moments_of(equal, 1), seven = ts_moments_of(equal, 7);
    assert_true(one.mean == 0.1 && isnan(one.deviation) && isnan(one.kurtosis));
    assert_true(seven.mean == 0.1 && seven.deviation == 0 && isnan(seven.skewness) && isnan(seven.kurtosis));
    assert_true(isnan(ts_moments_sharpe(&one)) && isnan(ts_moments_sharpe(&seven)));
    const double with_nan[] = {0.1, NAN, 0.2};
    ts_moments undefined = ts_moments_of(with_nan, 3);
    assert_true(isnan(undefined.mean) && isnan(undefined.skewness));
}

/* Two runs and a rest: a shape whose moments are known, far from 0. */
static void moments_of_many(void **state)
{
    (void)state;
    enum { N = 2500 };
    double values[N];
    for (int i = 0; i < N; i++) values[i] = 1e6 + (i % 5 == 0 ? 4 : -1); /* mean 0 variance 4, skewness 1.5 */
    ts_moments m = ts_moments_of(values, N);
    close_to(m.mean, 1e6);
    close_to(m.deviation, 2 * sqrt(2500.0 / 2499));
    close_to(m.skewness, 1.5);
    close_to(m.kurtosis, (256.0 + 4) / 5 / 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_of_the_paper), cmocka_unit_test(values_of_the_formulas),
        cmocka_unit_test(ends_have_answers),        cmocka_unit_test(moments_of_eight_numbers),
        cmocka_unit_test(moments_of_little),        cmocka_unit_test(moments_of_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

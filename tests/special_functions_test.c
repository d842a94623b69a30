/* Our exp, log, normal distribution and quantile against mpmath's (tests/golden/functions.golden): every result within
 * one unit in the last place; and what is promised at the ends of their ranges. */
#include "host/metrics/normal.h"
#include "host/metrics/power.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
    const char *name;
    double (*function)(double x);
} functions[] = {
    {"exp", ts_exp}, {"log", ts_log}, {"normal_cdf", ts_normal_cdf}, {"normal_quantile", ts_normal_quantile}};

enum { FUNCTIONS = sizeof functions / sizeof *functions };

/* The distance to the next double away from 0. */
static double unit(double x) { return nextafter(fabs(x), INFINITY) - fabs(x); }

static void within_a_unit_of_mpmath(void **state)
{
    (void)state;
    FILE *golden = fopen(TS_SOURCE_DIR "/tests/golden/functions.golden", "r");
    assert_non_null(golden);
    char line[256], name[32];
    double x, nearest, rest, worst[FUNCTIONS] = {0};
    int seen[FUNCTIONS] = {0}, wrong = 0;
    while (fgets(line, sizeof line, golden)) {
        if (line[0] == '#') continue;
        assert_int_equal(sscanf(line, "%31s %la %la %la", name, &x, &nearest, &rest), 4);
        int f = 0;
        while (f < FUNCTIONS && strcmp(name, functions[f].name) != 0) f++;
        assert_in_range(f, 0, FUNCTIONS - 1);
        double got = functions[f].function(x), off = fabs((got - nearest) - rest) / unit(nearest);
        seen[f]++;
        if (off > worst[f]) worst[f] = off;
        if (off <= 1) continue;
        wrong++;
        print_error("%s(%.17g) = %.17g, want %.17g: %.2f units\n", name, x, got, nearest, off);
    }
    fclose(golden);
    for (int f = 0; f < FUNCTIONS; f++) {
        print_message("%-16s %3d values, at most %.3f units off\n", functions[f].name, seen[f], worst[f]);
        assert_true(seen[f] > 100);
    }
    assert_int_equal(wrong, 0);
}

static void ends_of_the_ranges(void **state)
{
    (void)state;
    assert_true(ts_exp(710) == INFINITY);
    assert_true(ts_exp(-746) == 0);
    assert_true(ts_normal_cdf(-INFINITY) == 0 && ts_normal_cdf(INFINITY) == 1 && ts_normal_cdf(0) == 0.5);
    assert_true(ts_normal_cdf(-38.6) == 0 && ts_normal_cdf(-38.4) > 0 && ts_normal_cdf(8.3) == 1);
    assert_true(isnan(ts_normal_cdf(NAN)));
    assert_true(ts_normal_quantile(0) == -INFINITY && ts_normal_quantile(1) == INFINITY);
    assert_true(ts_normal_quantile(0.5) == 0);
    assert_true(isnan(ts_normal_quantile(-0.1)) && isnan(ts_normal_quantile(1.1)) && isnan(ts_normal_quantile(NAN)));
}

static void the_distribution_never_falls(void **state)
{
    (void)state;
    double last = 0;
    for (int i = -3900; i <= 900; i++) {
        double value = ts_normal_cdf(i / 100.0);
        assert_true(value >= last && value <= 1);
        last = value;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(within_a_unit_of_mpmath),
        cmocka_unit_test(ends_of_the_ranges),
        cmocka_unit_test(the_distribution_never_falls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

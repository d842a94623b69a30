/* With phi the density: near 0, P(Z <= x) = 1/2 + phi(x) (x + x^3/3 + x^5/(3 5) + ...); in the tail, P(Z > x) = phi(x)
 * / (x + 1/(x + 2/(x + 3/(x + ...)))) (Laplace; Abramowitz & Stegun, 26.2.11 and 26.2.14). All in two doubles, the
 * density's power of two apart so that the far tail loses nothing. The quantile is Halley's iteration on it. */
#include "host/metrics/normal.h"

#include "host/metrics/power.h"

#include <math.h>

/* A number value 2^exponent. */
typedef struct scaled {
    ts_pair_real value;
    int exponent;
} scaled;

static const ts_pair_real DENSITY_AT_0 = {0x1.9884533d43651p-2, -0x1.cbc0d30ebfd15p-56}; /* 1 / sqrt(2 pi) */

static scaled density(double x)
{
    scaled result;
    ts_pair_real square = pair_of_product(x, x);
    ts_pair_real power = ts_pair_exp((ts_pair_real){-square.hi / 2, -square.lo / 2}, &result.exponent);
    result.value = pair_multiply(power, DENSITY_AT_0);
    return result;
}

/* P(0 < Z < x) / phi(x), for |x| <= 4: all terms have one sign. */
static ts_pair_real series(double x)
{
    ts_pair_real square = pair_of_product(x, x), term = {x, 0}, sum = term;
    for (int i = 3; fabs(term.hi) > fabs(sum.hi) * 0x1p-108; i += 2) {
        term = pair_divide(pair_multiply(term, square), i);
        sum = pair_add(sum, term);
    }
    return sum;
}

/* P(Z > x) / phi(x), for x > 4, where 60 steps of the fraction leave less than 2^-108. */
static ts_pair_real tail(double x)
{
    ts_pair_real below = {x, 0};
    for (int i = 60; i >= 1; i--) below = pair_add(pair_quotient((ts_pair_real){i, 0}, below), (ts_pair_real){x, 0});
    return pair_quotient((ts_pair_real){1, 0}, below);
}

/* P(Z <= x) for x <= 0; *phi receives the density there. Either's exponent is the density's. */
static ts_pair_real lower(double x, scaled *phi)
{
    *phi = density(x);
    if (x < -4) return pair_multiply(tail(-x), phi->value);
    double half = 0.5;
    for (int i = phi->exponent; i < 0; i++) half *= 2; /* 1/2 in units of 2^exponent: not below 2^-12 here */
    return pair_add(pair_multiply(series(x), phi->value), (ts_pair_real){half, 0});
}

double ts_normal_cdf(double x)
{
    if (isnan(x)) return x;
    if (x < -38.6) return 0;
    if (x > 8.3) return 1;
    scaled phi;
    ts_pair_real value = lower(-fabs(x), &phi);
    if (x <= 0) return ts_pair_scaled(value, phi.exponent);
    /* 1 less the other tail, which is at most 1/2 and at least 2^-54. */
    ts_pair_real whole = {ts_pair_scaled((ts_pair_real){value.hi, 0}, phi.exponent),
                          ts_pair_scaled((ts_pair_real){value.lo, 0}, phi.exponent)};
    ts_pair_real rest = pair_add((ts_pair_real){1, 0}, pair_negative(whole));
    return rest.hi + rest.lo;
}

/* Hastings' approximation (Abramowitz & Stegun, 26.2.23), off by less than 4.5e-4; p in (0, 1/2]. */
static double first_guess(double p)
{
    double t = sqrt(-2 * ts_log(p));
    double above = 2.515517 + t * (0.802853 + t * 0.010328);
    double below = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308));
    return above / below - t;
}

/* For p <= 1/2. Each step of Halley's leaves about the cube of the error, and x'' = x x'^2 holds for this function. */
static double lower_quantile(double p)
{
    double x = first_guess(p);
    if (x > 0) x = 0;
    for (int i = 0; i < 3; i++) {
        scaled phi;
        ts_pair_real value = lower(x, &phi);
        /* p in the same units, exactly: it is no smaller than a subnormal and no larger than the value by much. */
        double wanted = p;
        int left = -phi.exponent;
        for (; left > 1000; left -= 1000) wanted *= 0x1p1000;
        for (; left >= 100; left -= 100) wanted *= 0x1p100;
        for (; left > 0; left--) wanted *= 2;
        ts_pair_real off = pair_quotient(pair_add(value, (ts_pair_real){-wanted, 0}), phi.value);
        x -= off.hi / (1 + x * off.hi / 2);
    }
    return x;
}

double ts_normal_quantile(double p)
{
    if (!(p >= 0 && p <= 1)) return NAN;
    if (p == 0) return -INFINITY;
    if (p == 1) return INFINITY;
    if (p == 0.5) return 0;
    return p < 0.5 ? lower_quantile(p) : -lower_quantile(1 - p);
}

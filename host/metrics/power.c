/* exp(y log x) in two doubles: log by the series of the inverse hyperbolic tangent, exp by Taylor's, both after taking
 * out a power of two. */
#include "host/metrics/power.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

static const ts_pair_real LN2 = {0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56};

/* log(x), from x = m 2^k with m in [sqrt(1/2), sqrt(2)] and log m = 2 atanh((m - 1) / (m + 1)). */
static ts_pair_real logarithm(double x)
{
    int k = 0;
    if (x < 0x1p-1022) x *= 0x1p54, k -= 54;
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    k += (int)(bits >> 52) - 1023;
    bits = (bits & 0xfffffffffffffull) | 1023ull << 52;
    double m;
    memcpy(&m, &bits, sizeof m);
    if (m > 1.4142135623730951) m /= 2, k++;
    ts_pair_real below = pair_of_sum(m, 1), s = pair_divide((ts_pair_real){m - 1, 0}, below.hi);
    s.lo -= s.hi * below.lo / below.hi;
    ts_pair_real square = pair_multiply(s, s), sum = {0, 0};
    for (int i = 45; i >= 1; i -= 2) sum = pair_add(pair_multiply(sum, square), pair_divide((ts_pair_real){1, 0}, i));
    sum = pair_multiply(sum, s);
    ts_pair_real scale = pair_multiply(LN2, (ts_pair_real){k, 0});
    return pair_add((ts_pair_real){2 * sum.hi, 2 * sum.lo}, scale);
}

static double power_of_two(int k)
{
    uint64_t bits = (uint64_t)(k + 1023) << 52;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

ts_pair_real ts_pair_exp(ts_pair_real v, int *exponent)
{
    int k = (int)(v.hi / LN2.hi + (v.hi < 0 ? -0.5 : 0.5));
    ts_pair_real r = pair_add(v, pair_multiply(LN2, (ts_pair_real){-k, 0})), sum = {1, 0};
    for (int i = 26; i >= 1; i--) sum = pair_add(pair_divide(pair_multiply(sum, r), i), (ts_pair_real){1, 0});
    *exponent = k;
    return sum;
}

double ts_pair_scaled(ts_pair_real value, int exponent)
{
    double rounded = value.hi + value.lo;
    while (exponent > 1000) rounded *= power_of_two(1000), exponent -= 1000;
    while (exponent < -1000) rounded *= power_of_two(-1000), exponent += 1000;
    return rounded * power_of_two(exponent);
}

static double exponential(ts_pair_real v)
{
    if (v.hi > 710) return INFINITY;
    if (v.hi < -746) return 0;
    int exponent;
    ts_pair_real value = ts_pair_exp(v, &exponent);
    return ts_pair_scaled(value, exponent);
}

double ts_power(double x, double y) { return exponential(pair_multiply(logarithm(x), (ts_pair_real){y, 0})); }

double ts_exp(double x) { return exponential((ts_pair_real){x, 0}); }

double ts_log(double x)
{
    ts_pair_real value = logarithm(x);
    return value.hi + value.lo;
}

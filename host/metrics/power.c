/* exp(y log x) in two doubles: log by the series of the inverse hyperbolic tangent, exp by Taylor's, both after taking
 * out a power of two. */
#include "host/metrics/power.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

typedef struct pair {
    double hi, lo;
} pair;

static pair two_sum(double a, double b)
{
    double s = a + b, t = s - a;
    return (pair){s, (a - (s - t)) + (b - t)};
}

static pair add(pair a, pair b)
{
    pair s = two_sum(a.hi, b.hi);
    return two_sum(s.hi, s.lo + a.lo + b.lo);
}

/* Dekker's product: each factor in halves of 26 bits. */
static pair product(double a, double b)
{
    const double split = 134217729; /* 2^27 + 1 */
    double ta = split * a, ha = ta - (ta - a), la = a - ha, tb = split * b, hb = tb - (tb - b), lb = b - hb, p = a * b;
    return (pair){p, ((ha * hb - p) + ha * lb + la * hb) + la * lb};
}

static pair multiply(pair a, pair b)
{
    pair p = product(a.hi, b.hi);
    return two_sum(p.hi, p.lo + (a.hi * b.lo + a.lo * b.hi));
}

static pair divide(pair a, double b)
{
    double q = a.hi / b;
    pair p = product(q, b);
    return two_sum(q, (a.hi - p.hi - p.lo + a.lo) / b);
}

static const pair LN2 = {0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56};

/* log(x), from x = m 2^k with m in [sqrt(1/2), sqrt(2)] and log m = 2 atanh((m - 1) / (m + 1)). */
static pair logarithm(double x)
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
    pair below = two_sum(m, 1), s = divide((pair){m - 1, 0}, below.hi);
    s.lo -= s.hi * below.lo / below.hi;
    pair square = multiply(s, s), sum = {0, 0};
    for (int i = 45; i >= 1; i -= 2) sum = add(multiply(sum, square), divide((pair){1, 0}, i));
    sum = multiply(sum, s);
    pair scale = multiply(LN2, (pair){k, 0});
    return add((pair){2 * sum.hi, 2 * sum.lo}, scale);
}

static double power_of_two(int k)
{
    uint64_t bits = (uint64_t)(k + 1023) << 52;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static double exponential(pair v)
{
    if (v.hi > 710) return INFINITY;
    if (v.hi < -746) return 0;
    int k = (int)(v.hi / LN2.hi + (v.hi < 0 ? -0.5 : 0.5));
    pair r = add(v, multiply(LN2, (pair){-k, 0})), sum = {1, 0};
    for (int i = 26; i >= 1; i--) sum = add(divide(multiply(sum, r), i), (pair){1, 0});
    double value = sum.hi + sum.lo;
    if (k > 1000) return value * power_of_two(1000) * power_of_two(k - 1000);
    if (k < -1000) return value * power_of_two(-1000) * power_of_two(k + 1000);
    return value * power_of_two(k);
}

double ts_power(double x, double y) { return exponential(multiply(logarithm(x), (pair){y, 0})); }

/* Sums in two doubles (hi + lo, about 106 bits), by error-free transformations: T. J. Dekker, A Floating-Point
 * Technique for Extending the Available Precision, 1971; D. E. Knuth, TAOCP 2, 4.2.2. Window sums of prices are exact
 * in them. */
#ifndef TS_KERNELS_DOUBLE_DOUBLE_H
#define TS_KERNELS_DOUBLE_DOUBLE_H

#include "kernels/vocabulary.h"

typedef struct dd {
    vd hi, lo;
} dd;

TS_INLINE dd dd_two_sum(vd a, vd b)
{
    vd s = a + b, t = s - a;
    return (dd){s, (a - (s - t)) + (b - t)};
}

TS_INLINE dd dd_two_difference(vd a, vd b)
{
    vd s = a - b, t = s - a;
    return (dd){s, (a - (s - t)) - (b + t)};
}

/* Requires |a| >= |b| or a = 0. */
TS_INLINE dd dd_quick_sum(vd a, vd b)
{
    vd s = a + b;
    return (dd){s, b - (s - a)};
}

TS_INLINE dd dd_product(vd a, vd b)
{
    vd p = a * b;
    return (dd){p, v_fma(a, b, v_set(0) - p)};
}

TS_INLINE dd dd_plus(dd a, vd b)
{
    dd s = dd_two_sum(a.hi, b);
    return dd_quick_sum(s.hi, s.lo + a.lo);
}

TS_INLINE dd dd_add(dd a, dd b)
{
    dd s = dd_two_sum(a.hi, b.hi), t = dd_two_sum(a.lo, b.lo);
    s = dd_quick_sum(s.hi, s.lo + t.hi);
    return dd_quick_sum(s.hi, s.lo + t.lo);
}

TS_INLINE dd dd_negate(dd a) { return (dd){v_set(0) - a.hi, v_set(0) - a.lo}; }

TS_INLINE dd dd_select(vm m, dd a, dd b) { return (dd){v_select(m, a.hi, b.hi), v_select(m, a.lo, b.lo)}; }

TS_INLINE dd dd_zero(void) { return (dd){v_set(0), v_set(0)}; }

/* sum / n for a whole n, rounded once: the quotient of the leading parts corrected by its remainder, which is exact;
 * the correction itself is a correctly rounded quotient (P. Markstein, IA-64 and Elementary Functions, 2000,
 * theorem 8.2). */
TS_INLINE vd dd_quotient(dd sum, vd n)
{
    vd inverse = v_set(1) / n, minus_n = v_set(0) - n;
    vd q = sum.hi * inverse;
    vd r = v_fma(q, minus_n, sum.hi) + sum.lo;
    vd c = r * inverse;
    c = v_fma(v_fma(c, minus_n, r), inverse, c);
    return q + c;
}

#endif

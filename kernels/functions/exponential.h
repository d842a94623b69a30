/* Exponential and natural logarithm on the ranges that the functions need, from + - * / and square roots: the same bits
 * everywhere, which a library's would not have. Outside of its range either is undefined.
 *
 * ln x for x in [1/2, 1]: with v = sqrt(x) and s = (v - 1) / (v + 1), so that |s| <= 0.172,
 * ln x = 2 ln v = 4 (s + s^3/3 + ... + s^21/21); what is left out is below 1e-18. Exact for x = 1.
 * e^x for x in [-100, 0]: (1 + w + ... + w^12/12!) with w = x / 256, squared eight times; for x >= -10 within 256
 * roundings, 3e-14 of the value, and within 1e-12 below. Exact for x = 0. */
#ifndef TS_KERNELS_EXPONENTIAL_H
#define TS_KERNELS_EXPONENTIAL_H

#include "kernels/vocabulary.h"

TS_INLINE vd ts_logarithm(vd x, vd unused)
{
    (void)unused;
    vd one = v_set(1), root = v_sqrt(x), s = (root - one) / (root + one), z = s * s, sum = v_set(1.0 / 21);
    for (int k = 19; k > 0; k -= 2) sum = v_fma(sum, z, v_set(1.0 / k));
    return v_select(m_and(v_ge(x, v_set(0.5)), v_le(x, one)), v_set(4) * (s * sum), v_nan());
}

TS_INLINE vd ts_exponential(vd x, vd unused)
{
    (void)unused;
    double factorial = 479001600; /* 12! */
    vd w = x * v_set(1.0 / 256), value = v_set(1 / factorial);
    for (int k = 12; k > 0; k--) {
        factorial /= k;
        value = v_fma(value, w, v_set(1 / factorial));
    }
    for (int i = 0; i < 8; i++) value = value * value;
    return v_select(m_and(v_ge(x, v_set(-100)), v_le(x, v_set(0))), value, v_nan());
}

#endif

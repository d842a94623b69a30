/* The fractal adaptive moving average (John Ehlers, Stocks & Commodities, October 2005), and the logarithm and the
 * exponential that it needs, from + - * / and square roots: the same bits everywhere, which a library's would not have.
 *
 * ln x for x in [1/2, 1]: with v = sqrt(x) and s = (v - 1) / (v + 1), so that |s| <= 0.172,
 * ln x = 2 ln v = 4 (s + s^3/3 + ... + s^21/21), within 4e-16; exact for x = 1, and undefined for other x.
 * e^x for x in [-23, 0]: 1 + w + ... + w^9/9! with w = x / 256, squared eight times; within 1e-13 of the value, the
 * squares of a few roundings. Exact for x = 0. */
#ifndef TS_KERNELS_FRACTAL_H
#define TS_KERNELS_FRACTAL_H

#include "kernels/vocabulary.h"

TS_INLINE vd ts_logarithm(vd x, vd unused)
{
    (void)unused;
    vd one = v_set(1), root = v_sqrt(x), s = (root - one) / (root + one), z = s * s, sum = v_set(1.0 / 21);
    for (int k = 19; k > 0; k -= 2) sum = v_fma(sum, z, v_set(1.0 / k));
    return v_select(m_and(v_ge(x, v_set(0.5)), v_le(x, one)), v_set(4) * (s * sum), v_nan());
}

TS_INLINE vd exponential(vd x)
{
    double factorial = 362880; /* 9! */
    vd w = x * v_set(1.0 / 256), value = v_set(1 / factorial);
    for (int k = 9; k > 0; k--) {
        factorial /= k;
        value = v_fma(value, w, v_set(1 / factorial));
    }
    for (int i = 0; i < 8; i++) value = value * value;
    return value;
}

/* previous + pace * (x - previous), seeded with the x before the first pace. `straight` is (1 - D) ln 2 with the
 * fractal dimension D, and the pace is p[1] e^(-4.6 p[0] (D - 1)), at most 1. State: the x before, the average. */
TS_INLINE vd ts_fractal_average(vd *state, const vd *p, vd x, vd straight)
{
    vd pace = p[1] * exponential(p[0] * v_set(4.6 / 0.69314718055994530942) * straight), one = v_set(1);
    pace = v_select(v_gt(pace, one), one, pace);
    vd base = v_select(v_undefined(state[1]), state[0], state[1]);
    state[0] = x;
    return state[1] = base + pace * (x - base);
}

#endif

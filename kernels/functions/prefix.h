/* Sums of windows as differences of prefix sums: the sum is taken once for all windows over a row, and a window costs
 * the same whatever its length.
 *
 * A prefix sum runs over a stretch of defined values and begins anew after an undefined one. It is held in two doubles,
 * the second of which gathers what rounding takes from the first (A. Neumaier, ZAMM 54, 1974): sums of a million prices
 * are exact in them, and so is their difference; over a window of zeros it is 0 whatever came before. The third part is
 * how many values the stretch has: a window is full once there are n. */
#ifndef TS_KERNELS_FUNCTIONS_PREFIX_H
#define TS_KERNELS_FUNCTIONS_PREFIX_H

#include "kernels/double_double.h"

/* State, and what comes out: high and low part of the sum, values. */
TS_INLINE void ts_prefix(vd *state, vd x)
{
    vm undefined = v_undefined(x);
    dd sum = dd_two_sum(state[0], x);
    state[0] = v_select(undefined, v_set(0), sum.hi);
    state[1] = v_select(undefined, v_set(0), state[1] + sum.lo);
    state[2] = v_select(undefined, v_set(0), state[2] + v_set(1));
}

/* The sum of the last n values: `high` and `low` point at the newest prefix sum; before the series it is nothing. */
TS_INLINE dd prefix_difference(const TS_GLOBAL double *high, const TS_GLOBAL double *low, size_t n)
{
    dd before = {v_load(high - n), v_load(low - n)};
    before = dd_select(v_undefined(before.hi), dd_zero(), before);
    dd sum = dd_two_difference(v_load(high), before.hi);
    return dd_two_sum(sum.hi, sum.lo + (v_load(low) - before.lo));
}

TS_INLINE vd ts_window_sum(const TS_GLOBAL double *high, const TS_GLOBAL double *low, vd values, size_t n)
{
    dd sum = prefix_difference(high, low, n);
    return v_select(v_ge(values, v_set((double)n)), sum.hi, v_nan());
}

/* Simple moving average, TA-Lib SMA: the mean of the window, rounded once. */
TS_INLINE vd ts_sma(const TS_GLOBAL double *high, const TS_GLOBAL double *low, vd values, size_t n)
{
    dd sum = prefix_difference(high, low, n);
    return v_select(v_ge(values, v_set((double)n)), dd_quotient(sum, v_set((double)n)), v_nan());
}

#endif

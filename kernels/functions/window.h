/* Functions of the last n values, by sums that gain the value that enters and lose the one that leaves. The sums are
 * held in two doubles, in which those of prices are exact: no rounding is left behind by what has passed. State begins
 * with the values seen, up to n. Where a tile is `steady`, the window full and everything defined, nothing is asked. */
#ifndef TS_KERNELS_FUNCTIONS_WINDOW_H
#define TS_KERNELS_FUNCTIONS_WINDOW_H

#include "kernels/double_double.h"

/* The sum of the window after x has entered; advances the count, unless steady. state: count, hi, lo. What enters and
 * what leaves are taken together first: only one sum waits for the one before. */
TS_INLINE dd window_slide(vd *state, vd n, vd x, vd leaving, bool steady)
{
    vm undefined = v_undefined(x), full = v_ge(state[0], n);
    dd change = dd_two_difference(x, steady ? leaving : v_select(full, leaving, v_set(0)));
    dd sum = dd_two_sum(state[1], change.hi);
    sum = dd_quick_sum(sum.hi, sum.lo + (state[2] + change.lo));
    if (!steady) {
        vd seen = v_select(full, n, state[0] + v_set(1));
        sum = dd_select(undefined, dd_zero(), sum);
        state[0] = v_select(undefined, v_set(0), seen);
    }
    state[1] = sum.hi;
    state[2] = sum.lo;
    return sum;
}

/* A value of the window, where it is full. */
TS_INLINE vd window_value(const vd *state, vd n, vd value, bool steady)
{
    return steady ? value : v_select(v_ge(state[0], n), value, v_nan());
}

/* Weighted moving average, TA-Lib WMA: weights 1 (oldest) to n. When the window slides, each weight falls by one: the
 * weighted sum loses the plain sum and gains n x. State: count, plain sum, weighted sum. */
TS_INLINE vd ts_wma(vd *state, const vd *p, vd x, vd leaving, bool steady)
{
    vd n = p[0];
    vm full = v_ge(state[0], n), undefined = v_undefined(x);
    dd before = {state[1], state[2]}, weighted = {state[3], state[4]};
    weighted = dd_add(weighted, dd_select(full, dd_negate(before), dd_zero()));
    weighted = dd_add(weighted, dd_product(v_select(full, n, state[0] + v_set(1)), v_select(undefined, v_set(0), x)));
    weighted = dd_select(undefined, dd_zero(), weighted);
    window_slide(state, n, x, leaving, steady);
    state[3] = weighted.hi;
    state[4] = weighted.lo;
    return window_value(state, n, dd_quotient(weighted, n * (n + v_set(1)) / v_set(2)), steady);
}

/* Standard deviation with divisor n, TA-Lib STDDEV, as sqrt(n sum(x^2) - sum(x)^2) / n; exactly 0 when the window holds
 * one value n times. State: count, sum, sum of squares, equal values in a row, the x before. */
TS_INLINE vd ts_stddev(vd *state, const vd *p, vd x, vd leaving, bool steady)
{
    vd n = p[0], zero = v_set(0);
    vm full = v_ge(state[0], n), undefined = v_undefined(x);
    vd entering = v_select(undefined, zero, x), leaves = v_select(full, leaving, zero);
    dd squares = dd_add((dd){state[3], state[4]}, dd_product(entering, entering));
    squares = dd_add(squares, dd_negate(dd_product(leaves, leaves)));
    squares = dd_select(undefined, dd_zero(), squares);
    dd sum = window_slide(state, n, x, leaving, steady);
    vd equal = v_select(v_eq(x, state[6]), state[5] + v_set(1), v_set(1));
    state[3] = squares.hi;
    state[4] = squares.lo;
    state[5] = equal;
    state[6] = x;
    dd scaled = dd_product(squares.hi, n), square = dd_product(sum.hi, sum.hi);
    scaled = dd_quick_sum(scaled.hi, scaled.lo + squares.lo * n);
    square = dd_quick_sum(square.hi, square.lo + v_set(2) * sum.hi * sum.lo);
    vd spread = dd_add(scaled, dd_negate(square)).hi;
    spread = v_select(m_or(v_ge(equal, n), v_lt(spread, zero)), zero, spread);
    return window_value(state, n, v_sqrt(spread) / n, steady);
}

#endif

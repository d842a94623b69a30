/* The least-squares line through the last n values x_1 (oldest) to x_n. With S their sum, W the sum of i x_i and Q the
 * sum of squares, T = 2 W - (n + 1) S is twice the sum of (i - mean i) (x_i - mean x), and the places' own is
 * n (n^2 - 1) / 12. Such moments slide: when x enters and y leaves, W gains n x and loses S. Formulas: C. F. Gauss;
 * TA-Lib LINEARREG, LINEARREG_SLOPE. n = 1 has no line. */
#include "kernels/functions/window.h"

/* Cheaper than dd_add, and as good for values of one size, of which nothing is rounded. */
TS_INLINE dd dd_join(dd a, dd b)
{
    dd s = dd_two_sum(a.hi, b.hi);
    return dd_quick_sum(s.hi, s.lo + (a.lo + b.lo));
}

TS_INLINE dd dd_scale(dd a, vd k)
{
    dd product = dd_product(a.hi, k);
    return dd_quick_sum(product.hi, product.lo + a.lo * k);
}

TS_INLINE dd dd_square(dd a)
{
    dd square = dd_product(a.hi, a.hi);
    return dd_quick_sum(square.hi, square.lo + v_set(2) * a.hi * a.lo);
}

/* A moment of the window after x has entered: before - fall S + gain x + loss y, with the S from before, which moves
 * on, too. What is not there yet counts as 0. State: count, S, the moment. */
TS_INLINE dd moment_slide(vd *state, vd n, vd fall, vd gain, vd loss, vd x, vd leaving, bool steady)
{
    vd enters = x, leaves = leaving;
    if (!steady) {
        enters = v_select(v_undefined(x), v_set(0), x);
        leaves = v_select(v_ge(state[0], n), leaving, v_set(0));
    }
    dd change = dd_join(dd_product(gain, enters), dd_product(loss, leaves));
    dd level = dd_product(fall, state[1]);
    level.lo = level.lo + fall * state[2];
    dd moment = dd_join((dd){state[3], state[4]}, dd_join(change, dd_negate(level)));
    if (!steady) moment = dd_select(v_undefined(x), dd_zero(), moment);
    window_slide(state, n, x, leaving, steady);
    state[3] = moment.hi;
    state[4] = moment.lo;
    return moment;
}

/* T, after x has entered. */
TS_INLINE dd tilt_slide(vd *state, vd n, vd x, vd leaving, bool steady)
{
    vd one = v_set(1);
    return moment_slide(state, n, v_set(2), n - one, n + one, x, leaving, steady);
}

/* The line's end at the newest value: mean + slope (n - 1) / 2, which is 3 W - (n + 1) S over n (n + 1) / 2. */
TS_INLINE vd ts_linreg(vd *state, const vd *p, vd x, vd leaving, bool steady)
{
    vd n = p[0], next = n + v_set(1);
    dd end = moment_slide(state, n, v_set(3), n + (n - v_set(1)), next, x, leaving, steady);
    return window_value(state, n, dd_quotient(end, n * next / v_set(2)), steady);
}

/* The line's slope a bar: T over n (n^2 - 1) / 6. */
TS_INLINE vd ts_linreg_slope(vd *state, const vd *p, vd x, vd leaving, bool steady)
{
    vd n = p[0], one = v_set(1);
    dd tilt = tilt_slide(state, n, x, leaving, steady);
    return window_value(state, n, dd_quotient(tilt, n * ((n - one) * (n + one)) / v_set(6)), steady);
}

/* Q, after x has entered, in state 5 and 6. */
TS_INLINE dd squares_slide(vd *state, vd n, vd x, vd leaving, bool steady)
{
    vd enters = x, leaves = leaving;
    if (!steady) {
        enters = v_select(v_undefined(x), v_set(0), x);
        leaves = v_select(v_ge(state[0], n), leaving, v_set(0));
    }
    dd squares = dd_add((dd){state[5], state[6]}, dd_product(enters, enters));
    squares = dd_add(squares, dd_negate(dd_product(leaves, leaves)));
    if (!steady) squares = dd_select(v_undefined(x), dd_zero(), squares);
    state[5] = squares.hi;
    state[6] = squares.lo;
    return squares;
}

/* Standard deviation of the values from their line with divisor n - 1: sqrt(R / (n - 1)), where the squared distances
 * add up to R = (n Q - S^2 - 3 T^2 / (n^2 - 1)) / n. Exactly 0 for two values and when the window holds one value n
 * times. State: count, S, T, Q, equal values in a row, the x before. */
TS_INLINE vd ts_linreg_deviation(vd *state, const vd *p, vd x, vd leaving, bool steady)
{
    vd n = p[0], zero = v_set(0), one = v_set(1), places = (n - one) * (n + one);
    dd squares = squares_slide(state, n, x, leaving, steady);
    dd tilt = tilt_slide(state, n, x, leaving, steady);
    vd equal = state[7] = v_select(v_eq(x, state[8]), state[7] + one, one);
    state[8] = x;
    dd spread = dd_add(dd_scale(squares, n), dd_negate(dd_square((dd){state[1], state[2]})));
    vd rest = dd_add(dd_scale(spread, places), dd_negate(dd_scale(dd_square(tilt), v_set(3)))).hi;
    vm none = m_or(v_lt(rest, zero), m_or(v_ge(equal, n), v_le(n, v_set(2))));
    vd inverse = v_select(v_le(n, v_set(2)), zero, one / (n * (n - one) * places));
    return window_value(state, n, v_sqrt(v_select(none, zero, rest) * inverse), steady);
}

/* Recurrences that count, add up or remember. */
#include "kernels/vocabulary.h"

/* Running sum. State: the sum. */
TS_INLINE vd ts_cumulate(vd *state, const vd *p, vd x, vd unused)
{
    (void)p, (void)unused;
    vd sum = state[0] + x;
    state[0] = v_select(v_undefined(x), v_set(0), sum);
    return sum;
}

/* Running growth from 1: each bar adds its rate. State: the growth. */
TS_INLINE vd ts_compound(vd *state, const vd *p, vd rate, vd unused)
{
    (void)p, (void)unused;
    vd growth = state[0] + state[0] * rate;
    state[0] = v_select(v_undefined(rate), v_set(1), growth);
    return growth;
}

/* Sum of x over the leg so far: the bars since the direction last changed, and the one before them. State: the x
 * before, the direction before, the sum. */
TS_INLINE vd ts_leg_sum(vd *state, const vd *p, vd x, vd direction)
{
    (void)p;
    vd sum = v_select(v_eq(direction, state[1]), state[2], state[0]) + x;
    sum = v_select(v_undefined(direction), v_nan(), sum);
    state[0] = x;
    state[1] = v_select(v_undefined(sum), v_nan(), direction);
    return state[2] = sum;
}

/* Rises in a row, or minus the falls in a row. State: the x before, the streak. */
TS_INLINE vd ts_streak(vd *state, const vd *p, vd x, vd unused)
{
    (void)p, (void)unused;
    vd before = state[0], streak = state[1], zero = v_set(0);
    vd up = v_max(streak, zero) + v_set(1), down = v_min(streak, zero) - v_set(1);
    vd next = v_select(v_gt(x, before), up, v_select(v_lt(x, before), down, zero));
    state[0] = x;
    state[1] = next;
    return v_select(v_unordered(x, before), v_nan(), next);
}

/* x without its first n values. State: values seen. */
TS_INLINE vd ts_skip(vd *state, const vd *p, vd x, vd unused)
{
    (void)unused;
    vm skipped = v_lt(state[0], p[0]);
    state[0] = v_select(v_undefined(x), v_set(0), v_select(skipped, state[0] + v_set(1), state[0]));
    return v_select(skipped, v_nan(), x);
}

/* x where `when` is above 0, else the last such x. State: that. */
TS_INLINE vd ts_held(vd *state, const vd *p, vd x, vd when)
{
    (void)p;
    vd next = v_select(v_gt(when, v_set(0)), x, state[0]);
    return state[0] = v_select(v_unordered(x, when), v_nan(), next);
}

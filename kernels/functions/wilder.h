/* Wilder's average: (previous * (n - 1) + x) / n, written so that it stays exactly where it is while x is equal to it,
 * and seeded with the mean of the first n values; and his running sum: previous - previous / n + x, seeded with the sum
 * of the first n - 1 values (TA-Lib PLUS_DI). Welles Wilder, New Concepts in Technical Trading Systems, 1978. State of
 * the average: values seen while seeding, their sum in two doubles, the average (NaN while seeding). */
#include "kernels/double_double.h"

TS_INLINE vd ts_wilder(vd *state, const vd *p, vd x, vd unused)
{
    (void)unused;
    vd average = state[3], n = p[0];
    vd next = average + (x - average) / n;
    if (rarely(m_any(v_undefined(next)))) {
        vm undefined = v_undefined(x), running = m_not(v_unordered(x, average));
        vd seen = v_select(undefined, v_set(0), state[0] + v_set(1));
        dd sum = dd_select(undefined, dd_zero(), dd_plus((dd){state[1], state[2]}, x));
        vd seed = v_select(v_eq(seen, n), dd_quotient(sum, n), v_nan());
        next = v_select(running, next, v_select(undefined, x, seed));
        state[0] = v_select(running, n, seen);
        state[1] = sum.hi;
        state[2] = sum.lo;
    }
    return state[3] = next;
}

/* State: values seen, the sum. */
TS_INLINE vd ts_wilder_sum(vd *state, const vd *p, vd x, vd unused)
{
    (void)unused;
    vd n = p[0], sum = state[1];
    vm undefined = v_undefined(x), seeding = v_lt(state[0], n - v_set(1));
    vd next = v_select(seeding, sum + x, sum - sum / n + x);
    state[0] = v_select(undefined, v_set(0), v_select(seeding, state[0] + v_set(1), n));
    state[1] = v_select(undefined, v_set(0), next);
    return v_select(m_or(seeding, undefined), v_nan(), next);
}

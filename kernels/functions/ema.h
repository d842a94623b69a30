/* Exponential moving average, TA-Lib EMA: k = 2 / (n + 1), seeded with the mean of the first n values.
 * State: values seen while seeding, their sum in two doubles, the average (NaN while seeding). */
#include "kernels/double_double.h"

TS_INLINE vd ts_ema(vd *state, const vd *p, vd x, vd unused)
{
    (void)unused;
    vd average = state[3], k = v_set(2) / (p[0] + v_set(1));
    vd next = average + k * (x - average);
    if (rarely(m_any(v_undefined(next)))) {
        vm undefined = v_undefined(x), running = m_not(v_unordered(x, average));
        vd seen = v_select(undefined, v_set(0), state[0] + v_set(1));
        dd sum = dd_select(undefined, dd_zero(), dd_plus((dd){state[1], state[2]}, x));
        vd seed = v_select(v_eq(seen, p[0]), dd_quotient(sum, p[0]), v_nan());
        next = v_select(running, next, v_select(undefined, x, seed));
        state[0] = v_select(running, p[0], seen);
        state[1] = sum.hi;
        state[2] = sum.lo;
    }
    return state[3] = next;
}

/* An average with a rate of its own at each bar: previous + rate * (x - previous), seeded with the x before the first
 * defined rate (TA-Lib KAMA). State: the x before, the average. */
#include "kernels/vocabulary.h"

TS_INLINE vd ts_adaptive(vd *state, const vd *p, vd x, vd rate)
{
    (void)p;
    vd base = v_select(v_undefined(state[1]), state[0], state[1]);
    base = v_select(v_undefined(base), x, base);
    state[0] = x;
    return state[1] = base + rate * (x - base);
}

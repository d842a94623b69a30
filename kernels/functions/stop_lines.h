/* Lines that follow the price on one side until it passes them, then on the other. All start anew, with an upward
 * market where nothing tells, after an undefined input. */
#ifndef TS_KERNELS_STOP_LINES_H
#define TS_KERNELS_STOP_LINES_H

#include "kernels/vocabulary.h"

/* The bar at which a parabolic stop begins: down when the low moved further than the high, else up, from the extreme of
 * the bar before. State as in ts_parabolic_sar. */
TS_INLINE void parabolic_begin(vd *state, vd first, vd high, vd low)
{
    vm begins = v_undefined(state[2]);
    vd fell = state[1] - low, rose = high - state[0];
    vm down = m_and(v_gt(fell, v_set(0)), v_lt(rose, fell));
    state[2] = v_select(begins, v_select(down, state[0], state[1]), state[2]);
    state[3] = v_select(begins, v_select(down, low, high), state[3]);
    state[4] = v_select(begins, first, state[4]);
    state[5] = v_select(begins, v_select(down, v_set(-1), v_set(1)), state[5]);
    state[0] = v_select(begins, high, state[0]);
    state[1] = v_select(begins, low, state[1]);
}

/* Parabolic stop and reverse, TA-Lib SAREXT (Welles Wilder, 1978): p = first acceleration factor, its increment, its
 * maximum. A falling market is a rising one seen upside down, with prices times -1: one rule serves both.
 * State: high and low before, stop, extreme since the reversal, factor, +1 or -1. */
TS_INLINE vd ts_parabolic_sar(vd *state, const vd *p, vd high, vd low)
{
    vd first = v_min(p[0], p[2]), growth = v_min(p[1], p[2]);
    vm undefined = v_unordered(high, low);
    if (m_any(v_undefined(state[2]))) parabolic_begin(state, first, high, low);
    vd way = state[5], stop = state[2] * way, extreme = state[3] * way;
    vm up = v_gt(way, v_set(0));
    vd top = v_select(up, high, v_set(0) - low), bottom = v_select(up, low, v_set(0) - high);
    vd top_before = v_select(up, state[0], v_set(0) - state[1]), ceiling = v_max(top_before, top);
    vd bottom_before = v_select(up, state[1], v_set(0) - state[0]), floor = v_min(bottom_before, bottom);
    vm turns = v_le(bottom, stop), further = v_gt(top, extreme);
    stop = v_select(turns, v_max(ceiling, extreme), stop);
    vd factor = v_select(further, v_min(state[4] + growth, p[2]), state[4]);
    factor = v_select(turns, first, factor);
    extreme = v_select(turns, bottom, v_max(top, extreme));
    vd next = stop + factor * (extreme - stop); /* kept when undefined: the second operand of min and max */
    next = v_select(turns, v_max(ceiling, next), v_min(floor, next));
    state[0] = v_select(undefined, v_nan(), high);
    state[1] = v_select(undefined, v_nan(), low);
    state[2] = v_select(undefined, v_nan(), next * way);
    state[3] = extreme * way;
    state[4] = factor;
    state[5] = v_select(turns, v_set(0) - way, way);
    return v_select(undefined, v_nan(), stop * way);
}

/* Trailing stop at a distance that never gives way (Sylvain Vervoort, Stocks & Commodities, June 2009).
 * State: the x before, the stop. */
TS_INLINE vd ts_ratchet(vd *state, const vd *p, vd x, vd distance)
{
    (void)p;
    vd before = state[0], last = state[1], below = x - distance, above = x + distance;
    vm over = v_gt(x, last), under = v_lt(x, last);
    vd stop = v_select(over, below, above);
    stop = v_select(m_and(over, v_gt(before, last)), v_max(last, below), stop);
    stop = v_select(m_and(under, v_lt(before, last)), v_min(last, above), stop);
    stop = v_select(v_undefined(last), below, stop);
    state[0] = x;
    return state[1] = v_select(v_unordered(x, distance), v_nan(), stop);
}

/* Stop at a distance from the best x since the reversal, which comes when x passes the stop set at the bar before
 * (Welles Wilder's volatility system, 1978). State: the best x, the stop, +1 or -1. */
TS_INLINE vd ts_best_stop(vd *state, const vd *p, vd x, vd distance)
{
    (void)p;
    vd best = state[0], stop = state[1], one = v_set(1);
    vm undefined = v_unordered(x, distance), up = m_or(v_undefined(stop), v_gt(state[2], v_set(0)));
    vm turns = m_or(m_and(up, v_lt(x, stop)), m_and(m_not(up), v_gt(x, stop)));
    vm rises = m_or(m_and(up, m_not(turns)), m_and(turns, m_not(up)));
    best = v_select(turns, x, v_select(up, v_max(best, x), v_min(best, x))); /* x while there is none */
    state[0] = v_select(undefined, v_nan(), best);
    state[2] = v_select(rises, one, v_set(0) - one);
    return state[1] = v_select(undefined, v_nan(), v_select(rises, best - distance, best + distance));
}

#endif

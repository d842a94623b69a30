/* The swing chart: the tops and bottoms of a market, by turns. A top is a bar whose high no bar around it exceeds; it
 * is confirmed when the last bar around it has passed. A further top before the next bottom replaces the last one when
 * it is higher; a top must lie above the bottom before it; bottoms mirrored. William D. Gann's swing chart, with the
 * pivots of Robert Krausz, A W. D. Gann Treasure Discovered, 1998.
 *
 * Inputs: the price of the top that is confirmed at this bar and of the bottom, 0 where there is none. When both are at
 * one bar, the one that continues the swing comes first. State: top, bottom, the top and the bottom before them, and
 * which of the two is the last: +1 the top, -1 the bottom, 0 there is none. */
#ifndef TS_KERNELS_SWINGS_H
#define TS_KERNELS_SWINGS_H

#include "kernels/vocabulary.h"

enum { SWING_TOP, SWING_BOTTOM, SWING_TOP_BEFORE, SWING_BOTTOM_BEFORE, SWING_LAST };

/* x where it is the extreme of the bars around it, else 0. */
TS_INLINE vd ts_turning(vd x, vd extreme)
{
    return v_select(v_unordered(x, extreme), v_nan(), v_select(v_eq(x, extreme), x, v_set(0)));
}

/* A pivot of the kind `own`; way: +1 for tops, -1 for bottoms; `before`: the one before it is kept. */
TS_INLINE void swing_pivot(vd *state, vm pivots, vd price, int own, int other, double way, bool before)
{
    vd sign = v_set(way), seen = state[own];
    vm same = v_eq(state[SWING_LAST], sign), beyond = m_not(v_le(price * sign, state[other] * sign));
    vm extends = m_and(m_and(pivots, same), v_gt(price * sign, seen * sign));
    vm turns = m_and(m_and(pivots, m_not(same)), beyond);
    state[own] = v_select(m_or(extends, turns), price, seen);
    if (before) state[own + SWING_TOP_BEFORE] = v_select(turns, seen, state[own + SWING_TOP_BEFORE]);
    state[SWING_LAST] = v_select(turns, sign, state[SWING_LAST]);
}

/* Most bars bring nothing, few bring both kinds at once. */
TS_INLINE void swing_step(vd *state, vd top, vd bottom, bool before)
{
    vd zero = v_set(0);
    vm tops = v_gt(top, zero), bottoms = v_gt(bottom, zero), undefined = v_unordered(top, bottom);
    if (!m_any(m_or(m_or(tops, bottoms), undefined))) return;
    vm late = m_and(m_and(tops, bottoms), v_lt(state[SWING_LAST], zero));
    swing_pivot(state, m_and(tops, m_not(late)), top, SWING_TOP, SWING_BOTTOM, 1, before);
    swing_pivot(state, bottoms, bottom, SWING_BOTTOM, SWING_TOP, -1, before);
    if (usually(!m_any(m_or(late, undefined)))) return;
    swing_pivot(state, late, top, SWING_TOP, SWING_BOTTOM, 1, before);
    for (int i = 0; i < SWING_LAST; i++) state[i] = v_select(undefined, v_nan(), state[i]);
    state[SWING_LAST] = v_select(undefined, zero, state[SWING_LAST]);
}

TS_INLINE vd ts_swing_top(vd *state, const vd *p, vd top, vd bottom)
{
    (void)p;
    swing_step(state, top, bottom, false);
    return state[SWING_TOP];
}

TS_INLINE vd ts_swing_bottom(vd *state, const vd *p, vd top, vd bottom)
{
    (void)p;
    swing_step(state, top, bottom, false);
    return state[SWING_BOTTOM];
}

/* +1 since a bottom, -1 since a top. */
TS_INLINE vd ts_swing_way(vd *state, const vd *p, vd top, vd bottom)
{
    (void)p;
    swing_step(state, top, bottom, false);
    return v_select(v_eq(state[SWING_LAST], v_set(0)), v_nan(), v_set(0) - state[SWING_LAST]);
}

/* The share p[0] of the last swing, taken back from where it ended. */
TS_INLINE vd ts_retracement(vd *state, const vd *p, vd top, vd bottom)
{
    swing_step(state, top, bottom, false);
    vd part = p[0] * (state[SWING_TOP] - state[SWING_BOTTOM]);
    return v_select(v_gt(state[SWING_LAST], v_set(0)), state[SWING_TOP] - part, state[SWING_BOTTOM] + part);
}

/* `line` where the last pivot is of the kind `own` and as high as the one before it but for the share p[0] of the swing
 * between, else undefined. */
TS_INLINE vd twin_pivots(const vd *state, const vd *p, int own, double way, vd line)
{
    vd apart = v_abs(state[own] - state[own + SWING_TOP_BEFORE]);
    vm alike = v_le(apart, p[0] * (state[SWING_TOP] - state[SWING_BOTTOM]));
    return v_select(m_and(alike, v_eq(state[SWING_LAST], v_set(way))), line, v_nan());
}

/* The neckline of a double top: the bottom between the two. */
TS_INLINE vd ts_twin_tops(vd *state, const vd *p, vd top, vd bottom)
{
    swing_step(state, top, bottom, true);
    return twin_pivots(state, p, SWING_TOP, 1, state[SWING_BOTTOM]);
}

TS_INLINE vd ts_twin_bottoms(vd *state, const vd *p, vd top, vd bottom)
{
    swing_step(state, top, bottom, true);
    return twin_pivots(state, p, SWING_BOTTOM, -1, state[SWING_TOP]);
}

#endif

/* Charts without time: bricks and bars that a price completes by moving far enough, however long that takes. `size` is
 * in price units and measured when a chart begins and again at each bar that completes a brick: a share of the price,
 * or a range, or what else the caller wants. Where it is not above 0 the last one stays; a chart begins at the first
 * bar with one. Both start anew after an undefined input. */
#ifndef TS_KERNELS_BRICKS_H
#define TS_KERNELS_BRICKS_H

#include "kernels/vocabulary.h"

/* The largest whole number up to x, for x from 0 on. Above 2^52 there are no others. */
TS_INLINE vd whole_part(vd x)
{
    vd unit = v_set(0x1p52), nearest = x + unit - unit;
    return v_select(v_gt(nearest, x), nearest - v_set(1), nearest);
}

/* The close of the chart after x, `up` and `down` being the closes of the bricks that it would complete first. */
TS_INLINE vd brick_close(vd close, vd up, vd down, vd size, vd x)
{
    vm rises = v_ge(x, up), falls = v_le(x, down);
    vd further = whole_part(v_select(rises, x - up, down - x) / size) * size;
    return v_select(rises, up + further, v_select(falls, down - further, close));
}

/* Renko: the close of the last brick. A brick that turns needs the move of two. State: that close, the x that completes
 * a brick upwards, the one downwards, the size. */
TS_INLINE vd ts_renko(vd *state, const vd *p, vd x, vd size)
{
    (void)p;
    vm quiet = m_and(m_and(v_lt(x, state[1]), v_gt(x, state[2])), m_not(v_undefined(size)));
    if (usually(!m_any(m_not(quiet)))) return state[0];
    vm undefined = v_unordered(x, size), begins = v_undefined(state[0]), sized = v_gt(size, v_set(0));
    vm rises = v_ge(x, state[1]), falls = v_le(x, state[2]), moves = m_or(rises, falls);
    vd close = brick_close(state[0], state[1], state[2], state[3], x);
    close = v_select(begins, v_select(sized, x, v_nan()), close);
    close = v_select(undefined, v_nan(), close);
    size = v_select(m_and(m_or(begins, moves), sized), size, state[3]);
    vd up = v_select(falls, v_set(2) * size, size), down = v_select(rises, v_set(2) * size, size);
    vm keeps = m_not(m_or(m_or(undefined, begins), moves));
    state[0] = close;
    state[1] = v_select(keeps, state[1], close + up);
    state[2] = v_select(keeps, state[2], close - down);
    state[3] = v_select(undefined, v_nan(), size);
    return close;
}

/* Range bars: the close of the last bar. A bar is complete when x is a size above its low or below its high; the next
 * one opens there. State: that close, high and low of the bar that is being built, the size. */
TS_INLINE vd ts_range_bars(vd *state, const vd *p, vd x, vd size)
{
    (void)p;
    vd up = state[2] + state[3], down = state[1] - state[3];
    vm quiet = m_and(m_and(v_lt(x, up), v_gt(x, down)), m_not(v_unordered(size, state[0])));
    vd high = v_max(state[1], x), low = v_min(state[2], x);
    if (rarely(m_any(m_not(quiet)))) {
        vm undefined = v_unordered(x, size), begins = v_undefined(state[0]), sized = v_gt(size, v_set(0));
        vm moves = m_or(v_ge(x, up), v_le(x, down)), opens = m_or(begins, moves);
        vd close = brick_close(state[0], up, down, state[3], x);
        close = v_select(begins, v_select(sized, x, v_nan()), close);
        state[0] = v_select(undefined, v_nan(), close);
        state[3] = v_select(undefined, v_nan(), v_select(m_and(opens, sized), size, state[3]));
        high = v_select(opens, v_max(close, x), high);
        low = v_select(opens, v_min(close, x), low);
    }
    state[1] = high;
    state[2] = low;
    return state[0];
}

#endif

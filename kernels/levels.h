/* Rows as levels of 16 bits, so that the order of two rows at 64 bars takes a few instructions.
 *
 * The level of x is (x - base) * factor, cut to a whole number and to what 16 bits hold. All of that is monotone: where
 * the levels of two rows on one scale differ, the order of the rows is theirs; only where they are equal, which is rare
 * when the scale fits, the doubles are asked. A scale belongs to the rows that are compared with one another and to a
 * tile; the first of them that is made in the tile gives it its range, with as much again on both sides. */
#ifndef TS_KERNELS_LEVELS_H
#define TS_KERNELS_LEVELS_H

#include "kernels/cpu.h"
#include "kernels/vocabulary.h"

enum { LEVEL_MAX = 32767, LEVELS_OF_FIRST = 16000 };

/* The scale of a row over a tile; a factor of 0 when its values have no width: then all levels are equal. */
static void set_scale(ts_scale *scale, ts_operand row, size_t bars)
{
    vd high = v_set(-TS_INFINITY), low = v_set(TS_INFINITY);
    for (size_t bar = 0; bar < bars; bar += LANES) {
        vd x = v_load(row.at + bar);
        high = v_max(x, high);
        low = v_min(x, low);
    }
    double lane_high[LANES], lane_low[LANES];
    v_store(lane_high, high);
    v_store(lane_low, low);
    for (int i = 1; i < LANES; i++) {
        lane_high[0] = lane_high[i] > lane_high[0] ? lane_high[i] : lane_high[0];
        lane_low[0] = lane_low[i] < lane_low[0] ? lane_low[i] : lane_low[0];
    }
    double width = lane_high[0] - lane_low[0];
    bool fits = width > 1e-280 && width < 1e280;
    *scale = (ts_scale){fits ? lane_low[0] + width / 2 : 0, fits ? LEVELS_OF_FIRST / (width / 2) : 0, true};
}

/* Levels of bars [from, to); where the row is undefined they may be anything. */
static void make_levels(const ts_scale *scale, ts_operand row, size_t from, size_t to, int16_t *level)
{
    if (scale->factor == 0) {
        for (size_t bar = from; bar < to; bar++) level[bar] = 0;
        return;
    }
    vd base = v_set(scale->base), factor = v_set(scale->factor), top = v_set(LEVEL_MAX), bottom = v_set(-LEVEL_MAX);
    for (size_t bar = from; bar < to; bar += LANES)
        l_store(level + bar, v_max(v_min((v_load(row.at + (bar & row.mask)) - base) * factor, top), bottom));
}

#endif

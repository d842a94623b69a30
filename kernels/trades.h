/* LANES genomes side by side, one trade of each at a time: which bars it spans, and the extremes of the closes between.
 */
#ifndef TS_KERNELS_TRADES_H
#define TS_KERNELS_TRADES_H

#include "kernels/vocabulary.h"
#include "kernels/walk.h"

typedef struct ts_lanes {
    const ts_settlement *call;
    vd total[TS_TOTALS_RECORD];
} ts_lanes;

/* The trade in each lane; lanes without one hold a trade that is computed and thrown away. */
typedef struct ts_trades {
    vu entry, exit, last; /* last: the last bar whose close is marked in the position */
    vm active, is_short, reverses;
} ts_trades;

/* The last bar whose close is marked in the position. */
TS_INLINE vu last_bar(vu entry, vu exit) { return u_select(v_gt(v_from(exit), v_from(entry)), exit - 1, entry); }

/* Extremes of the closes of the last bar's block, from the entry when it lies there, else from the block's begin. */
TS_INLINE void extremes_of_last_block(const ts_history *history, const ts_trades *trades, vm within, vd *highest,
                                      vd *lowest)
{
    vu block = trades->last & u_set(~(uint32_t)(TS_BLOCK - 1));
    vu from = u_select(within, trades->entry & u_set(TS_BLOCK - 1), u_set(0));
    vu suffix = u_gather(history->suffix_extremes, trades->last);
    vu low = suffix & u_set(0xffff) & (u_set(0xffff) << from), high = (suffix >> 16) & (u_set(0xffff) << from);
    *lowest = v_gather(history->close, block + u_log2(low & (0 - low)));
    *highest = v_gather(history->close, block + u_log2(high & (0 - high)));
}

/* Highest and lowest close while the positions are open: the rest of the entry's block (`rest`, from its record), the
 * begin of the last bar's block, and the blocks between as two runs of a power of two. */
TS_INLINE void extremes(const ts_history *history, const ts_trades *trades, const vd rest[2], vd *highest, vd *lowest)
{
    vu begin = trades->entry / TS_BLOCK, end = trades->last / TS_BLOCK, zero = u_set(0);
    vd first_block = v_from(begin), last_block = v_from(end), apart = last_block - first_block;
    vm between = v_gt(apart, v_set(1)), within = v_eq(apart, v_set(0));
    vu level = u_log2(u_select(between, end - begin - 1, u_set(1))), row = level * (uint32_t)history->block_count + 1;
    vu run_a = u_select(between, row + begin + 1, zero);
    vu run_b = u_select(between, row + end - (u_set(1) << level), zero);
    vd high[3], low[3];
    v_gather_pairs(&history->blocks->highest, run_a, &high[0], &low[0]);
    v_gather_pairs(&history->blocks->highest, run_b, &high[1], &low[1]);
    extremes_of_last_block(history, trades, within, &high[2], &low[2]);
    vd rest_high = v_select(within, high[2], rest[0]), rest_low = v_select(within, low[2], rest[1]);
    *highest = v_max(v_max(high[0], high[1]), v_max(rest_high, high[2]));
    *lowest = v_min(v_min(low[0], low[1]), v_min(rest_low, low[2]));
}

#endif

/* One trade of each of LANES genomes: which bars it spans, and the extremes of the closes between. */
#ifndef TS_KERNELS_TRADES_H
#define TS_KERNELS_TRADES_H

#include "kernels/cpu.h"
#include "kernels/vocabulary.h"

/* The trade in each lane; lanes without one hold a trade that is computed and thrown away. */
typedef struct ts_trades {
    vu entry, exit, last; /* last: the last bar whose close is marked in the position */
    vm active, is_short, reverses;
    uint32_t entry_at[LANES], last_at[LANES], exit_at[LANES];
} ts_trades;

/* The flags of the k-th trade of each lane as conditions. */
TS_INLINE vm flagged(const ts_settlement *call, uint32_t k, uint8_t flag)
{
    double lane[LANES];
    for (int i = 0; i < LANES; i++) lane[i] = k < call->pairs[i] && call->flags[(uint32_t)i * call->stride + k] & flag;
    return v_gt(v_load(lane), v_set(0));
}

/* The k-th trade of each lane, if it has one and is not ruined. Returns false when no lane has. */
TS_INLINE bool pick_trades(const ts_settlement *call, uint32_t k, vd pairs, vu lists, bool shorts, ts_trades *trades)
{
    vm active = v_gt(pairs, v_set(k));
    if (shorts) active = m_and(active, v_eq(v_load(call->total[TS_RUINED]), v_set(0)));
    if (!m_any(active)) return false;
    u_gather_pairs(call->pair, u_select(active, lists + 2 * k, u_set(0)), &trades->entry, &trades->exit);
    trades->entry = u_select(active, trades->entry + call->offset, u_set(0));
    trades->exit = u_select(active, trades->exit + call->offset, u_set(1));
    vm apart = v_gt(v_from(trades->exit), v_from(trades->entry));
    trades->last = u_select(apart, trades->exit - 1, trades->entry);
    trades->active = active;
    trades->is_short = shorts ? m_and(active, flagged(call, k, TS_PAIR_SHORT)) : m_none();
    trades->reverses = shorts ? m_and(active, flagged(call, k, TS_PAIR_REVERSES)) : m_none();
    u_store(trades->entry_at, trades->entry);
    u_store(trades->last_at, trades->last);
    u_store(trades->exit_at, trades->exit);
    return true;
}

/* Extremes of the closes of bars [from, to], few. */
static void extremes_within(const ts_history *history, uint32_t from, uint32_t to, double *highest, double *lowest)
{
    *highest = *lowest = history->close[from];
    for (uint32_t bar = from + 1; bar <= to; bar++) {
        double close = history->close[bar];
        *highest = close > *highest ? close : *highest;
        *lowest = close < *lowest ? close : *lowest;
    }
}

/* Highest and lowest close while the positions are open: the rest of the entry's block (in its record, `first`), the
 * begin of the last bar's block, and the blocks between as two runs of a power of two. */
TS_INLINE void extremes(const ts_history *history, const ts_trades *trades, const vd first[8], vd *highest, vd *lowest)
{
    vu begin = trades->entry / TS_BLOCK, end = trades->last / TS_BLOCK, zero = u_set(0);
    vd first_block = v_from(begin), last_block = v_from(end), apart = last_block - first_block;
    vm between = v_gt(apart, v_set(1)), within = v_eq(apart, v_set(0));
    vu level = u_log2(u_select(between, end - begin - 1, u_set(1))), row = level * (uint32_t)history->block_count + 1;
    vu run_a = u_select(between, 2 * (row + begin + 1), zero);
    vu run_b = u_select(between, 2 * (row + end - (u_set(1) << level)), zero);
    const double *blocks = &history->blocks->highest, *since = &history->since->highest;
    vd high = v_max(v_gather(blocks, run_a), v_gather(blocks, run_b));
    vd low = v_min(v_gather(blocks + 1, run_a), v_gather(blocks + 1, run_b));
    *highest = v_max(high, v_max(first[6], v_gather(since, 2 * trades->last)));
    *lowest = v_min(low, v_min(first[7], v_gather(since + 1, 2 * trades->last)));
    unsigned left = m_bits(within);
    if (!left) return;
    double lane_high[LANES], lane_low[LANES];
    v_store(lane_high, *highest);
    v_store(lane_low, *lowest);
    for (; left; left &= left - 1) {
        int i = __builtin_ctz(left);
        extremes_within(history, trades->entry_at[i], trades->last_at[i], &lane_high[i], &lane_low[i]);
    }
    *highest = v_load(lane_high);
    *lowest = v_load(lane_low);
}

#endif

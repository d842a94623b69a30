/* Settling the trades of up to TS_SETTLED_MAX genomes: LANES of them at a time, those with most trades first. */
#include "kernels/settle.h"

/* Where the trades of LANES genomes stand. */
typedef struct ts_lists {
    ts_lanes lanes;
    vd pairs;                    /* how many each genome has */
    double *record[LANES];       /* where its totals belong */
    const uint32_t *pair[LANES]; /* its trades: entry, exit, entry, exit, ... */
    const uint8_t *flags[LANES]; /* of all its trades */
} ts_lists;

/* The flags of the k-th trade of each lane as conditions. */
TS_INLINE vm flagged(const ts_lists *lists, vm active, uint32_t k, uint8_t flag)
{
    double lane[LANES];
    unsigned has = m_bits(active);
    for (int i = 0; i < LANES; i++) lane[i] = has >> i & 1 && lists->flags[i][k] & flag;
    return v_gt(v_load(lane), v_set(0));
}

/* The k-th trade of each lane, if it has one and is not ruined. Returns false when no lane has. */
TS_INLINE bool pick_trades(ts_lists *lists, uint32_t k, bool shorts, ts_trades *trades)
{
    vm active = v_gt(lists->pairs, v_set(k));
    if (shorts) active = m_and(active, v_eq(lists->lanes.total[TS_RUINED], v_set(0)));
    if (!m_any(active)) return false;
    u_pairs(lists->pair, k, &trades->entry, &trades->exit);
    trades->entry = u_select(active, trades->entry, u_set(0));
    trades->exit = u_select(active, trades->exit, u_set(1));
    trades->last = last_bar(trades->entry, trades->exit);
    trades->active = active;
    trades->is_short = shorts ? flagged(lists, active, k, TS_PAIR_SHORT) : m_none();
    trades->reverses = shorts ? flagged(lists, active, k, TS_PAIR_REVERSES) : m_none();
    return true;
}

enum { ALL = (1 << LANES) - 1 };

TS_INLINE void settle_all(ts_lists *lists, bool shorts, bool closing)
{
    ts_lanes *lanes = &lists->lanes;
    ts_trades trades;
    for (int t = 0; t < TS_TOTALS_RECORD; t += 8) {
        double *at[LANES];
        for (int i = 0; i < LANES; i++) at[i] = lists->record[i] + t;
        v_records(lanes->total + t, at);
    }
    for (uint32_t k = 0; pick_trades(lists, k, shorts, &trades); k++)
        if (!shorts && !closing && m_bits(trades.active) == ALL) settle_trades(lanes, k, &trades, false, false, true);
        else settle_trades(lanes, k, &trades, shorts, closing, false);
    for (int t = 0; t < TS_TOTALS_RECORD; t += 8) {
        double *at[LANES];
        for (int i = 0; i < LANES; i++) at[i] = lists->record[i] + t;
        v_put_records(lanes->total + t, at);
    }
}

/* Genomes order[0 .. count - 1] of the call, the first again in the lanes beyond: it computes the same twice. */
static void settle_group(const ts_settlement *call, const uint8_t *order, size_t count)
{
    ts_lists lists;
    lists.lanes.call = call;
    double pairs[LANES];
    for (size_t i = 0; i < LANES; i++) {
        size_t genome = order[i < count ? i : 0];
        lists.record[i] = call->totals + genome * TS_TOTALS_RECORD;
        lists.pair[i] = call->pair + genome * call->stride;
        lists.flags[i] = call->flags ? call->flags + genome * call->stride : NULL;
        pairs[i] = call->pairs[genome];
    }
    lists.pairs = v_load(pairs);
    if (call->flags) settle_all(&lists, true, call->closing);
    else if (call->closing) settle_all(&lists, false, true);
    else settle_all(&lists, false, false);
}

/* Genomes by how many trades they have, the most first, so that the lanes of a group run out together. Returns how many
 * have any. */
static size_t by_trades(const ts_settlement *call, uint8_t order[TS_SETTLED_MAX])
{
    enum { CLASSES = 64 };
    uint8_t end[CLASSES] = {0};
    uint32_t most = 0, shift = 0;
    for (size_t i = 0; i < call->genomes; i++) most = call->pairs[i] > most ? call->pairs[i] : most;
    while (most >> shift >= CLASSES - 1) shift++;
#define CLASS(pairs) (CLASSES - 1 - (((pairs) + (1u << shift) - 1) >> shift))
    for (size_t i = 0; i < call->genomes; i++) end[CLASS(call->pairs[i])]++;
    for (int c = 1; c < CLASSES; c++) end[c] = (uint8_t)(end[c] + end[c - 1]);
    size_t busy = end[CLASSES - 2];
    for (size_t i = call->genomes; i-- > 0;) order[--end[CLASS(call->pairs[i])]] = (uint8_t)i;
#undef CLASS
    return busy;
}

static void settle(const ts_settlement *call)
{
    uint8_t order[TS_SETTLED_MAX];
    size_t count = by_trades(call, order);
    for (size_t i = 0; i < count; i += LANES) settle_group(call, order + i, count - i < LANES ? count - i : LANES);
}

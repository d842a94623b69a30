/* What trades are worth: pairs of fill bars become totals, genomes in the lanes, one trade of each at a time.
 *
 * A long position of u units bought at bar i and sold at bar j is marked u * close at i .. j-1, so the sums of bar returns,
 * their squares and the closes come from two records of the history; a short one is marked A - u * close and its returns
 * are summed bar by bar. The drawdown inside comes from the extremes of the closes: when the position makes no new peak it
 * is exactly 1 - lowest mark / peak; when it does and might fall deeper than before, the bars are walked.
 * The order of operations is that of a simulator that goes bar by bar. */
#include "kernels/cpu.h"
#include "kernels/vocabulary.h"

/* The trade in each lane; lanes without one hold a trade that is computed and thrown away. */
typedef struct ts_trades {
    vu entry, exit, last;        /* last: the last bar whose close is marked in the position */
    vm active, is_short, reverses;
    uint32_t entry_at[LANES], last_at[LANES], exit_at[LANES];
} ts_trades;

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

/* Highest and lowest close while the positions are open: the rest of the entry's block (in its record, `first`), the begin of
 * the last bar's block, and the blocks between as two runs of a power of two. */
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

/* The deepest fall of marks `at close c: cash - units * c` (cash 0 and units < 0: long) over bars [from, to], from `peak`. */
static double walk_drawdown(const ts_history *history, uint32_t from, uint32_t to, double cash, double units, double peak,
                            double drawdown)
{
    for (uint32_t bar = from; bar <= to; bar++) {
        double mark = cash - units * history->close[bar];
        peak = mark > peak ? mark : peak;
        double fall = 1 - mark / peak;
        drawdown = fall > drawdown ? fall : drawdown;
    }
    return drawdown;
}

typedef struct ts_sums {
    double returns, squares, losses;
} ts_sums;

/* Sums over bars (from, to] of a short's returns. Eight partial sums, added in order, whatever LANES is. */
static ts_sums short_sums(const ts_history *history, uint32_t from, uint32_t to, double cash, double units)
{
    enum { PARTS = 8 / LANES };
    vd returns[PARTS], squares[PARTS], losses[PARTS], a = v_set(cash), u = v_set(units), zero = v_set(0);
    for (int k = 0; k < PARTS; k++) returns[k] = squares[k] = losses[k] = zero;
    const double *close = history->close;
    uint32_t bar = from + 1;
    for (; bar + 7 <= to; bar += 8)
        for (int k = 0; k < PARTS; k++) {
            const double *now = close + bar + k * LANES;
            vd r = (a - u * v_load(now)) / (a - u * v_load(now - 1)) - v_set(1), loss = v_min(r, zero);
            returns[k] = returns[k] + r;
            squares[k] = squares[k] + r * r;
            losses[k] = losses[k] + loss * loss;
        }
    double part[3][8];
    for (int k = 0; k < PARTS; k++) {
        v_store(part[0] + k * LANES, returns[k]);
        v_store(part[1] + k * LANES, squares[k]);
        v_store(part[2] + k * LANES, losses[k]);
    }
    for (int k = 0; bar <= to; bar++, k++) {
        double r = (cash - units * close[bar]) / (cash - units * close[bar - 1]) - 1, loss = r < 0 ? r : 0;
        part[0][k] += r;
        part[1][k] += r * r;
        part[2][k] += loss * loss;
    }
    ts_sums sums = {0, 0, 0};
    for (int k = 0; k < 8; k++) {
        sums.returns += part[0][k];
        sums.squares += part[1][k];
        sums.losses += part[2][k];
    }
    return sums;
}

/* A short whose mark falls to 0 or below at a close before its exit, or at the close of an exit there: the equity is 0 from
 * there. The totals of lane `i`. */
static void settle_ruin(const ts_settlement *call, int i, uint32_t entry, uint32_t exit, double base, double cash, double units)
{
    const ts_history *history = call->history;
    uint32_t bar = entry;
    while (bar < exit && cash - units * history->close[bar] > 0) bar++;
    double *equity = &call->total[TS_EQUITY][i], previous = call->total[TS_MARK][i];
    double peak = call->total[TS_PEAK][i];
    for (uint32_t at = entry; at <= bar; at++) {
        double mark = at < bar ? cash - units * history->close[at] : 0, r = mark / previous - 1;
        call->total[TS_SUM_RETURN][i] += r;
        call->total[TS_SUM_SQUARE][i] += r * r;
        call->total[TS_SUM_LOSS][i] += r < 0 ? r * r : 0;
        call->total[TS_SUM_EQUITY][i] += mark;
        peak = mark > peak ? mark : peak;
        previous = mark;
    }
    call->total[TS_SUM_EQUITY][i] += base * (double)(entry - (uint32_t)call->total[TS_FLAT_SINCE][i]);
    call->total[TS_PEAK][i] = peak;
    call->total[TS_DRAWDOWN][i] = 1;
    call->total[TS_FEES][i] += base * history->fee;
    call->total[TS_TRADED][i] += base * (1 - history->fee);
    call->total[TS_LOSS][i] += base;
    call->total[TS_SUM_TRADE][i] += -1;
    call->total[TS_WORST][i] = -1;
    if (!(call->total[TS_BEST][i] > -1)) call->total[TS_BEST][i] = -1;
    call->total[TS_TRADES][i] += 1;
    call->total[TS_HELD][i] += (double)(bar - entry);
    call->total[TS_FLAT_SINCE][i] = bar;
    call->total[TS_MARK][i] = 0;
    call->total[TS_RUINED][i] = 1;
    *equity = 0;
    if (i == 0 && call->ruin_bar) *call->ruin_bar = bar;
}

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

typedef struct ts_marks {
    vm marked, reverses;      /* is any close marked in the position; is its exit no close of its own */
    vd pledge, per_close;     /* a mark is pledge + per_close * close */
    vd highest, lowest, cash; /* marks; the equity after the exit */
} ts_marks;

/* New peaks: where the position climbs above the peak and may fall deeper from there, its bars are walked; else the lowest
 * mark falls from the higher of the peaks; the exit comes last. */
static __attribute__((noinline)) void settle_new_peaks(const ts_settlement *call, const ts_trades *trades, const ts_marks *marks,
                                                       vd *peak, vd *drawdown)
{
    vd zero = v_set(0), one = v_set(1), top = v_max(marks->highest, *peak), fall = one - marks->lowest / top;
    vm deeper = m_and(m_and(trades->active, marks->marked), v_gt(fall, *drawdown)), climbs = m_and(deeper, v_gt(marks->highest, *peak));
    *drawdown = v_select(m_and(deeper, m_not(climbs)), fall, *drawdown);
    double cash[LANES], units[LANES], lane_peak[LANES], lane_drawdown[LANES];
    v_store(cash, marks->pledge);
    v_store(units, zero - marks->per_close);
    v_store(lane_peak, *peak);
    v_store(lane_drawdown, *drawdown);
    for (unsigned left = m_bits(climbs); left; left &= left - 1) {
        int i = __builtin_ctz(left);
        lane_drawdown[i] = walk_drawdown(call->history, trades->entry_at[i], trades->last_at[i], cash[i], units[i], lane_peak[i],
                                         lane_drawdown[i]);
    }
    *drawdown = v_load(lane_drawdown);
    *peak = v_select(marks->marked, top, *peak);
    vd peak_out = v_max(marks->cash, *peak), fall_out = one - marks->cash / peak_out;
    *drawdown = v_select(marks->reverses, *drawdown, v_max(fall_out, *drawdown));
    *peak = v_select(marks->reverses, *peak, peak_out);
}

/* While nothing rises above the peak, the deepest fall is that of the lowest of the marks and the exit. */
TS_INLINE void settle_drawdown(const ts_settlement *call, const ts_trades *trades, const ts_marks *marks, vm active, bool shorts)
{
    vd old_peak = v_load(call->total[TS_PEAK]), old_drawdown = v_load(call->total[TS_DRAWDOWN]);
    vd peak = old_peak, drawdown = old_drawdown;
    vm rises = m_and(active, m_or(v_gt(marks->highest, peak), v_gt(marks->cash, peak)));
    if (m_any(rises)) settle_new_peaks(call, trades, marks, &peak, &drawdown);
    else {
        vd exit = marks->cash;
        if (shorts) exit = v_select(marks->reverses, marks->lowest, exit);
        vd lowest = v_select(marks->marked, v_min(marks->lowest, exit), exit);
        drawdown = v_max(v_set(1) - lowest / peak, drawdown);
    }
    v_store(call->total[TS_PEAK], v_select(active, peak, old_peak));
    v_store(call->total[TS_DRAWDOWN], v_select(active, drawdown, old_drawdown));
}

/* One trade a lane. `shorts` and `closing` are constants where this is inlined. */
TS_INLINE void settle_trades(const ts_settlement *call, uint32_t k, const ts_trades *trades, bool shorts, bool closing)
{
    const ts_history *history = call->history;
    vd zero = v_set(0), one = v_set(1), fee = v_set(history->fee), kept = v_set(1 - history->fee);
    vd entry_slip = v_set(1 + history->slippage), exit_slip = v_set(1 - history->slippage);
    vm active = trades->active, is_short = trades->is_short, reverses = trades->reverses;
    const double *at_entry[LANES], *at_last[LANES];
    for (int i = 0; i < LANES; i++) {
        at_entry[i] = &history->bar[trades->entry_at[i]].returns;
        at_last[i] = &history->bar[trades->last_at[i]].returns;
    }
    vd first[8], last[8], highest, lowest;
    v_records(first, at_entry);
    v_records(last, at_last);
    extremes(history, trades, first, &highest, &lowest);
    vu exit_record = trades->exit * (uint32_t)(sizeof(ts_bar) / sizeof(double));
    vd exit_price = v_gather(closing ? &history->bar->close : &history->bar->fill, exit_record);
    vd entered = v_from(trades->entry), left = v_from(trades->exit), close = first[4], last_close = last[4];
    vm marked = closing ? v_gt(left, entered) : active; /* a close before the exit's was in the position */

    /* Entry and exit, in the order of a bar-by-bar simulator. */
    vd base = v_load(call->total[TS_EQUITY]), invested = base * kept;
    vd in_slip = entry_slip, out_slip = exit_slip;
    if (shorts) {
        in_slip = v_select(is_short, exit_slip, entry_slip);
        out_slip = v_select(is_short, entry_slip, exit_slip);
    }
    vd units = invested / (first[5] * in_slip);
    vd value = units * (exit_price * out_slip), cash = value * kept, pledge = zero, per_close = units;
    if (shorts) {
        pledge = v_select(is_short, v_set(2) * base * kept, zero);
        cash = v_select(is_short, pledge - value * v_set(1 + history->fee), cash);
        per_close = v_select(is_short, zero - units, units); /* mark = pledge + per_close * close */
    }
    vd first_mark = pledge + per_close * close, last_mark = pledge + per_close * last_close;
    vd high_mark = pledge + per_close * highest, low_mark = pledge + per_close * lowest;
    vm ruined = m_none();
    if (shorts) {
        vd high = v_select(is_short, low_mark, high_mark);
        low_mark = v_select(is_short, high_mark, low_mark);
        high_mark = high;
        vm wiped = m_and(marked, v_le(low_mark, zero));
        if (closing || history->at_close) { /* the exit's own close is a mark, unless it is the entry's, too */
            vm marked_out = history->at_close ? marked : active;
            wiped = m_or(wiped, m_and(marked_out, v_le(pledge + per_close * exit_price, zero)));
        }
        wiped = m_and(wiped, m_and(active, is_short));
        if (m_any(wiped)) {
            double lane_base[LANES], lane_pledge[LANES], lane_units[LANES];
            v_store(lane_base, base);
            v_store(lane_pledge, pledge);
            v_store(lane_units, units);
            for (int i = 0; i < LANES; i++)
                if (m_bits(wiped) >> i & 1) {
                    settle_ruin(call, i, trades->entry_at[i], trades->exit_at[i], lane_base[i], lane_pledge[i], lane_units[i]);
                    if (i == 0 && call->cash) call->cash[k] = 0;
                }
            active = m_and(active, m_not(wiped));
        }
        ruined = v_le(cash, zero);
        cash = v_select(ruined, zero, cash);
        reverses = m_and(reverses, m_not(ruined));
    }

#define TOTAL(which) v_load(call->total[which])
#define SET(which, value) v_store(call->total[which], v_select(active, value, TOTAL(which)))

    /* Bar returns: the first mark against the equity before, those between, the exit against the last mark. */
    vd before = base;
    if (shorts) before = TOTAL(TS_MARK);
    vd between[3] = {last[0] - first[0], last[1] - first[1], last[2] - first[2]};
    if (shorts && m_any(m_and(active, is_short))) {
        double lane_pledge[LANES], lane_units[LANES], part[3][LANES];
        v_store(lane_pledge, pledge);
        v_store(lane_units, units);
        for (int s = 0; s < 3; s++) v_store(part[s], between[s]);
        for (int i = 0; i < LANES; i++)
            if (m_bits(m_and(active, is_short)) >> i & 1) {
                ts_sums sums = short_sums(history, trades->entry_at[i], trades->last_at[i], lane_pledge[i], lane_units[i]);
                part[0][i] = sums.returns;
                part[1][i] = sums.squares;
                part[2][i] = sums.losses;
            }
        for (int s = 0; s < 3; s++) between[s] = v_load(part[s]);
    }
    vd per_base = one / base, per_before = per_base;
    if (shorts) per_before = one / before;
    vd r_first = first_mark * per_before - one, r_last = cash / last_mark - one;
    if (closing) {
        r_first = v_select(marked, r_first, zero);
        r_last = v_select(marked, r_last, cash * per_before - one);
        for (int s = 0; s < 3; s++) between[s] = v_select(marked, between[s], zero);
    }
    if (shorts) r_last = v_select(reverses, zero, r_last); /* the equity is next marked in the position that follows */
    vd loss_first = v_min(r_first, zero), loss_last = v_min(r_last, zero);
    SET(TS_SUM_RETURN, TOTAL(TS_SUM_RETURN) + (r_first + between[0] + r_last));
    SET(TS_SUM_SQUARE, TOTAL(TS_SUM_SQUARE) + (r_first * r_first + between[1] + r_last * r_last));
    SET(TS_SUM_LOSS, TOTAL(TS_SUM_LOSS) + (loss_first * loss_first + between[2] + loss_last * loss_last));

    vd bars = left - entered, closes = last[3] - first[3] + close;
    vd marks = v_select(marked, pledge * bars + per_close * closes, zero);
    SET(TS_SUM_EQUITY, TOTAL(TS_SUM_EQUITY) + (base * (entered - TOTAL(TS_FLAT_SINCE)) + marks));

    settle_drawdown(call, trades, &(ts_marks){marked, reverses, pledge, per_close, high_mark, low_mark, cash}, active, shorts);

    vd gain = cash - base, change = cash * per_base - one;
    SET(TS_FEES, TOTAL(TS_FEES) + base * fee + value * fee);
    SET(TS_TRADED, TOTAL(TS_TRADED) + invested + value);
    SET(TS_PROFIT, TOTAL(TS_PROFIT) + v_select(v_gt(gain, zero), gain, zero));
    SET(TS_LOSS, TOTAL(TS_LOSS) + v_select(v_lt(gain, zero), zero - gain, zero));
    SET(TS_WINS, TOTAL(TS_WINS) + v_select(v_gt(gain, zero), one, zero));
    SET(TS_SUM_TRADE, TOTAL(TS_SUM_TRADE) + change);
    SET(TS_BEST, v_max(change, TOTAL(TS_BEST)));
    SET(TS_WORST, v_min(change, TOTAL(TS_WORST)));
    SET(TS_TRADES, TOTAL(TS_TRADES) + one);
    SET(TS_HELD, TOTAL(TS_HELD) + bars + (closing ? one : zero));
    SET(TS_FLAT_SINCE, left);
    SET(TS_EQUITY, cash);
    if (shorts) {
        SET(TS_MARK, v_select(reverses, last_mark, cash));
        SET(TS_RUINED, v_select(ruined, one, TOTAL(TS_RUINED)));
    }
    if (call->cash && (m_bits(active) & 1)) call->cash[k] = call->total[TS_EQUITY][0];
#undef TOTAL
#undef SET
}

TS_INLINE void settle_all(const ts_settlement *call, bool shorts, bool closing)
{
    uint32_t list[LANES];
    for (uint32_t i = 0; i < LANES; i++) list[i] = i * call->stride;
    vu lists = u_load(list);
    vd pairs = v_from(u_load(call->pairs));
    ts_trades trades;
    for (uint32_t k = 0; pick_trades(call, k, pairs, lists, shorts, &trades); k++)
        settle_trades(call, k, &trades, shorts, closing);
}

static void settle_group(const ts_settlement *call)
{
    if (call->flags) settle_all(call, true, call->closing);
    else if (call->closing) settle_all(call, false, true);
    else settle_all(call, false, false);
}

/* The group of TS_LANES_MAX genomes, LANES at a time. */
static void settle(const ts_settlement *call)
{
    for (int group = 0; group < TS_LANES_MAX; group += LANES) {
        ts_settlement part = *call;
        for (int t = 0; t < TS_TOTALS; t++) part.total[t] += group;
        for (int i = 0; i < LANES; i++) part.pairs[i] = call->pairs[group + i];
        part.pair += (uint32_t)group * call->stride;
        if (call->flags) part.flags += (uint32_t)group * call->stride;
        if (group) part.cash = NULL, part.ruin_bar = NULL;
        settle_group(&part);
    }
}

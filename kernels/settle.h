/* What trades are worth: pairs of fill bars become totals, genomes in the lanes, one trade of each at a time.
 *
 * A long position of u units bought at bar i and sold at bar j is marked u * close at i .. j-1, so the sums of bar
 * returns, their squares and the closes come from two records of the history; a short one is marked A - u * close and
 * its returns are summed bar by bar. The drawdown inside comes from the extremes of the closes: when the position makes
 * no new peak it is exactly 1 - lowest mark / peak; when it does and might fall deeper than before, the bars are
 * walked. The order of operations is that of a simulator that goes bar by bar.
 *
 * `shorts` (some trades are shorts), `closing` (the exit bar's close is in the position) and `full` (every lane has a
 * trade) are constants where these functions are inlined: what a case does not need costs it nothing. */
#ifndef TS_KERNELS_SETTLE_H
#define TS_KERNELS_SETTLE_H

#include "kernels/short_side.h"
#include "kernels/trades.h"

/* The trades of all lanes, from entry to exit. A mark is pledge + per_close * close: units and no pledge for a long. */
typedef struct ts_position {
    vm active, marked, is_short,
        reverses; /* marked: a close before the exit's is in it; reverses: the exit is no mark */
    vd base, invested, units, value, cash; /* equity before; less the fee; traded at the exit; equity after */
    vd pledge, per_close, exit_price;
    vd first_mark, last_mark, highest, lowest;
    vd entered, left;      /* bars, as numbers */
    vd between[3], closes; /* sums over the closes in it: returns, squares, losses after the first; closes */
} ts_position;

#define TOTAL(which)       (lanes->total[which])
#define SET(which, number) set_total(lanes, which, p->active, number, full)

TS_INLINE void set_total(ts_lanes *lanes, int which, vm active, vd number, bool full)
{
    if (!full) number = v_select(active, number, lanes->total[which]);
    lanes->total[which] = number;
}

/* Prices and closes of the trades; in between only long returns so far. */
TS_INLINE void look_up(const ts_history *history, const ts_trades *trades, bool closing, vd *entry_price,
                       ts_position *p)
{
    const uint32_t record = sizeof(ts_bar) / sizeof(double);
    vd field[8];
    v_spans(field, &history->bar->returns, trades->entry * record, trades->last * record);
    extremes(history, trades, field + 6, &p->highest, &p->lowest);
    p->exit_price = v_gather(closing ? history->close : history->fill, trades->exit);
    p->entered = v_from(trades->entry);
    p->left = v_from(trades->exit);
    p->active = trades->active;
    p->is_short = trades->is_short;
    p->reverses = trades->reverses;
    p->marked = p->active;
    if (closing) p->marked = v_gt(p->left, p->entered);
    for (int i = 0; i < 3; i++) p->between[i] = field[i];
    p->closes = field[3] + field[4];
    p->first_mark = field[4];
    p->last_mark = v_gather(history->close, trades->last);
    *entry_price = field[5];
}

/* Buying and selling, in the order of a bar-by-bar simulator; closes become marks. */
TS_INLINE void trade(const ts_lanes *lanes, vd entry_price, bool shorts, ts_position *p)
{
    double fee = lanes->call->history->fee, slippage = lanes->call->history->slippage;
    vd zero = v_set(0), kept = v_set(1 - fee), dearer = v_set(1 + slippage), cheaper = v_set(1 - slippage);
    vd in_slip = dearer, out_slip = cheaper;
    if (shorts) {
        in_slip = v_select(p->is_short, cheaper, dearer);
        out_slip = v_select(p->is_short, dearer, cheaper);
    }
    p->base = TOTAL(TS_EQUITY);
    p->invested = p->base * kept;
    p->units = p->invested / (entry_price * in_slip);
    p->value = p->units * (p->exit_price * out_slip);
    p->cash = p->value * kept;
    p->pledge = zero;
    p->per_close = p->units;
    if (shorts) {
        p->pledge = v_select(p->is_short, v_set(2) * p->base * kept, zero);
        p->cash = v_select(p->is_short, p->pledge - p->value * v_set(1 + fee), p->cash);
        p->per_close = v_select(p->is_short, zero - p->units, p->units);
    }
    p->first_mark = p->pledge + p->per_close * p->first_mark;
    p->last_mark = p->pledge + p->per_close * p->last_mark;
    vd high = p->pledge + p->per_close * p->highest, low = p->pledge + p->per_close * p->lowest;
    p->highest = high;
    p->lowest = low;
    if (shorts) {
        p->highest = v_select(p->is_short, low, high);
        p->lowest = v_select(p->is_short, high, low);
    }
}

/* Shorts whose mark falls to 0 or below are settled here and leave the lanes; a cover that costs all there is ruins,
 * too. */
static void ruin_shorts(ts_lanes *lanes, uint32_t k, const ts_trades *trades, bool closing, ts_position *p, vm *ruined)
{
    const ts_settlement *call = lanes->call;
    bool at_close = call->history->at_close;
    vd zero = v_set(0);
    vm wiped = m_and(p->marked, v_le(p->lowest, zero));
    if (closing || at_close) { /* the exit's own close is a mark, unless it is the entry's, too */
        vm marked_out = at_close ? p->marked : p->active;
        wiped = m_or(wiped, m_and(marked_out, v_le(p->pledge + p->per_close * p->exit_price, zero)));
    }
    wiped = m_and(wiped, m_and(p->active, p->is_short));
    if (m_any(wiped)) {
        double base[LANES], pledge[LANES], units[LANES], total[TS_TOTALS][LANES];
        v_store(base, p->base);
        v_store(pledge, p->pledge);
        v_store(units, p->units);
        for (int t = 0; t < TS_TOTALS; t++) v_store(total[t], lanes->total[t]);
        uint32_t entry[LANES], exit[LANES];
        u_store(entry, trades->entry);
        u_store(exit, trades->exit);
        for (unsigned left = m_bits(wiped); left; left &= left - 1) {
            int i = (int)first_bit(left);
            uint32_t bar =
                settle_ruin(call->history, total, i, entry[i], exit[i], (ts_short){base[i], pledge[i], units[i]});
            if (call->ruin_bar) *call->ruin_bar = bar;
            if (call->cash) call->cash[k] = 0;
        }
        for (int t = 0; t < TS_TOTALS; t++) lanes->total[t] = v_load(total[t]);
        p->active = m_and(p->active, m_not(wiped));
    }
    *ruined = v_le(p->cash, zero);
    p->cash = v_select(*ruined, zero, p->cash);
    p->reverses = m_and(p->reverses, m_not(*ruined));
}

/* The returns between the marks of shorts. */
static void sum_shorts(const ts_history *history, const ts_trades *trades, ts_position *p)
{
    double pledge[LANES], units[LANES], part[LANES][3][SHORT_PARTS], *at[LANES];
    uint32_t entry[LANES], last[LANES];
    vm shorts = m_and(p->active, p->is_short);
    v_store(pledge, p->pledge);
    v_store(units, p->units);
    u_store(entry, trades->entry);
    u_store(last, trades->last);
    for (unsigned left = m_bits(shorts); left; left &= left - 1) {
        int i = (int)first_bit(left);
        short_sums(history, entry[i], last[i], pledge[i], units[i], part[i]);
    }
    for (int s = 0; s < 3; s++) {
        vd field[SHORT_PARTS], sum = v_set(0);
        for (int i = 0; i < LANES; i++) at[i] = part[i][s];
        v_records(field, at);
        for (int k = 0; k < SHORT_PARTS; k++) sum = sum + field[k];
        p->between[s] = v_select(shorts, sum, p->between[s]);
    }
}

/* Bar returns: the first mark against the equity before, those between, the exit against the last mark; and the equity.
 */
TS_INLINE void settle_returns(ts_lanes *lanes, const ts_position *p, vd per_base, bool shorts, bool closing, bool full)
{
    vd zero = v_set(0), one = v_set(1), per_before = per_base,
       between[3] = {p->between[0], p->between[1], p->between[2]};
    if (shorts) per_before = one / TOTAL(TS_MARK);
    vd r_first = p->first_mark * per_before - one, r_last = p->cash / p->last_mark - one;
    if (closing) {
        r_first = v_select(p->marked, r_first, zero);
        r_last = v_select(p->marked, r_last, p->cash * per_before - one);
        for (int s = 0; s < 3; s++) between[s] = v_select(p->marked, between[s], zero);
    }
    if (shorts)
        r_last = v_select(p->reverses, zero, r_last); /* the equity is next marked in the position that follows */
    vd loss_first = v_min(r_first, zero), loss_last = v_min(r_last, zero);
    SET(TS_SUM_RETURN, TOTAL(TS_SUM_RETURN) + (r_first + between[0] + r_last));
    SET(TS_SUM_SQUARE, TOTAL(TS_SUM_SQUARE) + (r_first * r_first + between[1] + r_last * r_last));
    SET(TS_SUM_LOSS, TOTAL(TS_SUM_LOSS) + (loss_first * loss_first + between[2] + loss_last * loss_last));
    vd marks = v_select(p->marked, p->pledge * (p->left - p->entered) + p->per_close * p->closes, zero);
    vd flat = p->base * (p->entered - TOTAL(TS_FLAT_SINCE));
    SET(TS_SUM_EQUITY, TOTAL(TS_SUM_EQUITY) + (flat + marks));
}

/* The deepest fall of marks `at close c: cash - units * c` (cash 0 and units < 0: long) over bars [from, to], from
 * `peak`. */
static double walk_drawdown(const ts_history *history, uint32_t from, uint32_t to, double cash, double units,
                            double peak, double drawdown)
{
    for (uint32_t bar = from; bar <= to; bar++) {
        double mark = cash - units * history->close[bar];
        peak = mark > peak ? mark : peak;
        double fall = 1 - mark / peak;
        drawdown = fall > drawdown ? fall : drawdown;
    }
    return drawdown;
}

/* New peaks: where the position climbs above the peak and may fall deeper from there, its bars are walked; else the
 * lowest mark falls from the higher of the peaks; the exit comes last. */
TS_APART void settle_new_peaks(const ts_history *history, const ts_trades *trades, const ts_position *p, vd *peak,
                               vd *drawdown)
{
    vd one = v_set(1), top = v_max(p->highest, *peak), fall = one - p->lowest / top;
    vm deeper = m_and(m_and(p->active, p->marked), v_gt(fall, *drawdown)),
       climbs = m_and(deeper, v_gt(p->highest, *peak));
    *drawdown = v_select(m_and(deeper, m_not(climbs)), fall, *drawdown);
    double cash[LANES], units[LANES], lane_peak[LANES], lane_drawdown[LANES];
    v_store(cash, p->pledge);
    v_store(units, v_set(0) - p->per_close);
    v_store(lane_peak, *peak);
    v_store(lane_drawdown, *drawdown);
    uint32_t entry[LANES], last[LANES];
    u_store(entry, trades->entry);
    u_store(last, trades->last);
    for (unsigned left = m_bits(climbs); left; left &= left - 1) {
        int i = (int)first_bit(left);
        lane_drawdown[i] = walk_drawdown(history, entry[i], last[i], cash[i], units[i], lane_peak[i], lane_drawdown[i]);
    }
    *drawdown = v_load(lane_drawdown);
    *peak = v_select(p->marked, top, *peak);
    vd peak_out = v_max(p->cash, *peak), fall_out = one - p->cash / peak_out;
    *drawdown = v_select(p->reverses, *drawdown, v_max(fall_out, *drawdown));
    *peak = v_select(p->reverses, *peak, peak_out);
}

/* While nothing rises above the peak, the deepest fall is that of the lowest of the marks and the exit. */
TS_INLINE void settle_drawdown(ts_lanes *lanes, const ts_trades *trades, const ts_position *p, bool shorts, bool full)
{
    vd peak = TOTAL(TS_PEAK), drawdown = TOTAL(TS_DRAWDOWN);
    vm rises = m_and(p->active, m_or(v_gt(p->highest, peak), v_gt(p->cash, peak)));
    if (m_any(rises)) settle_new_peaks(lanes->call->history, trades, p, &peak, &drawdown);
    else {
        vd exit = p->cash;
        if (shorts) exit = v_select(p->reverses, p->lowest, exit);
        vd lowest = v_select(p->marked, v_min(p->lowest, exit), exit);
        drawdown = v_max(v_set(1) - lowest / peak, drawdown);
    }
    SET(TS_PEAK, peak);
    SET(TS_DRAWDOWN, drawdown);
}

/* Costs, gains and counts. */
TS_INLINE void settle_counts(ts_lanes *lanes, const ts_position *p, vd per_base, bool closing, bool full)
{
    vd zero = v_set(0), one = v_set(1), fee = v_set(lanes->call->history->fee);
    vd gain = p->cash - p->base, change = p->cash * per_base - one, held = p->left - p->entered;
    if (closing) held = held + one;
    SET(TS_FEES, TOTAL(TS_FEES) + p->base * fee + p->value * fee);
    SET(TS_TRADED, TOTAL(TS_TRADED) + p->invested + p->value);
    SET(TS_PROFIT, TOTAL(TS_PROFIT) + v_max(gain, zero));
    SET(TS_LOSS, TOTAL(TS_LOSS) + v_max(zero - gain, zero));
    SET(TS_WINS, TOTAL(TS_WINS) + v_select(v_gt(gain, zero), one, zero));
    SET(TS_SUM_TRADE, TOTAL(TS_SUM_TRADE) + change);
    SET(TS_BEST, v_max(change, TOTAL(TS_BEST)));
    SET(TS_WORST, v_min(change, TOTAL(TS_WORST)));
    SET(TS_TRADES, TOTAL(TS_TRADES) + one);
    SET(TS_HELD, TOTAL(TS_HELD) + held);
    SET(TS_FLAT_SINCE, p->left);
    SET(TS_EQUITY, p->cash);
}

TS_INLINE void settle_trades(ts_lanes *lanes, uint32_t k, const ts_trades *trades, bool shorts, bool closing, bool full)
{
    const ts_settlement *call = lanes->call;
    ts_position position, *p = &position;
    vd entry_price;
    vm ruined = m_none();
    look_up(call->history, trades, closing, &entry_price, p);
    trade(lanes, entry_price, shorts, p);
    if (shorts) {
        ruin_shorts(lanes, k, trades, closing, p, &ruined);
        sum_shorts(call->history, trades, p);
    }
    vd per_base = v_set(1) / p->base;
    settle_returns(lanes, p, per_base, shorts, closing, full);
    settle_drawdown(lanes, trades, p, shorts, full);
    settle_counts(lanes, p, per_base, closing, full);
    if (shorts) {
        SET(TS_MARK, v_select(p->reverses, p->last_mark, p->cash));
        SET(TS_RUINED, v_select(ruined, v_set(1), TOTAL(TS_RUINED)));
    }
    if (call->cash && (m_bits(p->active) & 1)) {
        double cash[LANES];
        v_store(cash, lanes->total[TS_EQUITY]);
        call->cash[k] = cash[0];
    }
}

#endif

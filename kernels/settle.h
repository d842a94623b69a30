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
    uint32_t entry[LANES], exit[LANES];
    double active[LANES], is_short[LANES], reverses[LANES];
} ts_trades;

/* Highest and lowest close of bars [from, to]. */
static ts_extremes extremes(const ts_history *history, uint32_t from, uint32_t to)
{
    ts_extremes found;
    uint32_t first = from / TS_BLOCK, last = to / TS_BLOCK;
    if (first == last) {
        found = (ts_extremes){history->close[from], history->close[from]};
        for (uint32_t bar = from + 1; bar <= to; bar++) {
            double close = history->close[bar];
            found.highest = close > found.highest ? close : found.highest;
            found.lowest = close < found.lowest ? close : found.lowest;
        }
        return found;
    }
    const ts_bar *begin = &history->bar[from];
    ts_extremes end = history->since[to], a = history->blocks[0], b = a;
    uint32_t between = last - first - 1;
    if (between) {
        uint32_t level = 31 - (uint32_t)__builtin_clz(between);
        const ts_extremes *row = history->blocks + 1 + level * history->block_count;
        a = row[first + 1];
        b = row[last - (1u << level)];
    }
    found.highest = begin->highest > end.highest ? begin->highest : end.highest;
    found.lowest = begin->lowest < end.lowest ? begin->lowest : end.lowest;
    a.highest = a.highest > b.highest ? a.highest : b.highest;
    a.lowest = a.lowest < b.lowest ? a.lowest : b.lowest;
    found.highest = found.highest > a.highest ? found.highest : a.highest;
    found.lowest = found.lowest < a.lowest ? found.lowest : a.lowest;
    return found;
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

/* The k-th trade of each lane, if it has one and is not ruined. Returns false when no lane is left. */
TS_INLINE bool pick_trades(const ts_settlement *call, uint32_t k, bool shorts, ts_trades *trades)
{
    bool any = false;
    for (int i = 0; i < LANES; i++) {
        bool active = k < call->pairs[i] && !(shorts && call->total[TS_RUINED][i] != 0);
        uint8_t flags = active && shorts ? call->flags[i][k] : 0;
        trades->entry[i] = active ? call->pair[i][2 * k] + call->offset : 0;
        trades->exit[i] = active ? call->pair[i][2 * k + 1] + call->offset : 1;
        trades->active[i] = active;
        trades->is_short[i] = flags & TS_PAIR_SHORT ? 1 : 0;
        trades->reverses[i] = flags & TS_PAIR_REVERSES ? 1 : 0;
        any |= active;
    }
    return any;
}

/* One trade a lane. `shorts` and `closing` are constants where this is inlined. */
TS_INLINE void settle_trades(const ts_settlement *call, uint32_t k, const ts_trades *trades, bool shorts, bool closing)
{
    const ts_history *history = call->history;
    vd zero = v_set(0), one = v_set(1), fee = v_set(history->fee), kept = v_set(1 - history->fee);
    vd entry_slip = v_set(1 + history->slippage), exit_slip = v_set(1 - history->slippage);
    vm active = v_gt(v_load(trades->active), zero), is_short = m_none(), reverses = m_none();
    if (shorts) {
        is_short = v_gt(v_load(trades->is_short), zero);
        reverses = v_gt(v_load(trades->reverses), zero);
    }

    const double *at_entry[LANES], *at_last[LANES];
    double entry_bar[LANES], exit_bar[LANES], exit_price[LANES], highest[LANES], lowest[LANES];
    for (int i = 0; i < LANES; i++) {
        uint32_t entry = trades->entry[i], exit = trades->exit[i], last = exit > entry ? exit - 1 : entry;
        ts_extremes range = extremes(history, entry, last);
        at_entry[i] = &history->bar[entry].returns;
        at_last[i] = &history->bar[last].returns;
        entry_bar[i] = entry;
        exit_bar[i] = exit;
        exit_price[i] = closing ? history->bar[exit].close : history->bar[exit].fill;
        highest[i] = range.highest;
        lowest[i] = range.lowest;
    }
    vd first[8], last[8];
    v_records(first, at_entry);
    v_records(last, at_last);
    vd entered = v_load(entry_bar), left = v_load(exit_bar), close = first[4], last_close = last[4];
    vm marked = closing ? v_gt(left, entered) : active; /* a close before the exit's was in the position */

    /* Entry and exit, in the order of a bar-by-bar simulator. */
    vd base = v_load(call->total[TS_EQUITY]), invested = base * kept;
    vd in_slip = entry_slip, out_slip = exit_slip;
    if (shorts) {
        in_slip = v_select(is_short, exit_slip, entry_slip);
        out_slip = v_select(is_short, entry_slip, exit_slip);
    }
    vd units = invested / (first[5] * in_slip);
    vd value = units * (v_load(exit_price) * out_slip), cash = value * kept, pledge = zero, per_close = units;
    if (shorts) {
        pledge = v_select(is_short, v_set(2) * base * kept, zero);
        cash = v_select(is_short, pledge - value * v_set(1 + history->fee), cash);
        per_close = v_select(is_short, zero - units, units); /* mark = pledge + per_close * close */
    }
    vd first_mark = pledge + per_close * close, last_mark = pledge + per_close * last_close;
    vd high_mark = pledge + per_close * v_load(highest), low_mark = pledge + per_close * v_load(lowest);
    vm ruined = m_none();
    if (shorts) {
        vd high = v_select(is_short, low_mark, high_mark);
        low_mark = v_select(is_short, high_mark, low_mark);
        high_mark = high;
        vm wiped = m_and(marked, v_le(low_mark, zero));
        if (closing || history->at_close) { /* the exit's own close is a mark, unless it is the entry's, too */
            vm marked_out = history->at_close ? marked : active;
            wiped = m_or(wiped, m_and(marked_out, v_le(pledge + per_close * v_load(exit_price), zero)));
        }
        wiped = m_and(wiped, m_and(active, is_short));
        if (m_any(wiped)) {
            double lane_base[LANES], lane_pledge[LANES], lane_units[LANES];
            v_store(lane_base, base);
            v_store(lane_pledge, pledge);
            v_store(lane_units, units);
            for (int i = 0; i < LANES; i++)
                if (m_bits(wiped) >> i & 1) {
                    settle_ruin(call, i, trades->entry[i], trades->exit[i], lane_base[i], lane_pledge[i], lane_units[i]);
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
    vd before = shorts ? TOTAL(TS_MARK) : base;
    vd between[3] = {last[0] - first[0], last[1] - first[1], last[2] - first[2]};
    if (shorts && m_any(m_and(active, is_short))) {
        double lane_pledge[LANES], lane_units[LANES], part[3][LANES];
        v_store(lane_pledge, pledge);
        v_store(lane_units, units);
        for (int s = 0; s < 3; s++) v_store(part[s], between[s]);
        for (int i = 0; i < LANES; i++)
            if (m_bits(m_and(active, is_short)) >> i & 1) {
                uint32_t end = trades->exit[i] > trades->entry[i] ? trades->exit[i] - 1 : trades->entry[i];
                ts_sums sums = short_sums(history, trades->entry[i], end, lane_pledge[i], lane_units[i]);
                part[0][i] = sums.returns;
                part[1][i] = sums.squares;
                part[2][i] = sums.losses;
            }
        for (int s = 0; s < 3; s++) between[s] = v_load(part[s]);
    }
    vd r_first = first_mark / before - one, r_last = cash / last_mark - one;
    if (closing) {
        r_first = v_select(marked, r_first, zero);
        r_last = v_select(marked, r_last, cash / before - one);
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

    /* Peak and drawdown: inside, then at the exit. */
    vd peak = TOTAL(TS_PEAK), drawdown = TOTAL(TS_DRAWDOWN), top = v_select(v_gt(high_mark, peak), high_mark, peak);
    vd fall = one - low_mark / top;
    vm deeper = m_and(m_and(active, marked), v_gt(fall, drawdown)), climbs = m_and(deeper, v_gt(high_mark, peak));
    drawdown = v_select(m_and(deeper, m_not(climbs)), fall, drawdown);
    if (__builtin_expect(m_any(climbs), 0)) {
        double lane_cash[LANES], lane_units[LANES], lane_peak[LANES], lane_drawdown[LANES];
        v_store(lane_cash, pledge);
        v_store(lane_units, zero - per_close);
        v_store(lane_peak, peak);
        v_store(lane_drawdown, drawdown);
        for (int i = 0; i < LANES; i++)
            if (m_bits(climbs) >> i & 1)
                lane_drawdown[i] = walk_drawdown(history, trades->entry[i], trades->exit[i] - 1, lane_cash[i], lane_units[i],
                                                 lane_peak[i], lane_drawdown[i]);
        drawdown = v_load(lane_drawdown);
    }
    peak = v_select(marked, top, peak);
    vd peak_out = v_select(v_gt(cash, peak), cash, peak), fall_out = one - cash / peak_out;
    vd drawdown_out = v_select(v_gt(fall_out, drawdown), fall_out, drawdown);
    SET(TS_PEAK, shorts ? v_select(reverses, peak, peak_out) : peak_out);
    SET(TS_DRAWDOWN, shorts ? v_select(reverses, drawdown, drawdown_out) : drawdown_out);

    vd gain = cash - base, change = cash / base - one;
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
    ts_trades trades;
    for (uint32_t k = 0; pick_trades(call, k, shorts, &trades); k++) settle_trades(call, k, &trades, shorts, closing);
}

static void settle_group(const ts_settlement *call)
{
    bool shorts = call->flags[0] != NULL;
    if (shorts) settle_all(call, true, call->closing);
    else if (call->closing) settle_all(call, false, true);
    else settle_all(call, false, false);
}

/* The group of TS_LANES_MAX genomes, LANES at a time. */
static void settle(const ts_settlement *call)
{
    for (int group = 0; group < TS_LANES_MAX; group += LANES) {
        ts_settlement part = *call;
        for (int t = 0; t < TS_TOTALS; t++) part.total[t] += group;
        for (int i = 0; i < LANES; i++) {
            part.pair[i] = call->pair[group + i];
            part.pairs[i] = call->pairs[group + i];
            part.flags[i] = call->flags[group + i];
        }
        if (group) part.cash = NULL, part.ruin_bar = NULL;
        settle_group(&part);
    }
}

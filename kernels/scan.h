/* Trades of a genome that may go short or leaves by position rules: from signal to signal by counting zeros, and while
 * a position with rules is open, along the closes LANES at a time. The rules are those of the simulator's promise 11.
 */
#include "kernels/vocabulary.h"
#include "kernels/walk.h"

enum { RULE_STOP_LOSS, RULE_TAKE_PROFIT, RULE_TRAILING_STOP, RULE_TRAILING_STOP_ATR, RULE_BARS_HELD };

/* The first set bit of the mask in [from, to), to when there is none. */
static uint32_t next_bit(const TS_GLOBAL uint64_t *mask, uint32_t from, uint32_t to)
{
    if (!mask || from >= to) return to;
    uint32_t word = from / 64;
    uint64_t bits = mask[word] >> (from % 64) << (from % 64);
    while (!bits) {
        if (++word * 64 >= to) return to;
        bits = mask[word];
    }
    uint32_t bit = word * 64 + first_bit(bits);
    return bit < to ? bit : to;
}

static bool bit_at(const TS_GLOBAL uint64_t *mask, uint32_t at) { return mask && (mask[at / 64] >> (at % 64) & 1); }

/* Could a rule hold within these closes, given the best close so far (theirs included)? True for sure when it does:
 * rounding is monotone, so the best of all gives the tightest stop. `s` is the side, `held` the bars since the fill at
 * the first. */
TS_INLINE vm could_hold(const ts_rule *rule, const ts_stand *stand, vd close, vd best, size_t offset, double held)
{
    double s = stand->side, v = rule->amount;
    vd side = v_set(s), zero = v_set(0);
    switch (rule->kind) {
    case RULE_STOP_LOSS: return v_le(side * (close - v_set(stand->price * (1 - s * v))), zero);
    case RULE_TAKE_PROFIT: return v_ge(side * (close - v_set(stand->price * (1 + s * v))), zero);
    case RULE_TRAILING_STOP: return v_le(side * (close - best * v_set(1 - s * v)), zero);
    case RULE_TRAILING_STOP_ATR:
        return v_le(side * (close - (best - v_set(s * v) * v_load(rule->range + offset))), zero);
    default: return v_ge(v_set(held + LANES - 1), v_set(v));
    }
}

/* The same for one bar, exactly, with its own best. */
TS_INLINE bool holds(const ts_rule *rule, const ts_stand *stand, double close, double best, size_t offset, double held)
{
    double s = stand->side, v = rule->amount;
    if (rule->gate && !bit_at(rule->gate, (uint32_t)offset)) return false;
    switch (rule->kind) {
    case RULE_STOP_LOSS: return s * (close - stand->price * (1 - s * v)) <= 0;
    case RULE_TAKE_PROFIT: return s * (close - stand->price * (1 + s * v)) >= 0;
    case RULE_TRAILING_STOP: return s * (close - best * (1 - s * v)) <= 0;
    case RULE_TRAILING_STOP_ATR: return s * (close - (best - s * v * rule->range[offset])) <= 0;
    default: return held >= v;
    }
}

TS_INLINE double better(double s, double a, double b) { return s > 0 ? (a > b ? a : b) : (a < b ? a : b); }

/* Bars [from, to) of the tile: the first at which a rule holds (its number from 1 in *which), else `to`. Moves the
 * extreme. */
static uint32_t first_rule(const ts_scan *call, uint32_t from, uint32_t to, uint8_t *which)
{
    ts_stand *stand = call->stand;
    double s = stand->side;
    const TS_GLOBAL double *closes = call->history->close + call->first;
    uint32_t at = from;
    while (at < to) {
        double held = (double)(call->first + at) - (double)stand->entry;
        if (at + LANES <= to) {
            vd close = v_load(closes + at), best = v_set(stand->extreme);
            double lane[LANES], chunk = stand->extreme;
            v_store(lane, close);
            for (int i = 0; i < LANES; i++) chunk = better(s, lane[i], chunk);
            best = v_set(chunk);
            vm maybe = m_none();
            for (int k = 0; k < call->rules; k++)
                if (call->rule[k].side == stand->side)
                    maybe = m_or(maybe, could_hold(&call->rule[k], stand, close, best, at, held));
            if (!m_any(maybe)) {
                stand->extreme = chunk;
                at += LANES;
                continue;
            }
        }
        uint32_t end = at + LANES <= to ? at + LANES : to;
        for (; at < end; at++) {
            held = (double)(call->first + at) - (double)stand->entry;
            stand->extreme = better(s, closes[at], stand->extreme);
            for (int k = 0; k < call->rules; k++)
                if (call->rule[k].side == stand->side &&
                    holds(&call->rule[k], stand, closes[at], stand->extreme, at, held)) {
                    *which = (uint8_t)(k + 1);
                    return at;
                }
        }
    }
    return to;
}

static void enter(const ts_scan *call, int side, uint32_t at)
{
    ts_stand *stand = call->stand;
    stand->side = side;
    stand->entry = call->first + at + call->delay;
    stand->price = call->history->bar[stand->entry].fill * (1 + side * call->history->slippage);
    stand->extreme = stand->price;
    stand->next = call->first + at + 1;
}

/* Flat: to the next entry; long and short entry together are none. Masks say nothing before bar `begin`. */
static void seek_entry(const ts_scan *call, uint32_t from)
{
    ts_stand *stand = call->stand;
    if (from < call->begin) from = call->begin;
    uint32_t to_long = next_bit(call->entry[0], from, call->bars),
             to_short = next_bit(call->entry[1], from, call->bars);
    uint32_t at = to_long < to_short ? to_long : to_short;
    if (at >= call->bars) stand->next = call->first + call->bars;
    else if (to_long == to_short) stand->next = call->first + at + 1;
    else enter(call, to_long < to_short ? 1 : -1, at);
}

/* To the end of the next trade: false when none ends in the tile any more. */
TS_INLINE bool scan_trade(const ts_scan *call, ts_scanned *trade)
{
    ts_stand *stand = call->stand;
    while (stand->next < call->first + call->bars) {
        uint32_t from = stand->next - call->first;
        if (!stand->side) {
            seek_entry(call, from);
            continue;
        }
        int other = stand->side > 0;
        uint8_t reason = 0;
        uint32_t at = next_bit(call->exit[!other], from, call->bars);
        if (call->rules) at = first_rule(call, from, at, &reason);
        if (at >= call->bars) break;
        bool reverses = call->may_reverse && bit_at(call->entry[other], at);
        uint8_t flags = (uint8_t)((stand->side < 0 ? TS_PAIR_SHORT : 0) | (reverses ? TS_PAIR_REVERSES : 0));
        *trade = (ts_scanned){stand->entry, call->first + at + call->delay, flags, reason};
        int side = stand->side;
        stand->side = 0;
        stand->next = call->first + at + 1;
        if (reverses) enter(call, -side, at);
        return true;
    }
    if (stand->side) stand->next = call->first + call->bars;
    return false;
}

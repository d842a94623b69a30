/* The engine on a device: the drivers of the row kernels, masks and walks; what they compute stands in the files that
 * the back ends of the CPU are made of, too. A tile is a run of bars, a multiple of 64. */
#include "kernels/vocabulary.h"

#include "kernels/device_records.h"
#include "kernels/functions/adaptive.h"
#include "kernels/functions/bricks.h"
#include "kernels/functions/counters.h"
#include "kernels/functions/elementwise.h"
#include "kernels/functions/ema.h"
#include "kernels/functions/fractal.h"
#include "kernels/functions/prefix.h"
#include "kernels/functions/profile.h"
#include "kernels/functions/regression.h"
#include "kernels/functions/span.h"
#include "kernels/functions/stop_lines.h"
#include "kernels/functions/swings.h"
#include "kernels/functions/wilder.h"
#include "kernels/functions/window.h"
#include "kernels/latch_word.h"
#include "kernels/pieces.h"
#include "kernels/scan.h"
#include "kernels/settle.h"

/* Rows. Work-items: bars by rows, or rows where a bar needs the one before. `row` is of all rows, `first` the step's
 * first. */
#define ROW_ARGUMENTS                                                                                                  \
    global double *memory, global const ts_device_row *row, const long first, const long count, const long bars,       \
        const int anew
#define IN(k, bar) memory[r->in[k].at + ((bar) & r->in[k].mask)]
#define ROW(k)     (memory + r->in[k].at) /* where it is no number: neighbouring bars are loaded as one */

#define DRIVE_ELEMENTWISE(step, inputs, states)                                                                        \
    global const ts_device_row *r = row + first + get_global_id(1);                                                    \
    const long bar = get_global_id(0);                                                                                 \
    memory[r->out + bar] = step(IN(0, bar), inputs > 1 ? IN(1, bar) : 0);

#define DRIVE_SPAN(step, inputs, states)                                                                               \
    global const ts_device_row *r = row + first + get_global_id(1);                                                    \
    const long bar = get_global_id(0);                                                                                 \
    memory[r->out + bar] = step(ROW(0) + bar, &IN(inputs > 1 ? 1 : 0, bar), (size_t)r->parameter[0]);

#define DRIVE_DIFFERENCE(step, inputs, states)                                                                         \
    global const ts_device_row *r = row + first + get_global_id(1);                                                    \
    const long bar = get_global_id(0);                                                                                 \
    memory[r->out + bar] = step(ROW(0) + bar, ROW(1) + bar, ROW(2)[bar], (size_t)r->parameter[0]);

#define DRIVE_NEST(step, inputs, states)                                                                               \
    global const ts_device_row *r = row + first + get_global_id(1);                                                    \
    const long bar = get_global_id(0);                                                                                 \
    memory[r->out + bar] = step(ROW(0) + bar, ROW(1) + bar, (size_t)r->parameter[0], r->parameter[1]);

#define BEGIN_RECURRENCE(states)                                                                                       \
    if ((long)get_global_id(0) >= count) return;                                                                       \
    global const ts_device_row *r = row + first + get_global_id(0);                                                    \
    double state[TS_DEVICE_STATE], p[TS_DEVICE_PARAMETERS];                                                            \
    for (int k = 0; k < TS_DEVICE_PARAMETERS; k++) p[k] = r->parameter[k];                                             \
    for (int k = 0; k < states; k++) state[k] = memory[r->state + k];

#define END_RECURRENCE(states)                                                                                         \
    for (int k = 0; k < states; k++) memory[r->state + k] = state[k];

#define DRIVE_RECURRENCE(step, inputs, states)                                                                         \
    BEGIN_RECURRENCE(states)                                                                                           \
    if (anew) step(state, p, v_nan(), v_nan());                                                                        \
    for (long bar = 0; bar < bars; bar++)                                                                              \
        memory[r->out + bar] = step(state, p, IN(0, bar), inputs > 1 ? IN(1, bar) : IN(0, bar));                       \
    END_RECURRENCE(states)

/* Each row that is a part of the result computes all of it. Values come eight at a time: stores between the loads would
 * make each wait for memory. */
#define DRIVE_FAN(step, inputs, states)                                                                                \
    BEGIN_RECURRENCE(states)                                                                                           \
    const int part = p[0] < states ? (int)p[0] - 1 : states - 1;                                                       \
    if (anew) step(state, v_nan());                                                                                    \
    for (long bar = 0; bar < bars; bar += 8) {                                                                         \
        double x[8];                                                                                                   \
        for (int k = 0; k < 8; k++) x[k] = IN(0, bar + k);                                                             \
        for (int k = 0; k < 8; k++) {                                                                                  \
            step(state, x[k]);                                                                                         \
            x[k] = part == 0 ? state[0] : part == 1 ? state[1] : state[2];                                             \
        }                                                                                                              \
        for (int k = 0; k < 8; k++) memory[r->out + bar + k] = x[k];                                                   \
    }                                                                                                                  \
    END_RECURRENCE(states)

#define DRIVE_WINDOW(step, inputs, states)                                                                             \
    BEGIN_RECURRENCE(states)                                                                                           \
    const long period = (long)p[0];                                                                                    \
    if (anew) step(state, p, v_nan(), v_nan(), false);                                                                 \
    for (long bar = 0; bar < bars; bar++) {                                                                            \
        const double leaving = memory[r->in[0].at + (bar & r->in[0].mask) - (period & r->in[0].mask)];                 \
        memory[r->out + bar] = step(state, p, IN(0, bar), leaving, false);                                             \
    }                                                                                                                  \
    END_RECURRENCE(states)

#define TS_KERNEL(name, shape, inputs, parameters, states, lookback)                                                   \
    kernel void rows_##name(ROW_ARGUMENTS) { DRIVE_##shape(ts_##name, inputs, states) }
#include "kernels/kernels.def"
#undef TS_KERNEL

/* Columns of candles, with the bars before the tile, undefined before the series. parameter[0]: which column. */
kernel void load_columns(global double *memory, global const ts_device_row *row, const long first,
                         global const double *candles, const long padded, const long begin, const long bars)
{
    global const ts_device_row *r = row + first + get_global_id(1);
    global const double *column = candles + (long)r->parameter[0] * padded;
    for (long bar = (long)get_global_id(0) - r->back; bar < bars; bar += get_global_size(0))
        memory[r->out + bar] = begin + bar < 0 ? v_nan() : column[begin + bar];
}

/* The last values of a tile of `bars` go before the next one; before the series' first they are undefined. */
kernel void carry_over(global double *memory, global const ts_device_row *row, const long bars, const int anew)
{
    global const ts_device_row *r = row + get_global_id(0);
    for (long i = r->back; i > 0; i--) memory[r->out - i] = anew ? v_nan() : memory[r->out + bars - i];
}

/* The rows that masks compare, as singles. Work-items: bars by rows. */
kernel void singles_of_rows(global const double *memory, global const ts_device_single *single, global float *singles)
{
    global const ts_device_single *s = single + get_global_id(1);
    const size_t bar = get_global_id(0);
    if (s->from.mask) singles[s->out + turned(bar)] = (float)memory[s->from.at + bar];
    else if (bar < TS_DEVICE_PIECES) singles[s->out + bar] = (float)memory[s->from.at];
}

/* Masks. Work-items: pieces, or words, by masks. */
ts_operand operand_of(global const double *memory, ts_device_operand place)
{
    ts_operand operand = {memory + place.at, (size_t)place.mask};
    return operand;
}

/* Of rows; `stride` in words. One half of `order` is read, from order_in on (below 0: nothing), the other one written.
 */
kernel void masks_of_rows(global const double *memory, global const float *singles, global const ts_device_mask *mask,
                          global const int *wanted, const long first, const long count, global uint *pieces,
                          const long stride, global uchar *order, const long order_in, const long order_out,
                          const long bars)
{
    const size_t piece = get_global_id(0) * TS_PIECES, end = bars / TS_DEVICE_PIECE;
    if ((long)get_global_id(1) >= count || (long)piece >= 2 * stride) return;
    const long number = wanted[first + get_global_id(1)];
    global const ts_device_mask *m = mask + number;
    const ts_compared rows = {operand_of(memory, m->a),  operand_of(memory, m->b),  singles + m->single_a.at,
                              singles + m->single_b.at, (size_t)m->single_a.mask, (size_t)m->single_b.mask};
    const ts_pieces_order is = order_pieces(&rows, piece, end);
    global uint *out = pieces + 2 * number * stride + piece;
    if (m->kind == TS_MASK_COMPARE) P_STORE(compare_pieces(&is, m->relation), out);
    else if (m->kind == TS_MASK_DEFINED) P_STORE(is.both, out); /* b is a */
    else {
        ts_pieces up, down;
        cross_pieces(&is, order_before(&rows, piece, order_in < 0 ? 0 : order[order_in + number]), &up, &down);
        P_STORE(up, out);
        P_STORE(down, pieces + 2 * m->down * stride + piece);
        if (piece < end && end <= piece + TS_PIECES) order[order_out + number] = (uchar)order_before(&rows, end, 0);
    }
}

kernel void masks_of_masks(global const ts_device_mask *mask, global const int *wanted, const long first,
                           global ulong *words, const long stride)
{
    const size_t word = get_global_id(0);
    const long number = wanted[first + get_global_id(1)];
    global const ts_device_mask *m = mask + number;
    if ((long)word >= stride) return;
    const ulong x = words[m->x * stride + word], y = words[m->y * stride + word];
    words[number * stride + word] = m->kind == TS_MASK_AND ? x & y : m->kind == TS_MASK_OR ? x | y : ~x;
}

/* Walks. Work-items: genomes, each through all words of the tile, settling its trades one after the other. */
#define WALK_ARGUMENTS                                                                                                 \
    global const ts_device_walk *walk, global const ts_device_rule *rule, global const double *memory,                 \
        global const ulong *words, global ts_device_stand *stands, global double *totals, global const double *candles, \
        global const double *bar_records, global const uint *suffix_extremes, global const double *blocks,             \
        global ts_device_trade *told, global uint *told_count, const ts_device_run run, const ulong genomes

#define WALK_VALUES candles, bar_records, suffix_extremes, blocks, &run

ts_history history_of(global const double *candles, global const double *bar_records,
                      global const uint *suffix_extremes, global const double *blocks, const ts_device_run *run)
{
    ts_history history;
    history.bar = (global const ts_bar *)bar_records;
    history.close = candles + run->close * run->padded;
    history.fill = candles + run->fill * run->padded;
    history.suffix_extremes = suffix_extremes;
    history.blocks = (global const ts_extremes *)blocks;
    history.block_count = (size_t)run->block_count;
    history.fee = run->fee;
    history.slippage = run->slippage;
    history.at_close = run->at_close != 0;
    return history;
}

void load_totals(ts_lanes *lanes, global const double *record)
{
    for (int t = 0; t < TS_TOTALS; t++) lanes->total[t] = record[t];
}

void store_totals(const ts_lanes *lanes, global double *record)
{
    for (int t = 0; t < TS_TOTALS; t++) record[t] = lanes->total[t];
}

ts_trades trade_of(uint entry, uint exit, uint flags)
{
    ts_trades trades = {entry, exit, last_bar(entry, exit), true, (flags & TS_PAIR_SHORT) != 0,
                        (flags & TS_PAIR_REVERSES) != 0};
    return trades;
}

/* Tell a trade that has been settled, for a backtest of one genome. count[1] is the bar at which a short was wiped out.
 */
void tell(const ts_lanes *lanes, global ts_device_trade *told, global uint *count, long room, ts_scanned trade)
{
    const uint at = count[0];
    if (at >= room) return;
    count[0] = at + 1;
    told[at].entry = trade.entry;
    told[at].exit = trade.exit;
    told[at].flags = trade.flags;
    told[at].reason = trade.reason;
    told[at].ruin = lanes->total[TS_RUINED] != 0 ? count[1] : 0;
    told[at].cash = lanes->total[TS_EQUITY];
}

/* What a walk begins with. Trades are settled as they end: `shorts` and `closing` are constants, as in settle.h. */
#define BEGIN_WALK                                                                                                     \
    const size_t genome = run.walker + get_global_id(0); /* one of the window's walkers */                             \
    if (genome >= genomes) return;                                                                                     \
    const ts_history history = history_of(WALK_VALUES);                                                                \
    ts_settlement call;                                                                                                \
    call.history = &history;                                                                                           \
    call.cash = 0;                                                                                                     \
    call.ruin_bar = run.trades ? told_count + 1 : 0;                                                                   \
    ts_lanes lanes;                                                                                                    \
    lanes.call = &call;                                                                                                \
    load_totals(&lanes, totals + genome * TS_TOTALS_RECORD);                                                           \
    global ts_device_stand *stand = stands + genome;

#define SETTLE(trade, shorts, closing)                                                                                 \
    if (!shorts || lanes.total[TS_RUINED] == 0) {                                                                      \
        const ts_trades trades = trade_of(trade.entry, trade.exit, trade.flags);                                       \
        settle_trades(&lanes, 0, &trades, shorts, closing, !shorts);                                                   \
        if (run.trades) tell(&lanes, told, told_count, run.trades, trade);                                             \
    }

#define END_WALK store_totals(&lanes, totals + genome * TS_TOTALS_RECORD);

/* Longs whose exits depend on signals alone. */
kernel void walk_latched(WALK_ARGUMENTS)
{
    BEGIN_WALK
    global const ts_device_walk *w = walk + genome;
    global const ulong *entries = words + w->entry[0] * run.words, *exits = words + w->exit[0] * run.words;
    const bool leaves = w->exit[0] >= 0;
    const long from = w->begin - run.first, end = run.signals_end - run.first;
    bool open = stand->side != 0;
    ts_scanned trade = {(uint)stand->entry, 0, 0, 0};
    for (long at = 0; at < run.bars; at += 64) {
        const ulong ended = bits_from(end - at);
        const ulong entry = entries[at / 64] & bits_from(from - at) & ~ended, exit = leaves ? exits[at / 64] & ~ended : 0;
        bool held = open;
        for (ulong edges = latch_word(entry, exit, &open); edges; edges &= edges - 1) {
            const uint bar = (uint)(run.first + at + run.delay) + first_bit(edges);
            if (held) {
                trade.exit = bar;
                SETTLE(trade, false, false)
            } else trade.entry = bar;
            held = !held;
        }
    }
    stand->side = open;
    stand->entry = trade.entry;
    END_WALK
}

global const ulong *mask_at(global const ulong *words, long stride, long number)
{
    return number < 0 ? 0 : words + number * stride;
}

/* Shorts, and positions that rules end. */
#define WALK_SCANNED(shorts)                                                                                           \
    BEGIN_WALK                                                                                                         \
    global const ts_device_walk *w = walk + genome;                                                                    \
    ts_rule rules[TS_DEVICE_RULES];                                                                                    \
    for (int i = 0; i < w->rules; i++) {                                                                               \
        global const ts_device_rule *is = rule + w->rule + i;                                                          \
        rules[i].kind = (int)is->kind;                                                                                 \
        rules[i].side = (int)is->side;                                                                                 \
        rules[i].amount = is->amount;                                                                                  \
        rules[i].range = is->range < 0 ? 0 : memory + is->range;                                                       \
        rules[i].gate = mask_at(words, run.words, is->gate);                                                           \
    }                                                                                                                  \
    ts_stand here = {(int)stand->side, (uint)stand->next, (uint)stand->entry, stand->price, stand->extreme};           \
    const long begin = clamp(w->begin - run.first, 0l, run.bars), end = min(run.signals_end - run.first, run.bars);    \
    ts_scan scan;                                                                                                      \
    scan.history = &history;                                                                                           \
    scan.rule = rules;                                                                                                 \
    scan.rules = (int)w->rules;                                                                                        \
    scan.first = (uint)run.first;                                                                                      \
    scan.bars = end > 0 ? (uint)end : 0;                                                                               \
    scan.begin = (uint)begin;                                                                                          \
    scan.delay = (uint)run.delay;                                                                                      \
    scan.may_reverse = run.both != 0;                                                                                  \
    scan.stand = &here;                                                                                                \
    for (int side = 0; side < 2; side++) {                                                                             \
        scan.entry[side] = mask_at(words, run.words, w->entry[side]);                                                  \
        scan.exit[side] = mask_at(words, run.words, w->exit[side]);                                                    \
    }                                                                                                                  \
    ts_scanned trade;                                                                                                  \
    while (scan_trade(&scan, &trade)) {                                                                                \
        SETTLE(trade, shorts, false)                                                                                   \
    }                                                                                                                  \
    stand->side = here.side;                                                                                           \
    stand->next = here.next;                                                                                           \
    stand->entry = here.entry;                                                                                         \
    stand->price = here.price;                                                                                         \
    stand->extreme = here.extreme;                                                                                     \
    END_WALK

kernel void walk_longs(WALK_ARGUMENTS) { WALK_SCANNED(false) }
kernel void walk_shorts(WALK_ARGUMENTS) { WALK_SCANNED(true) }

/* Rule 7: what is open at the end is closed at the last close. */
#define CLOSE(shorts)                                                                                                  \
    BEGIN_WALK                                                                                                         \
    const ts_scanned trade = {(uint)stand->entry, (uint)run.loaded - 1, stand->side < 0 ? TS_PAIR_SHORT : 0,           \
                              TS_REASON_END};                                                                          \
    if (stand->side != 0) {                                                                                            \
        SETTLE(trade, shorts, true)                                                                                    \
    }                                                                                                                  \
    END_WALK

kernel void close_longs(WALK_ARGUMENTS) { CLOSE(false) }
kernel void close_shorts(WALK_ARGUMENTS) { CLOSE(true) }

/* Building a market: columns, running sums of bar returns (kept in two doubles while they run) and block extremes. */
#include "host/market/market.h"

#include "common/memory.h"
#include "host/metrics/totals.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST = 1 << 27 }; /* bars: 16 numbers a bar are reached by 31-bit offsets */

static int copy_columns(ts_market *market, const ts_series *series, ts_error *error)
{
    size_t padded = (market->loaded / TS_TILE_MULTIPLE + 2) * TS_TILE_MULTIPLE;
    market->time = ts_alloc(market->loaded, sizeof *market->time);
    if (!market->time) return ts_no_memory(error, "the candles");
    memcpy(market->time, series->time, market->loaded * sizeof *market->time);
    for (int c = 0; c < TS_COLUMNS; c++) {
        double *column = market->column[c] = ts_alloc(padded, sizeof *column);
        if (!column) return ts_no_memory(error, "the candles");
        memcpy(column, series->column[c], market->loaded * sizeof *column);
        for (size_t i = market->loaded; i < padded; i++) column[i] = NAN;
    }
    return 0;
}

/* A running sum in two doubles (Knuth's two-sum), so that differences of far sums stay exact to the last place. */
typedef struct running {
    double hi, lo;
} running;

static double advance(running *sum, double x)
{
    double s = sum->hi + x, t = s - sum->hi;
    sum->lo += (sum->hi - (s - t)) + (x - t);
    sum->hi = s;
    return sum->hi + sum->lo;
}

static void fill_records(ts_market *market)
{
    const double *close = market->column[TS_CLOSE];
    const double *fill = market->simulation.fill == TS_FILL_CLOSE ? close : market->column[TS_OPEN];
    running returns = {0, 0}, squares = {0, 0}, losses = {0, 0}, closes = {0, 0};
    for (size_t t = 0; t < market->loaded; t++) {
        double r = t ? close[t] / close[t - 1] - 1 : 0, loss = r < 0 ? r : 0;
        ts_bar *bar = &market->bar[t];
        bar->returns = advance(&returns, r);
        bar->squares = advance(&squares, r * r);
        bar->losses = advance(&losses, loss * loss);
        bar->closes = advance(&closes, close[t]);
        bar->close = close[t];
        bar->fill = fill[t];
    }
}

static ts_extremes widen(ts_extremes a, double highest, double lowest)
{
    return (ts_extremes){highest > a.highest ? highest : a.highest, lowest < a.lowest ? lowest : a.lowest};
}

/* The bars whose close no later one reaches so far: a monotone stack for the lowest and one for the highest. */
static void fill_suffix_extremes(ts_market *market, size_t begin, size_t end)
{
    const double *close = market->column[TS_CLOSE] + begin;
    uint32_t lowest = 0, highest = 0;
    for (uint32_t t = 0; t < end - begin; t++) {
        while (lowest && close[31 - __builtin_clz(lowest)] >= close[t]) lowest &= ~(1u << (31 - __builtin_clz(lowest)));
        while (highest && close[31 - __builtin_clz(highest)] <= close[t])
            highest &= ~(1u << (31 - __builtin_clz(highest)));
        lowest |= 1u << t;
        highest |= 1u << t;
        market->suffix_extremes[begin + t] = lowest | highest << TS_BLOCK;
    }
}

/* Extremes of the closes within blocks, forwards and backwards, and of runs of 2^level blocks. */
static void fill_extremes(ts_market *market, size_t count, unsigned levels)
{
    const ts_extremes none = {-INFINITY, INFINITY};
    market->blocks[0] = none;
    for (size_t block = 0; block < count; block++) {
        size_t begin = block * TS_BLOCK, end = begin + TS_BLOCK < market->loaded ? begin + TS_BLOCK : market->loaded;
        fill_suffix_extremes(market, begin, end);
        ts_extremes seen = none;
        for (size_t t = end; t-- > begin;) {
            seen = widen(seen, market->bar[t].close, market->bar[t].close);
            market->bar[t].highest = seen.highest;
            market->bar[t].lowest = seen.lowest;
        }
        market->blocks[1 + block] = seen;
    }
    for (unsigned level = 1; level < levels; level++) {
        ts_extremes *above = market->blocks + 1 + level * count, *below = above - count;
        size_t half = (size_t)1 << (level - 1);
        for (size_t block = 0; block < count; block++) {
            size_t second = block + half < count ? block + half : block;
            above[block] = widen(below[block], below[second].highest, below[second].lowest);
        }
    }
}

static int make_tables(ts_market *market, ts_error *error)
{
    size_t count = (market->loaded + TS_BLOCK - 1) / TS_BLOCK;
    unsigned levels = 1;
    bool at_close = market->simulation.fill == TS_FILL_CLOSE;
    while ((size_t)1 << levels < count) levels++;
    market->bar = ts_alloc(market->loaded, sizeof *market->bar);
    market->suffix_extremes = ts_alloc(market->loaded, sizeof *market->suffix_extremes);
    market->blocks = ts_alloc(1 + count * levels, sizeof *market->blocks);
    if (!market->bar || !market->suffix_extremes || !market->blocks)
        return ts_no_memory(error, "the tables of the series");
    fill_records(market);
    fill_extremes(market, count, levels);
    market->history = (ts_history){.bar = market->bar,
                                   .close = market->column[TS_CLOSE],
                                   .fill = market->column[at_close ? TS_CLOSE : TS_OPEN],
                                   .suffix_extremes = market->suffix_extremes,
                                   .blocks = market->blocks,
                                   .block_count = count,
                                   .fee = market->simulation.fee,
                                   .slippage = market->simulation.slippage,
                                   .at_close = at_close};
    return 0;
}

void ts_market_buy_and_hold(ts_market *market)
{
    double totals[TS_TOTALS_RECORD];
    ts_totals_start(totals, 1, market->first);
    uint32_t last = (uint32_t)(market->loaded - 1);
    const uint32_t pairs = 1,
                   pair[2] = {(uint32_t)(market->first + (market->simulation.fill == TS_FILL_NEXT_OPEN)), last};
    ts_settlement hold = {.history = &market->history,
                          .genomes = 1,
                          .totals = totals,
                          .pair = pair,
                          .pairs = &pairs,
                          .stride = 2,
                          .closing = true};
    ts_cpu_kernels_scalar.settle(&hold);
    ts_totals_metrics(totals, market, 0, &market->buy_hold);
}

static bool sane(const ts_simulation *s, ts_error *error)
{
    if (!(s->fee >= 0 && s->fee < 1)) ts_fail(error, TS_USAGE, "fee %g: expected at least 0 and below 1", s->fee);
    if (!(s->slippage >= 0 && s->slippage < 1))
        ts_fail(error, TS_USAGE, "slippage %g: expected at least 0 and below 1", s->slippage);
    if (!(s->bars_per_year > 0)) ts_fail(error, TS_USAGE, "bars a year %g: expected more than 0", s->bars_per_year);
    return error->code == TS_OK;
}

ts_market *ts_market_new(const ts_series *series, const ts_simulation *simulation, ts_error *error)
{
    if (!sane(simulation, error)) return NULL;
    size_t first = ts_series_find(series, simulation->from_ms), end = ts_series_find(series, simulation->to_ms);
    if (end < first + 2) {
        ts_fail(error, TS_BAD_DATA, "the window holds %zu bars: expected at least 2", end > first ? end - first : 0);
        return NULL;
    }
    if (end > LONGEST) {
        ts_fail(error, TS_BAD_DATA, "%zu bars: expected at most %d", end, LONGEST);
        return NULL;
    }
    ts_market *market = ts_alloc(1, sizeof *market);
    if (!market) {
        ts_no_memory(error, "the market");
        return NULL;
    }
    static _Atomic uint64_t markets;
    market->whole = market;
    market->costs = 1;
    market->serial = ++markets;
    market->simulation = *simulation;
    market->interval_ms = series->interval_ms;
    market->first = first;
    market->bars = end - first;
    market->loaded = end;
    if (copy_columns(market, series, error) || make_tables(market, error)) {
        ts_market_free(market);
        return NULL;
    }
    ts_market_buy_and_hold(market);
    return market;
}

void ts_market_free(ts_market *market)
{
    if (!market) return;
    if (market->whole != market) {
        free(market);
        return;
    }
    free(market->time);
    for (int c = 0; c < TS_COLUMNS; c++) free(market->column[c]);
    free(market->bar);
    free(market->suffix_extremes);
    free(market->blocks);
    free(market);
}

size_t ts_market_bars(const ts_market *market) { return market->bars; }
size_t ts_market_first(const ts_market *market) { return market->first; }
int64_t ts_market_interval(const ts_market *market) { return market->interval_ms; }
const ts_simulation *ts_market_simulation(const ts_market *market) { return &market->simulation; }

void ts_market_hold(const ts_market *market, double *equity)
{
    const ts_simulation *simulation = &market->simulation;
    size_t entry = market->first + (simulation->fill == TS_FILL_NEXT_OPEN), last = market->loaded - 1;
    double price = market->bar[entry].fill * (1 + simulation->slippage), units = (1 - simulation->fee) / price;
    for (size_t bar = market->first; bar <= last; bar++)
        equity[bar - market->first] = bar < entry ? 1 : units * market->bar[bar].close;
    equity[last - market->first] = units * market->bar[last].close * (1 - simulation->slippage) * (1 - simulation->fee);
}

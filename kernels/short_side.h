/* What only shorts need: a short of u units with pledge A is marked A - u * close, so its returns are summed bar by
 * bar, and it can be wiped out. */
#ifndef TS_KERNELS_SHORT_SIDE_H
#define TS_KERNELS_SHORT_SIDE_H

#include "kernels/vocabulary.h"
#include "kernels/walk.h"

enum { SHORT_PARTS = 8 };

/* Of bars (from, to] of a short, at most LANES from `bar` on: returns, their squares, those of the losses. */
TS_INLINE void short_returns(const TS_GLOBAL double *close, uint32_t bar, vm wanted, vd pledge, vd units, vd sum[3])
{
    vd zero = v_set(0);
    vd r = (pledge - units * v_load(close + bar)) / (pledge - units * v_load(close + bar - 1)) - v_set(1);
    r = v_select(wanted, r, zero);
    vd loss = v_min(r, zero);
    sum[0] = sum[0] + r;
    sum[1] = sum[1] + r * r;
    sum[2] = sum[2] + loss * loss;
}

/* Sums of returns, squares and losses over bars (from, to] of a short, as SHORT_PARTS sums each whatever LANES is: bar
 * from + 1 + i goes to sum i mod SHORT_PARTS. */
static void short_sums(const ts_history *history, uint32_t from, uint32_t to, double pledge, double units,
                       double part[3][SHORT_PARTS])
{
    enum { VECTORS = SHORT_PARTS / LANES };
    vd sum[VECTORS][3], p = v_set(pledge), u = v_set(units);
    double number[LANES];
    for (int i = 0; i < LANES; i++) number[i] = i;
    vd numbers = v_load(number);
    vm all = m_not(m_none());
    for (int v = 0; v < VECTORS; v++) sum[v][0] = sum[v][1] = sum[v][2] = v_set(0);
    uint32_t bar = from + 1;
    for (; bar + SHORT_PARTS - 1 <= to; bar += SHORT_PARTS)
        for (uint32_t v = 0; v < VECTORS; v++) short_returns(history->close, bar + v * LANES, all, p, u, sum[v]);
    for (uint32_t v = 0; v < VECTORS && bar + v * LANES <= to; v++)
        short_returns(history->close, bar + v * LANES, v_le(numbers, v_set(to - bar - v * LANES)), p, u, sum[v]);
    for (int v = 0; v < VECTORS; v++)
        for (int s = 0; s < 3; s++) v_store(part[s] + v * LANES, sum[v][s]);
}

/* A short as it was entered: equity before, pledge, units sold. */
typedef struct ts_short {
    double base, pledge, units;
} ts_short;

/* A short whose mark falls to 0 or below at a close before its exit, or at the close of an exit there: the equity is 0
 * from there. Settles it in lane `i` of the totals; returns the bar of the ruin. */
static uint32_t settle_ruin(const ts_history *history, double total[TS_TOTALS][LANES], int i, uint32_t entry,
                            uint32_t exit, ts_short s)
{
    uint32_t bar = entry;
    while (bar < exit && s.pledge - s.units * history->close[bar] > 0) bar++;
    double previous = total[TS_MARK][i], peak = total[TS_PEAK][i];
    for (uint32_t at = entry; at <= bar; at++) {
        double mark = at < bar ? s.pledge - s.units * history->close[at] : 0, r = mark / previous - 1;
        total[TS_SUM_RETURN][i] += r;
        total[TS_SUM_SQUARE][i] += r * r;
        total[TS_SUM_LOSS][i] += r < 0 ? r * r : 0;
        total[TS_SUM_EQUITY][i] += mark;
        peak = mark > peak ? mark : peak;
        previous = mark;
    }
    total[TS_SUM_EQUITY][i] += s.base * (double)(entry - (uint32_t)total[TS_FLAT_SINCE][i]);
    total[TS_PEAK][i] = peak;
    total[TS_DRAWDOWN][i] = 1;
    total[TS_FEES][i] += s.base * history->fee;
    total[TS_TRADED][i] += s.base * (1 - history->fee);
    total[TS_LOSS][i] += s.base;
    total[TS_SUM_TRADE][i] += -1;
    total[TS_WORST][i] = -1;
    if (!(total[TS_BEST][i] > -1)) total[TS_BEST][i] = -1;
    total[TS_TRADES][i] += 1;
    total[TS_HELD][i] += (double)(bar - entry);
    total[TS_FLAT_SINCE][i] = bar;
    total[TS_MARK][i] = 0;
    total[TS_RUINED][i] = 1;
    total[TS_EQUITY][i] = 0;
    return bar;
}

#endif

/* What only shorts need: a short of u units with pledge A is marked A - u * close, so its returns are summed bar by
 * bar, and it can be wiped out. */
#ifndef TS_KERNELS_SHORT_SIDE_H
#define TS_KERNELS_SHORT_SIDE_H

#include "kernels/cpu.h"
#include "kernels/vocabulary.h"

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

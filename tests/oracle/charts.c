/* The oracle's functions that follow a market from state to state: stops that reverse, bricks and range bars, the swing
 * chart, gaps, Heikin-Ashi candles and the fractal average. Written from their authors' rules, side by side for rising
 * and falling markets, and bar by bar. */
#include "tests/oracle/rows.h"

#include <math.h>

static double larger(double a, double b) { return a > b ? a : b; }
static double smaller(double a, double b) { return a < b ? a : b; }

/* ---- stops that reverse ------------------------------------------------------------------------------------------ */

typedef struct parabola {
    bool rising;
    double stop, extreme, factor;
} parabola;

/* The stop of bar t; then it is moved on for the next bar. `before`: the bar whose range limits the stop, too. */
static double parabola_step(parabola *p, const double *high, const double *low, size_t t, size_t before,
                            const argument *given)
{
    double first = smaller(given[0].number, given[2].number), most = given[2].number;
    double top = larger(high[before], high[t]), bottom = smaller(low[before], low[t]), stop = p->stop;
    if (p->rising ? low[t] <= p->stop : high[t] >= p->stop) {
        stop = p->rising ? larger(p->extreme, top) : smaller(p->extreme, bottom);
        p->rising = !p->rising;
        p->factor = first;
        p->extreme = p->rising ? high[t] : low[t];
    } else if (p->rising ? high[t] > p->extreme : low[t] < p->extreme) {
        p->extreme = p->rising ? high[t] : low[t];
        p->factor = smaller(p->factor + smaller(given[1].number, most), most);
    }
    double next = stop + p->factor * (p->extreme - stop);
    p->stop = p->rising ? smaller(next, bottom) : larger(next, top);
    return stop;
}

static row parabolic_sar(rows *all, const argument *given)
{
    row out = row_new(all), high = row_column(all, TS_HIGH), low = row_column(all, TS_LOW);
    if (all->bars < 2) return out;
    double fell = low[0] - low[1], rose = high[1] - high[0];
    parabola p = {.rising = !(fell > 0 && rose < fell)};
    p.stop = p.rising ? low[0] : high[0];
    p.extreme = p.rising ? high[1] : low[1];
    p.factor = smaller(given[0].number, given[2].number);
    for (size_t t = 1; t < all->bars; t++) out[t] = parabola_step(&p, high, low, t, t == 1 ? 1 : t - 1, given);
    return out;
}

/* Vervoort: four cases by the sides of the last two closes. */
static row atr_stop(rows *all, const argument *given)
{
    row out = row_new(all), close = row_column(all, TS_CLOSE);
    row range = row_wilder(all, row_true_range(all), given[0].number);
    for (size_t t = 0; t < all->bars; t++) {
        if (isnan(range[t])) continue;
        double distance = given[1].number * range[t], last = t > 0 ? out[t - 1] : NAN;
        if (isnan(last)) out[t] = close[t] - distance;
        else if (close[t] > last && close[t - 1] > last) out[t] = larger(last, close[t] - distance);
        else if (close[t] < last && close[t - 1] < last) out[t] = smaller(last, close[t] + distance);
        else out[t] = close[t] > last ? close[t] - distance : close[t] + distance;
    }
    return out;
}

/* Wilder's volatility system: the significant close, and the stop that the next close is held against. */
static row volatility_stop(rows *all, const argument *given)
{
    row out = row_new(all), close = row_column(all, TS_CLOSE);
    row range = row_wilder(all, row_true_range(all), given[0].number);
    double significant = NAN;
    bool rising = true;
    for (size_t t = 0; t < all->bars; t++) {
        if (isnan(range[t])) continue;
        bool reversed = t > 0 && (rising ? close[t] < out[t - 1] : close[t] > out[t - 1]);
        if (reversed) rising = !rising;
        if (reversed || isnan(significant) || (rising ? close[t] > significant : close[t] < significant))
            significant = close[t];
        double distance = given[1].number * range[t];
        out[t] = rising ? significant - distance : significant + distance;
    }
    return out;
}

/* ---- bricks and range bars --------------------------------------------------------------------------------------- */

/* The close of the chart when x completes bricks from `up` on or from `down` on. */
static double completed(double x, double up, double down, double size)
{
    return x >= up ? up + floor((x - up) / size) * size : down - floor((down - x) / size) * size;
}

static row renko(rows *all, const argument *given)
{
    row out = row_new(all), x = given[0].x, sizes = given[1].x;
    double size = NAN;
    int way = 0;
    for (size_t t = 0; t < all->bars; t++) {
        if (isnan(x[t]) || isnan(sizes[t])) continue;
        double last = t > 0 ? out[t - 1] : NAN;
        if (isnan(last)) {
            if (!(sizes[t] > 0)) continue;
            out[t] = x[t];
            size = sizes[t];
            way = 0;
            continue;
        }
        double up = last + (way < 0 ? 2 * size : size), down = last - (way > 0 ? 2 * size : size);
        out[t] = last;
        if (x[t] < up && x[t] > down) continue;
        out[t] = completed(x[t], up, down, size);
        way = x[t] >= up ? +1 : -1;
        if (sizes[t] > 0) size = sizes[t];
    }
    return out;
}

static row range_bars(rows *all, const argument *given)
{
    row out = row_new(all), x = given[0].x, sizes = given[1].x;
    double size = NAN, high = NAN, low = NAN;
    for (size_t t = 0; t < all->bars; t++) {
        if (isnan(x[t]) || isnan(sizes[t])) continue;
        double last = t > 0 ? out[t - 1] : NAN;
        bool begins = isnan(last), ends = !begins && (x[t] >= low + size || x[t] <= high - size);
        if (begins && !(sizes[t] > 0)) continue;
        out[t] = begins ? x[t] : ends ? completed(x[t], low + size, high - size, size) : last;
        if (begins || ends) {
            high = low = out[t];
            if (sizes[t] > 0) size = sizes[t];
        }
        high = larger(high, x[t]);
        low = smaller(low, x[t]);
    }
    return out;
}

/* ---- gaps, candles, the fractal average -------------------------------------------------------------------------- */

static row gap(rows *all, const argument *given)
{
    (void)given;
    row out = row_new(all), open = row_column(all, TS_OPEN), high = row_column(all, TS_HIGH),
        low = row_column(all, TS_LOW);
    for (size_t t = 1; t < all->bars; t++)
        out[t] = open[t] > high[t - 1] ? open[t] - high[t - 1] : open[t] < low[t - 1] ? open[t] - low[t - 1] : 0;
    return out;
}

static row gap_support(rows *all, const argument *given)
{
    row out = row_new(all), width = gap(all, given), high = row_column(all, TS_HIGH);
    for (size_t t = 1; t < all->bars; t++) out[t] = width[t] > 0 ? high[t - 1] : out[t - 1];
    return out;
}

static row candle_close(rows *all, const argument *given)
{
    (void)given;
    row out = row_new(all);
    double *const *column = all->series->column;
    for (size_t t = 0; t < all->bars; t++)
        out[t] = (column[TS_OPEN][t] + column[TS_CLOSE][t] + (column[TS_HIGH][t] + column[TS_LOW][t])) / 4;
    return out;
}

/* Halfway from the open before to the close before, in the order of operations that keeps a flat open where it is. */
static row candle_open(rows *all, const argument *given)
{
    row out = row_new(all), close = candle_close(all, given);
    for (size_t t = 0; t < all->bars; t++)
        out[t] = t > 0 ? out[t - 1] + (close[t - 1] - out[t - 1]) / 2
                       : (row_column(all, TS_OPEN)[0] + row_column(all, TS_CLOSE)[0]) / 2;
    return out;
}

/* Highest high less lowest low of n bars. */
static row spread(rows *all, double n)
{
    return row_subtract(all, row_extreme(all, row_column(all, TS_HIGH), n, +1),
                        row_extreme(all, row_column(all, TS_LOW), n, -1));
}

/* Ehlers: the dimension from the ranges of two halves and of the whole; the one before while a half has no range. */
static row frama(rows *all, const argument *given)
{
    double n = given[0].number;
    row out = row_new(all), half = spread(all, n), older = row_lag(all, half, n), whole = spread(all, 2 * n);
    row high = row_column(all, TS_HIGH), low = row_column(all, TS_LOW);
    long double dimension = 1;
    for (size_t t = (size_t)(2 * n) - 1; t < all->bars; t++) {
        if (half[t] > 0 && older[t] > 0) dimension = log2l(2 * ((long double)half[t] + older[t]) / whole[t]);
        if (dimension < 1) dimension = 1;
        if (t < 2 * n) continue;
        double pace = given[2].number * (double)expl(-4.6L * given[1].number * (dimension - 1));
        double last = isnan(out[t - 1]) ? (high[t - 1] + low[t - 1]) / 2 : out[t - 1];
        out[t] = last + smaller(pace, 1) * ((high[t] + low[t]) / 2 - last);
    }
    return out;
}

const function_row functions_charts[] = {
    {"parabolic_sar", parabolic_sar, 1, {0}, false},
    {"atr_stop", atr_stop, 0, {1}, false},
    {"volatility_stop", volatility_stop, 0, {1}, false},
    {"renko", renko, 0, {0}, false},
    {"range_bars", range_bars, 0, {0}, false},
    {"gap", gap, 1, {0}, false},
    {"gap_support", gap_support, 1, {0}, false},
    {"heikin_ashi_close", candle_close, 0, {0}, false},
    {"heikin_ashi_open", candle_open, 0, {0}, false},
    {"frama", frama, 0, {2}, false},
    {0},
};

/* The oracle's functions of whole candles: ranges, directional movement, flows, and where the close lies. */
#include "tests/oracle/exact.h"
#include "tests/oracle/rows.h"

#include <math.h>

row row_true_range(rows *all)
{
    row out = row_new(all), high = row_column(all, TS_HIGH), low = row_column(all, TS_LOW),
        close = row_column(all, TS_CLOSE);
    for (size_t t = 1; t < all->bars; t++) {
        double range = high[t] - low[t], up = fabs(high[t] - close[t - 1]), down = fabs(low[t] - close[t - 1]);
        if (up > range) range = up;
        if (down > range) range = down;
        out[t] = range;
    }
    return out;
}

static row true_range(rows *all, const argument *given)
{
    (void)given;
    return row_true_range(all);
}
static row atr(rows *all, const argument *given) { return row_wilder(all, row_true_range(all), given[0].number); }

/* Wilder's running sum: the first n - 1 values are added up, then a part of the sum leaves for each value that comes.
 */
static row wilder_sum(rows *all, row x, double n)
{
    row out = row_new(all);
    size_t count = 0;
    double sum = 0;
    for (size_t t = 0; t < all->bars; t++) {
        if (isnan(x[t])) {
            count = 0;
            sum = 0;
            continue;
        }
        sum = ++count < (size_t)n ? sum + x[t] : sum - sum / n + x[t];
        if (count >= (size_t)n) out[t] = sum;
    }
    return out;
}

/* Directional movement: the larger of the two moves, when it is positive. */
static row movement(rows *all, int direction)
{
    row out = row_new(all), high = row_column(all, TS_HIGH), low = row_column(all, TS_LOW);
    for (size_t t = 1; t < all->bars; t++) {
        double up = high[t] - high[t - 1], down = low[t - 1] - low[t];
        double own = direction > 0 ? up : down, other = direction > 0 ? down : up;
        out[t] = own > 0 && own > other ? own : 0;
    }
    return out;
}

static row directional(rows *all, double n, int direction)
{
    row moved = wilder_sum(all, movement(all, direction), n), ranges = wilder_sum(all, row_true_range(all), n);
    return row_ratio(all, row_scale(all, 100, moved), ranges);
}

static row plus_di(rows *all, const argument *given) { return directional(all, given[0].number, +1); }
static row minus_di(rows *all, const argument *given) { return directional(all, given[0].number, -1); }

static row dx(rows *all, const argument *given)
{
    row up = plus_di(all, given), down = minus_di(all, given);
    row apart = row_absolute(all, row_subtract(all, up, down));
    return row_ratio(all, row_scale(all, 100, apart), row_add(all, up, down));
}

static row adx(rows *all, const argument *given) { return row_wilder(all, dx(all, given), given[0].number); }

/* Where the close lies in the range of n bars, from the low (direction +1) or from the high (-1). */
static row place(rows *all, double n, int direction)
{
    row top = row_extreme(all, row_column(all, TS_HIGH), n, +1),
        floor = row_extreme(all, row_column(all, TS_LOW), n, -1);
    row close = row_column(all, TS_CLOSE);
    row part = direction > 0 ? row_subtract(all, close, floor) : row_subtract(all, top, close);
    return row_ratio(all, part, row_subtract(all, top, floor));
}

static row stochastic_k(rows *all, const argument *given)
{
    return row_scale(all, 100, place(all, given[0].number, +1));
}
static row williams_r(rows *all, const argument *given)
{
    return row_scale(all, -100, place(all, given[0].number, -1));
}
static row stochastic_d(rows *all, const argument *given)
{
    return row_mean(all, stochastic_k(all, given), given[1].number);
}

static row cci(rows *all, const argument *given)
{
    double n = given[0].number;
    row out = row_new(all), price = row_typical(all), mean = row_mean(all, price, n);
    for (size_t t = (size_t)n - 1; t < all->bars; t++) {
        double sum = 0;
        for (size_t age = 0; age < (size_t)n; age++) sum += fabs(price[t - age] - mean[t]);
        double part = 0.015 * (sum / n);
        out[t] = part == 0 ? 0 : (price[t] - mean[t]) / part;
    }
    return out;
}

/* 100 when the extreme of the last n + 1 bars is now, 0 when it was n bars ago; the latest of equals. */
static row aroon(rows *all, row x, double n, int direction)
{
    row out = row_new(all);
    for (size_t t = (size_t)n; t < all->bars; t++) {
        size_t best = 0;
        for (size_t age = 1; age <= (size_t)n; age++)
            if (direction > 0 ? x[t - age] > x[t - best] : x[t - age] < x[t - best]) best = age;
        out[t] = 100 * (n - (double)best) / n;
    }
    return out;
}

static row aroon_up(rows *all, const argument *given)
{
    return aroon(all, row_column(all, TS_HIGH), given[0].number, +1);
}
static row aroon_down(rows *all, const argument *given)
{
    return aroon(all, row_column(all, TS_LOW), given[0].number, -1);
}

/* Money flow of the bars whose typical price moved up (direction +1) or down (-1). */
static row flow(rows *all, int direction)
{
    row out = row_new(all), price = row_typical(all), volume = row_column(all, TS_VOLUME);
    for (size_t t = 1; t < all->bars; t++) {
        bool moved = direction > 0 ? price[t] > price[t - 1] : price[t] < price[t - 1];
        out[t] = moved ? price[t] * volume[t] : 0;
    }
    return out;
}

static row mfi(rows *all, const argument *given)
{
    row in = row_window_sum(all, flow(all, +1), given[0].number),
        out = row_window_sum(all, flow(all, -1), given[0].number);
    return row_ratio(all, row_scale(all, 100, in), row_add(all, in, out));
}

const function_row functions_trend[] = {
    {"true_range", true_range, 1, {0}, false},
    {"atr", atr, 0, {1}, false},
    {"plus_di", plus_di, 0, {1}, false},
    {"minus_di", minus_di, 0, {1}, false},
    {"dx", dx, 0, {1}, false},
    {"adx", adx, -1, {2}, false},
    {"stochastic_k", stochastic_k, -1, {1}, false},
    {"stochastic_d", stochastic_d, -2, {1, 1}, false},
    {"williams_r", williams_r, -1, {1}, false},
    {"cci", cci, -1, {1}, false},
    {"aroon_up", aroon_up, 0, {1}, false},
    {"aroon_down", aroon_down, 0, {1}, false},
    {"mfi", mfi, 0, {1}, false},
    {0},
};

/* The oracle's functions that carry their last value along, by TA-Lib's definitions, seeding included. Each starts anew
 * after an undefined input. */
#include "tests/oracle/exact.h"
#include "tests/oracle/rows.h"

#include <math.h>

/* How an average moves on from its last value. Wilder's (last * (n - 1) + x) / n stays where it is while x is equal. */
typedef double (*step)(double last, double x, double n);

static double step_ema(double last, double x, double n) { return last + 2 / (n + 1) * (x - last); }
static double step_wilder(double last, double x, double n) { return last + (x - last) / n; }

/* Seeded with the mean of the first n values of each stretch. */
static row seeded(rows *all, row x, double n, step next)
{
    row out = row_new(all);
    size_t count = 0;
    exact sum = {0, 0};
    for (size_t t = 0; t < all->bars; t++) {
        if (isnan(x[t])) {
            count = 0;
            sum = (exact){0, 0};
            continue;
        }
        count++;
        if (count <= (size_t)n) exact_add(&sum, x[t]);
        if (count == (size_t)n) out[t] = exact_quotient(sum, n);
        if (count > (size_t)n) out[t] = next(out[t - 1], x[t], n);
    }
    return out;
}

row row_ema(rows *all, row x, double n) { return seeded(all, x, n, step_ema); }
row row_wilder(rows *all, row x, double n) { return seeded(all, x, n, step_wilder); }

static row ema(rows *all, const argument *given) { return row_ema(all, given[0].x, given[1].number); }
static row wilder(rows *all, const argument *given) { return row_wilder(all, given[0].x, given[1].number); }

static row dema(rows *all, const argument *given)
{
    double n = given[1].number;
    row once = row_ema(all, given[0].x, n), twice = row_ema(all, once, n);
    return row_subtract(all, row_scale(all, 2, once), twice);
}

static row tema(rows *all, const argument *given)
{
    double n = given[1].number;
    row once = row_ema(all, given[0].x, n), twice = row_ema(all, once, n), thrice = row_ema(all, twice, n);
    return row_add(all, row_subtract(all, row_scale(all, 3, once), row_scale(all, 3, twice)), thrice);
}

static row trix(rows *all, const argument *given)
{
    double n = given[1].number;
    row smooth = row_ema(all, row_ema(all, row_ema(all, given[0].x, n), n), n), before = row_lag(all, smooth, 1);
    return row_scale(all, 100, row_ratio(all, row_subtract(all, smooth, before), before));
}

static row roc(rows *all, const argument *given)
{
    row before = row_lag(all, given[0].x, given[1].number);
    return row_scale(all, 100, row_ratio(all, row_subtract(all, given[0].x, before), before));
}

static row momentum(rows *all, const argument *given)
{
    return row_subtract(all, given[0].x, row_lag(all, given[0].x, given[1].number));
}

/* x without the first n values of each stretch. */
static row without_first(rows *all, row x, double n)
{
    row out = row_new(all);
    double count = 0;
    for (size_t t = 0; t < all->bars; t++) {
        count = isnan(x[t]) ? 0 : count + 1;
        if (count > n) out[t] = x[t];
    }
    return out;
}

/* Both averages are seeded with values that end at the same bar. */
static row macd(rows *all, const argument *given)
{
    double fast = given[1].number, slow = given[2].number;
    row late = row_ema(all, without_first(all, given[0].x, slow - fast), fast);
    return row_subtract(all, late, row_ema(all, without_first(all, given[0].x, fast - slow), slow));
}

static row macd_signal(rows *all, const argument *given) { return row_ema(all, macd(all, given), given[3].number); }

static row macd_histogram(rows *all, const argument *given)
{
    return row_subtract(all, macd(all, given), macd_signal(all, given));
}

/* Kaufman: the pace of each bar from the efficiency of n bars; the average starts from the bar before the first pace.
 */
static row kama(rows *all, const argument *given)
{
    row x = given[0].x, out = row_new(all);
    double n = given[1].number;
    row moves = row_window_sum(all, row_absolute(all, row_subtract(all, x, row_lag(all, x, 1))), n);
    row net = row_absolute(all, row_subtract(all, x, row_lag(all, x, n)));
    for (size_t t = 1; t < all->bars; t++) {
        if (isnan(moves[t])) continue;
        double efficiency = moves[t] == 0 ? 1 : 1 - (moves[t] - net[t]) / moves[t];
        double root = efficiency * (2.0 / 3 - 2.0 / 31) + 2.0 / 31;
        double last = isnan(out[t - 1]) ? x[t - 1] : out[t - 1];
        out[t] = last + root * root * (x[t] - last);
    }
    return out;
}

/* Gains (direction +1) or losses (-1) on the bar before. */
static row moves_of(rows *all, row x, int direction)
{
    row out = row_new(all);
    for (size_t t = 1; t < all->bars; t++) {
        double move = direction > 0 ? x[t] - x[t - 1] : x[t - 1] - x[t];
        if (!isnan(move)) out[t] = move > 0 ? move : 0;
    }
    return out;
}

static row rsi(rows *all, const argument *given)
{
    row gain = row_wilder(all, moves_of(all, given[0].x, +1), given[1].number);
    row loss = row_wilder(all, moves_of(all, given[0].x, -1), given[1].number);
    return row_ratio(all, row_scale(all, 100, gain), row_add(all, gain, loss));
}

static row cmo(rows *all, const argument *given)
{
    row gain = row_wilder(all, moves_of(all, given[0].x, +1), given[1].number);
    row loss = row_wilder(all, moves_of(all, given[0].x, -1), given[1].number);
    return row_ratio(all, row_scale(all, 100, row_subtract(all, gain, loss)), row_add(all, gain, loss));
}

static row obv(rows *all, const argument *given)
{
    (void)given;
    row out = row_new(all), close = row_column(all, TS_CLOSE), volume = row_column(all, TS_VOLUME);
    for (size_t t = 0; t < all->bars; t++) {
        double last = t > 0 ? out[t - 1] : 0;
        bool up = t == 0 || close[t] > close[t - 1], down = t > 0 && close[t] < close[t - 1];
        out[t] = up ? last + volume[t] : down ? last - volume[t] : last;
    }
    return out;
}

const function_row functions_recursive[] = {
    {"ema", ema, -1, {0, 1}, false},
    {"wilder", wilder, -1, {0, 1}, false},
    {"dema", dema, -2, {0, 2}, false},
    {"tema", tema, -3, {0, 3}, false},
    {"trix", trix, -2, {0, 3}, false},
    {"roc", roc, 0, {0, 1}, false},
    {"momentum", momentum, 0, {0, 1}, false},
    {"macd", macd, -1, {0}, true},
    {"macd_signal", macd_signal, -2, {0, 0, 0, 1}, true},
    {"macd_histogram", macd_histogram, -2, {0, 0, 0, 1}, true},
    {"kama", kama, 0, {0, 1}, false},
    {"rsi", rsi, 0, {0, 1}, false},
    {"cmo", cmo, 0, {0, 1}, false},
    {"obv", obv, 0, {0}, false},
    {0},
};

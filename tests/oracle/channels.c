/* The oracle's channels and levels: of a window of bars, by its highest high and lowest low. What belongs to the bars
 * before the current one is taken from a window that ends there. */
#include "tests/oracle/rows.h"

#include <math.h>

/* The extreme of n highs or lows that ended `back` bars ago. */
static row extreme(rows *all, double n, double back, int direction)
{
    row column = row_column(all, direction > 0 ? TS_HIGH : TS_LOW);
    return row_lag(all, row_extreme(all, column, n, direction), back);
}

static row middle(rows *all, row a, row b)
{
    row out = row_new(all);
    for (size_t t = 0; t < all->bars; t++) out[t] = (a[t] + b[t]) / 2;
    return out;
}

static row midway(rows *all, double n, double back)
{
    return middle(all, extreme(all, n, back, +1), extreme(all, n, back, -1));
}

static row midprice(rows *all, const argument *given) { return midway(all, given[0].number, 0); }
static row donchian_upper(rows *all, const argument *given) { return extreme(all, given[0].number, 1, +1); }
static row donchian_lower(rows *all, const argument *given) { return extreme(all, given[0].number, 1, -1); }
static row donchian_middle(rows *all, const argument *given) { return midway(all, given[0].number, 1); }

static row span_a(rows *all, const argument *given)
{
    double shift = given[1].number;
    return middle(all, midway(all, given[0].number, shift), midway(all, given[1].number, shift));
}

static row span_b(rows *all, const argument *given) { return midway(all, given[0].number, given[1].number); }

/* A third of the way from the middle of the range to the close: (high + low + close) / 3, and exactly the price where
 * all three are the same. */
static row pivot(rows *all, const argument *given)
{
    row out = row_new(all), close = row_column(all, TS_CLOSE), middle_before = midway(all, given[0].number, 1);
    for (size_t t = 1; t < all->bars; t++) out[t] = middle_before[t] + (close[t - 1] - middle_before[t]) / 3;
    return out;
}

/* 2 P less the extreme on the other side. */
static row first_level(rows *all, const argument *given, int side)
{
    return row_subtract(all, row_scale(all, 2, pivot(all, given)), extreme(all, given[0].number, 1, -side));
}

/* The whole range away from P. */
static row second_level(rows *all, const argument *given, int side)
{
    double n = given[0].number;
    row range = row_subtract(all, extreme(all, n, 1, +1), extreme(all, n, 1, -1));
    return row_add(all, pivot(all, given), row_scale(all, side, range));
}

static row pivot_r1(rows *all, const argument *given) { return first_level(all, given, +1); }
static row pivot_s1(rows *all, const argument *given) { return first_level(all, given, -1); }
static row pivot_r2(rows *all, const argument *given) { return second_level(all, given, +1); }
static row pivot_s2(rows *all, const argument *given) { return second_level(all, given, -1); }

static row keltner(rows *all, const argument *given, double k)
{
    row atr = row_wilder(all, row_true_range(all), given[1].number);
    return row_add(all, row_ema(all, row_column(all, TS_CLOSE), given[0].number), row_scale(all, k, atr));
}

static row keltner_upper(rows *all, const argument *given) { return keltner(all, given, given[2].number); }
static row keltner_lower(rows *all, const argument *given) { return keltner(all, given, -given[2].number); }

static row keltner_middle(rows *all, const argument *given)
{
    return row_ema(all, row_column(all, TS_CLOSE), given[0].number);
}

const function_row functions_channels[] = {
    {"midprice", midprice, -1, {1}, false},
    {"donchian_upper", donchian_upper, 0, {1}, false},
    {"donchian_middle", donchian_middle, 0, {1}, false},
    {"donchian_lower", donchian_lower, 0, {1}, false},
    {"ichimoku_tenkan", midprice, -1, {1}, false},
    {"ichimoku_kijun", midprice, -1, {1}, false},
    {"ichimoku_span_a", span_a, 0, {0}, false},
    {"ichimoku_span_b", span_b, -1, {1, 1}, false},
    {"pivot", pivot, 0, {1}, false},
    {"pivot_r1", pivot_r1, 0, {1}, false},
    {"pivot_s1", pivot_s1, 0, {1}, false},
    {"pivot_r2", pivot_r2, 0, {1}, false},
    {"pivot_s2", pivot_s2, 0, {1}, false},
    {"keltner_upper", keltner_upper, 0, {0}, false},
    {"keltner_middle", keltner_middle, -1, {1}, false},
    {"keltner_lower", keltner_lower, 0, {0}, false},
    {0},
};

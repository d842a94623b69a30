/* The oracle's oscillators: differences and quotients of averages, by their authors' formulas. */
#include "tests/oracle/rows.h"

#include <math.h>

static row price_less(rows *all, ts_column column, double n)
{
    return row_subtract(all, row_column(all, column), row_ema(all, row_column(all, TS_CLOSE), n));
}

static row bull_power(rows *all, const argument *given) { return price_less(all, TS_HIGH, given[0].number); }
static row bear_power(rows *all, const argument *given) { return price_less(all, TS_LOW, given[0].number); }

static row ppo(rows *all, const argument *given)
{
    row fast = row_ema(all, given[0].x, given[1].number), slow = row_ema(all, given[0].x, given[2].number);
    return row_scale(all, 100, row_ratio(all, row_subtract(all, fast, slow), slow));
}

static row dpo(rows *all, const argument *given)
{
    size_t n = (size_t)given[1].number;
    return row_subtract(all, given[0].x, row_lag(all, row_mean(all, given[0].x, (double)n), (double)(n / 2 + 1)));
}

static row zlema(rows *all, const argument *given)
{
    size_t n = (size_t)given[1].number;
    row x = given[0].x, moved = row_subtract(all, row_scale(all, 2, x), row_lag(all, x, (double)((n - 1) / 2)));
    return row_ema(all, moved, (double)n);
}

static row awesome(rows *all, const argument *given)
{
    row middle = row_new(all), high = row_column(all, TS_HIGH), low = row_column(all, TS_LOW);
    for (size_t t = 0; t < all->bars; t++) middle[t] = (high[t] + low[t]) / 2;
    return row_subtract(all, row_mean(all, middle, given[0].number), row_mean(all, middle, given[1].number));
}

static const double kst_change[] = {10, 15, 20, 30}; /* bars */

static row kst(rows *all, const argument *given)
{
    row sum = NULL;
    for (int i = 0; i < 4; i++) {
        row before = row_lag(all, given[0].x, kst_change[i]);
        row change = row_scale(all, 100, row_ratio(all, row_subtract(all, given[0].x, before), before));
        row part = row_scale(all, i + 1, row_mean(all, change, given[1 + i].number));
        sum = sum ? row_add(all, sum, part) : part;
    }
    return sum;
}

/* Weights 1, 2, 2, 1. */
static row symmetric(rows *all, row x)
{
    row out = row_new(all);
    for (size_t t = 3; t < all->bars; t++) out[t] = (x[t] + 2 * x[t - 1] + 2 * x[t - 2] + x[t - 3]) / 6;
    return out;
}

static row rvi(rows *all, const argument *given)
{
    row body = row_subtract(all, row_column(all, TS_CLOSE), row_column(all, TS_OPEN));
    row range = row_subtract(all, row_column(all, TS_HIGH), row_column(all, TS_LOW));
    return row_ratio(all, row_window_sum(all, symmetric(all, body), given[0].number),
                     row_window_sum(all, symmetric(all, range), given[0].number));
}

static row rvi_signal(rows *all, const argument *given) { return symmetric(all, rvi(all, given)); }

static row rainbow(rows *all, const argument *given)
{
    row x = given[0].x, out = row_new(all), average[3];
    double longest = given[3].number;
    for (int i = 0; i < 3; i++) average[i] = row_ema(all, x, given[1 + i].number);
    row top = row_extreme(all, x, longest, +1), bottom = row_extreme(all, x, longest, -1);
    for (size_t t = 0; t < all->bars; t++) {
        double away = x[t] - (average[0][t] + average[1][t] + average[2][t]) / 3, range = top[t] - bottom[t];
        if (!isnan(away) && !isnan(range)) out[t] = range == 0 ? 0 : 100 * away / range;
    }
    return out;
}

static row mass_index(rows *all, const argument *given)
{
    row range = row_subtract(all, row_column(all, TS_HIGH), row_column(all, TS_LOW));
    row once = row_ema(all, range, given[0].number), twice = row_ema(all, once, given[0].number);
    return row_window_sum(all, row_ratio(all, once, twice), given[1].number);
}

const function_row functions_oscillators[] = {
    {"bull_power", bull_power, -1, {1}, false},
    {"bear_power", bear_power, -1, {1}, false},
    {"ppo", ppo, -1, {0}, true},
    {"dpo", dpo, 0, {0}, false},
    {"zlema", zlema, 0, {0}, false},
    {"awesome_oscillator", awesome, 0, {0}, false},
    {"kst", kst, 0, {0}, false},
    {"rvi", rvi, 2, {1}, false},
    {"rvi_signal", rvi_signal, 5, {1}, false},
    {"rainbow_oscillator", rainbow, 0, {0}, false},
    {"mass_index", mass_index, -3, {2, 1}, false},
    {0},
};

static double larger(double a, double b) { return a > b ? a : b; }

static double of_dpo(const double *n) { return n[1] - 1 + floor(n[1] / 2) + 1; }
static double of_zlema(const double *n) { return floor((n[1] - 1) / 2) + n[1] - 1; }
static double of_awesome(const double *n) { return larger(n[0], n[1]) - 1; }
static double of_rainbow(const double *n) { return larger(larger(n[1], n[2]), n[3]) - 1; }
static double of_keltner(const double *n) { return larger(n[0] - 1, n[1]); }
static double of_span_a(const double *n) { return larger(n[0], n[1]) - 1 + n[1]; }

static double of_kst(const double *n)
{
    double slowest = 0;
    for (int i = 0; i < 4; i++) slowest = larger(slowest, kst_change[i] + n[1 + i] - 1);
    return slowest;
}

const warmup_row warmups_by_formula[] = {
    {"dpo", of_dpo},
    {"zlema", of_zlema},
    {"awesome_oscillator", of_awesome},
    {"rainbow_oscillator", of_rainbow},
    {"keltner_upper", of_keltner},
    {"keltner_lower", of_keltner},
    {"ichimoku_span_a", of_span_a},
    {"kst", of_kst},
    {0},
};

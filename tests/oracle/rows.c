/* Ownership of the oracle's rows and the arithmetic bar by bar. */
#include "tests/oracle/rows.h"

#include "common/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void oracle_fault(const char *what, const char *name)
{
    fprintf(stderr, "oracle: %s%s\n", what, name);
    abort();
}

void rows_clear(rows *all)
{
    for (size_t i = 0; i < all->count; i++) free(all->owned[i]);
    all->count = all->known_count = 0;
}

row row_new(rows *all)
{
    row values = all->count < KNOWN_MAX ? ts_alloc(all->bars + 1, sizeof *values) : NULL;
    if (!values) oracle_fault("no memory for a row", "");
    for (size_t t = 0; t < all->bars; t++) values[t] = NAN;
    return all->owned[all->count++] = values;
}

row row_column(rows *all, ts_column which) { return all->series->column[which]; }

const function_row *function_by_name(const char *name)
{
    const function_row *tables[] = {functions_arithmetic,  functions_windows, functions_recursive,  functions_trend,
                                    functions_charts,      functions_swings,  functions_regression, functions_channels,
                                    functions_oscillators, functions_volume};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        for (const function_row *known = tables[i]; known->name; known++)
            if (strcmp(known->name, name) == 0) return known;
    oracle_fault("no such function: ", name);
}

row row_lag(rows *all, row x, double n)
{
    row out = row_new(all);
    size_t lag = (size_t)n;
    for (size_t t = lag; t < all->bars; t++) out[t] = x[t - lag];
    return out;
}

/* Bar by bar, for the plain operators: NaN goes through by itself. */
#define OPERATOR(name, expression)                                                                                     \
    row name(rows *all, row a, row b)                                                                                  \
    {                                                                                                                  \
        row out = row_new(all);                                                                                        \
        for (size_t t = 0; t < all->bars; t++) out[t] = expression;                                                    \
        return out;                                                                                                    \
    }
OPERATOR(row_add, a[t] + b[t])
OPERATOR(row_subtract, a[t] - b[t])
OPERATOR(row_multiply, a[t] * b[t])
OPERATOR(row_divide, b[t] == 0 ? NAN : a[t] / b[t])
OPERATOR(row_ratio, isnan(a[t]) || isnan(b[t]) ? NAN : b[t] == 0 ? 0 : a[t] / b[t])
static OPERATOR(smaller, isnan(a[t]) || isnan(b[t]) ? NAN
                         : a[t] < b[t]              ? a[t]
                                                    : b[t]) static OPERATOR(larger, isnan(a[t]) || isnan(b[t]) ? NAN
                                                                       : a[t] > b[t]              ? a[t]
                                                                                                  : b[t])

    row row_scale(rows *all, double factor, row x)
{
    row out = row_new(all);
    for (size_t t = 0; t < all->bars; t++) out[t] = factor * x[t];
    return out;
}

row row_absolute(rows *all, row x)
{
    row out = row_new(all);
    for (size_t t = 0; t < all->bars; t++) out[t] = fabs(x[t]);
    return out;
}

row row_typical(rows *all)
{
    row out = row_new(all), high = row_column(all, TS_HIGH), low = row_column(all, TS_LOW),
        close = row_column(all, TS_CLOSE);
    for (size_t t = 0; t < all->bars; t++) out[t] = (high[t] + low[t] + close[t]) / 3;
    return out;
}

static row typical_price(rows *all, const argument *given)
{
    (void)given;
    return row_typical(all);
}

static row median_price(rows *all, const argument *given)
{
    (void)given;
    row out = row_new(all);
    for (size_t t = 0; t < all->bars; t++)
        out[t] = (all->series->column[TS_HIGH][t] + all->series->column[TS_LOW][t]) / 2;
    return out;
}

static row minimum(rows *all, const argument *given) { return smaller(all, given[0].x, given[1].x); }
static row maximum(rows *all, const argument *given) { return larger(all, given[0].x, given[1].x); }
static row absolute(rows *all, const argument *given) { return row_absolute(all, given[0].x); }
static row quotient(rows *all, const argument *given) { return row_ratio(all, given[0].x, given[1].x); }

static row square_root(rows *all, const argument *given)
{
    row out = row_new(all);
    for (size_t t = 0; t < all->bars; t++) out[t] = given[0].x[t] < 0 ? NAN : sqrt(given[0].x[t]);
    return out;
}

static row sign(rows *all, const argument *given)
{
    row out = row_new(all), x = given[0].x;
    for (size_t t = 0; t < all->bars; t++) out[t] = isnan(x[t]) ? NAN : x[t] > 0 ? 1 : x[t] < 0 ? -1 : 0;
    return out;
}

/* a passes b: above it now, not above it at the bar before (direction +1), or the mirror image. */
static row crossed(rows *all, row a, row b, int direction)
{
    row out = row_new(all);
    for (size_t t = 0; t < all->bars; t++) {
        bool now = direction > 0 ? a[t] > b[t] : a[t] < b[t];
        out[t] = t > 0 && now && (direction > 0 ? a[t - 1] <= b[t - 1] : a[t - 1] >= b[t - 1]);
    }
    return out;
}

static row crossed_up(rows *all, const argument *given) { return crossed(all, given[0].x, given[1].x, +1); }
static row crossed_down(rows *all, const argument *given) { return crossed(all, given[0].x, given[1].x, -1); }

/* x moved the same way at each of the last n bars: the moves are looked at one by one. */
static row moved(rows *all, row x, double n, int direction)
{
    row out = row_new(all);
    for (size_t t = 0; t < all->bars; t++) {
        size_t run = 0;
        while (run < t && run < (size_t)n &&
               (direction > 0 ? x[t - run] > x[t - run - 1] : x[t - run] < x[t - run - 1]))
            run++;
        out[t] = run >= (size_t)n;
    }
    return out;
}

static row rising(rows *all, const argument *given) { return moved(all, given[0].x, given[1].number, +1); }
static row falling(rows *all, const argument *given) { return moved(all, given[0].x, given[1].number, -1); }

const function_row functions_arithmetic[] = {
    {"typical_price", typical_price, 0, {0}, false},
    {"median_price", median_price, 0, {0}, false},
    {"min", minimum, 0, {0}, false},
    {"max", maximum, 0, {0}, false},
    {"abs", absolute, 0, {0}, false},
    {"sqrt", square_root, 0, {0}, false},
    {"sign", sign, 0, {0}, false},
    {"ratio", quotient, 0, {0}, false},
    {"crossed_up", crossed_up, 0, {0}, false},
    {"crossed_down", crossed_down, 0, {0}, false},
    {"rising", rising, 1, {0}, false},
    {"falling", falling, 1, {0}, false},
    {0},
};

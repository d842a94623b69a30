/* The oracle's least-squares lines: two passes over each window, by the textbook formulas with centred values. */
#include "tests/oracle/exact.h"
#include "tests/oracle/rows.h"

#include <math.h>

/* The line through the last n values of one bar: its mean, its slope, and the squared distances from it added up. */
typedef struct line {
    long double mean, slope, squares;
} line;

/* False when one of the values is undefined. `newest` points at the last of them. */
static bool fit(const double *newest, size_t n, line *fitted)
{
    exact sum = {0, 0}, products = {0, 0}, squares = {0, 0};
    const double *oldest = newest - (n - 1);
    for (size_t i = 0; i < n; i++) {
        if (isnan(oldest[i])) return false;
        exact_add(&sum, oldest[i]);
    }
    long double middle = (long double)(n - 1) / 2, places = 0;
    fitted->mean = (sum.high + sum.low) / n;
    for (size_t i = 0; i < n; i++) {
        long double place = (long double)i - middle;
        exact_add(&products, place * (oldest[i] - fitted->mean));
        places += place * place;
    }
    fitted->slope = (products.high + products.low) / places;
    for (size_t i = 0; i < n; i++) {
        long double rest = oldest[i] - fitted->mean - fitted->slope * ((long double)i - middle);
        exact_add(&squares, rest * rest);
    }
    fitted->squares = squares.high + squares.low;
    return true;
}

static bool all_equal(const double *newest, size_t n)
{
    for (size_t age = 1; age < n; age++)
        if (*(newest - age) != *newest) return false;
    return true;
}

typedef double (*measure)(const line *fitted, double n);

static double end_of(const line *fitted, double n) { return (double)(fitted->mean + fitted->slope * ((n - 1) / 2)); }
static double slope_of(const line *fitted, double n) { return (void)n, (double)fitted->slope; }
static double deviation_of(const line *fitted, double n) { return (double)sqrtl(fitted->squares / (n - 1)); }

/* Of equal values the line is level and goes through them, whatever rounding makes of their mean. */
static row lines(rows *all, const argument *given, measure value, bool level_is_zero)
{
    row out = row_new(all), x = given[0].x;
    size_t n = (size_t)given[1].number;
    line fitted;
    for (size_t t = n - 1; t < all->bars; t++) {
        if (!fit(&x[t], n, &fitted)) continue;
        if (all_equal(&x[t], n)) out[t] = level_is_zero ? 0 : x[t];
        else out[t] = value(&fitted, given[1].number);
    }
    return out;
}

static row linreg(rows *all, const argument *given) { return lines(all, given, end_of, false); }
static row linreg_slope(rows *all, const argument *given) { return lines(all, given, slope_of, true); }

/* Two values have no distance from their line. */
static row linreg_deviation(rows *all, const argument *given)
{
    return row_scale(all, given[1].number > 2 ? 1 : 0, lines(all, given, deviation_of, true));
}

const function_row functions_regression[] = {
    {"linreg", linreg, -1, {0, 1}, false},
    {"linreg_slope", linreg_slope, -1, {0, 1}, false},
    {"linreg_deviation", linreg_deviation, -1, {0, 1}, false},
    {0},
};

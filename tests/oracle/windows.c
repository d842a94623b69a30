/* The oracle's functions of the last n bars, by TA-Lib's definitions. A window that holds an undefined value is
 * undefined. */
#include "tests/oracle/exact.h"
#include "tests/oracle/rows.h"

#include <math.h>

enum { AFRESH = 1024 }; /* bars after which a sliding sum is taken anew */

/* How many defined values end at each bar, the bar itself included. */
static row stretch(rows *all, row x)
{
    row out = row_new(all);
    for (size_t t = 0; t < all->bars; t++) out[t] = isnan(x[t]) ? 0 : t > 0 ? out[t - 1] + 1 : 1;
    return out;
}

/* The exact sum of each full window over `divisor`, rounded once. */
static row sums(rows *all, row x, double n, double divisor)
{
    row out = row_new(all), run = stretch(all, x);
    size_t length = (size_t)n;
    exact sum = {0, 0};
    for (size_t t = 0; t < all->bars; t++) {
        if (run[t] < n) continue;
        if (run[t] == n || t % AFRESH == 0) {
            sum = (exact){0, 0};
            for (size_t i = t + 1 - length; i <= t; i++) exact_add(&sum, x[i]);
        } else {
            exact_add(&sum, x[t]);
            exact_add(&sum, -(long double)x[t - length]);
        }
        out[t] = exact_quotient(sum, divisor);
    }
    return out;
}

row row_mean(rows *all, row x, double n) { return sums(all, x, n, n); }
row row_window_sum(rows *all, row x, double n) { return sums(all, x, n, 1); }

static row weighted_mean(rows *all, row x, double n)
{
    row out = row_new(all), run = stretch(all, x);
    for (size_t t = 0; t < all->bars; t++) {
        exact sum = {0, 0};
        if (run[t] < n) continue;
        for (size_t age = 0; age < (size_t)n; age++) exact_add_product(&sum, x[t - age], n - (double)age);
        out[t] = exact_quotient(sum, n * (n + 1) / 2);
    }
    return out;
}

/* sqrt(n sum(x^2) - sum(x)^2) / n, the radicand rounded once: both sums in quadruple precision, in which squares are
 * exact. (That this is the standard deviation, two-pass references say, in golden/.) */
static double spread(const double *newest, size_t n)
{
    __extension__ typedef __float128 quadruple;
    quadruple sum = 0, squares = 0;
    bool equal = true;
    for (size_t age = 0; age < n; age++) {
        quadruple x = *(newest - age);
        sum += x;
        squares += x * x;
        equal = equal && *(newest - age) == *newest;
    }
    double radicand = (double)(squares * n - sum * sum);
    return equal || radicand < 0 ? 0 : sqrt(radicand) / (double)n;
}

static row deviation(rows *all, row x, double n)
{
    row out = row_new(all), run = stretch(all, x);
    for (size_t t = 0; t < all->bars; t++)
        if (run[t] >= n) out[t] = spread(&x[t], (size_t)n);
    return out;
}

/* The age of the extreme value, the latest of equals. */
static row extreme_age(rows *all, row x, double n, int direction)
{
    row out = row_new(all), run = stretch(all, x);
    for (size_t t = 0; t < all->bars; t++) {
        size_t best = 0;
        if (run[t] < n) continue;
        for (size_t age = 1; age < (size_t)n; age++)
            if (direction > 0 ? x[t - age] > x[t - best] : x[t - age] < x[t - best]) best = age;
        out[t] = (double)best;
    }
    return out;
}

row row_extreme(rows *all, row x, double n, int direction)
{
    row out = row_new(all), age = extreme_age(all, x, n, direction);
    for (size_t t = 0; t < all->bars; t++)
        if (!isnan(age[t])) out[t] = x[t - (size_t)age[t]];
    return out;
}

static row sma(rows *all, const argument *given) { return row_mean(all, given[0].x, given[1].number); }
static row wma(rows *all, const argument *given) { return weighted_mean(all, given[0].x, given[1].number); }
static row stddev(rows *all, const argument *given) { return deviation(all, given[0].x, given[1].number); }
static row window_sum(rows *all, const argument *given) { return row_window_sum(all, given[0].x, given[1].number); }
static row highest(rows *all, const argument *given) { return row_extreme(all, given[0].x, given[1].number, +1); }
static row lowest(rows *all, const argument *given) { return row_extreme(all, given[0].x, given[1].number, -1); }
static row since_highest(rows *all, const argument *given) { return extreme_age(all, given[0].x, given[1].number, +1); }
static row since_lowest(rows *all, const argument *given) { return extreme_age(all, given[0].x, given[1].number, -1); }

static row upper_band(rows *all, const argument *given)
{
    return row_add(all, sma(all, given), row_scale(all, given[2].number, stddev(all, given)));
}

static row lower_band(rows *all, const argument *given)
{
    return row_subtract(all, sma(all, given), row_scale(all, given[2].number, stddev(all, given)));
}

static row vwap(rows *all, const argument *given)
{
    row volume = row_column(all, TS_VOLUME), value = row_multiply(all, row_typical(all), volume);
    return row_divide(all, row_window_sum(all, value, given[0].number), row_window_sum(all, volume, given[0].number));
}

const function_row functions_windows[] = {
    {"sma", sma, -1, {0, 1}, false},
    {"wma", wma, -1, {0, 1}, false},
    {"stddev", stddev, -1, {0, 1}, false},
    {"window_sum", window_sum, -1, {0, 1}, false},
    {"highest", highest, -1, {0, 1}, false},
    {"lowest", lowest, -1, {0, 1}, false},
    {"bars_since_highest", since_highest, -1, {0, 1}, false},
    {"bars_since_lowest", since_lowest, -1, {0, 1}, false},
    {"bollinger_upper", upper_band, -1, {0, 1}, false},
    {"bollinger_middle", sma, -1, {0, 1}, false},
    {"bollinger_lower", lower_band, -1, {0, 1}, false},
    {"vwap", vwap, -1, {1}, false},
    {0},
};

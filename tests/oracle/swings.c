/* The oracle's swing chart: pivots are looked for around each bar, and listed in turns as they become known. */
#include "tests/oracle/rows.h"

#include <math.h>
#include <stdlib.h>

typedef struct pivot {
    bool top;
    double price;
} pivot;

/* Is bar t a pivot that no other bar within n exceeds? The n bars on both sides must be there. */
static bool is_pivot(const double *x, size_t t, size_t n, bool top)
{
    for (size_t i = t - n; i <= t + n; i++)
        if (top ? x[i] > x[t] : x[i] < x[t]) return false;
    return true;
}

/* Add a pivot to the `count` of a list: the last one moves further, or the chart turns. */
static size_t add_pivot(pivot *list, size_t count, bool top, double price)
{
    pivot *last = count ? &list[count - 1] : NULL;
    bool beyond = !last || (top ? price > last->price : price < last->price);
    if (!beyond) return count;
    if (last && last->top == top) {
        last->price = price;
        return count;
    }
    list[count] = (pivot){top, price};
    return count + 1;
}

/* What a function answers at a bar from the pivots known there. */
typedef double (*answer)(const pivot *list, size_t count, double number);

/* `number` is what the answer is given beside the pivots. */
static row charted(rows *all, double bars, double number, answer ask)
{
    row out = row_new(all), high = row_column(all, TS_HIGH), low = row_column(all, TS_LOW);
    size_t n = (size_t)bars, count = 0;
    pivot *list = calloc(2 * all->bars + 2, sizeof *list);
    if (!list) oracle_fault("no memory for a swing chart", "");
    for (size_t t = 2 * n; t < all->bars; t++) {
        bool bottom_first = count && !list[count - 1].top;
        for (int i = 0; i < 2; i++) {
            bool top = bottom_first ? i == 1 : i == 0;
            const double *x = top ? high : low;
            if (is_pivot(x, t - n, n, top)) count = add_pivot(list, count, top, x[t - n]);
        }
        out[t] = ask(list, count, number);
    }
    free(list);
    return out;
}

static double last_of(const pivot *list, size_t count, bool top)
{
    for (size_t i = count; i-- > 0;)
        if (list[i].top == top) return list[i].price;
    return NAN;
}

static double last_top(const pivot *list, size_t count, double unused)
{
    (void)unused;
    return last_of(list, count, true);
}

static double last_bottom(const pivot *list, size_t count, double unused)
{
    (void)unused;
    return last_of(list, count, false);
}

static double way(const pivot *list, size_t count, double unused)
{
    (void)unused;
    return !count ? NAN : list[count - 1].top ? -1 : 1;
}

static double taken_back(const pivot *list, size_t count, double share)
{
    if (count < 2) return NAN;
    double end = list[count - 1].price, begin = list[count - 2].price;
    return end > begin ? end - share * (end - begin) : end + share * (begin - end);
}

/* The pivot between the last two of a kind, when those are alike. */
static double neckline(const pivot *list, size_t count, bool top, double tolerance)
{
    if (count < 3 || list[count - 1].top != top) return NAN;
    double last = list[count - 1].price, between = list[count - 2].price, first = list[count - 3].price;
    return fabs(last - first) <= tolerance * fabs(last - between) ? between : NAN;
}

static double of_tops(const pivot *list, size_t count, double tolerance)
{
    return neckline(list, count, true, tolerance);
}

static double of_bottoms(const pivot *list, size_t count, double tolerance)
{
    return neckline(list, count, false, tolerance);
}

static row swing_high(rows *all, const argument *given) { return charted(all, given[0].number, 0, last_top); }
static row swing_low(rows *all, const argument *given) { return charted(all, given[0].number, 0, last_bottom); }
static row swing_direction(rows *all, const argument *given) { return charted(all, given[0].number, 0, way); }

static row retracement(rows *all, const argument *given)
{
    return charted(all, given[0].number, given[1].number, taken_back);
}

static row double_top(rows *all, const argument *given)
{
    return charted(all, given[0].number, given[1].number, of_tops);
}

static row double_bottom(rows *all, const argument *given)
{
    return charted(all, given[0].number, given[1].number, of_bottoms);
}

const function_row functions_swings[] = {
    {"swing_high", swing_high, 0, {2}, false},
    {"swing_low", swing_low, 0, {2}, false},
    {"swing_direction", swing_direction, 0, {2}, false},
    {"fibonacci_retracement", retracement, 0, {2}, false},
    {"double_top", double_top, 0, {2}, false},
    {"double_bottom", double_bottom, 0, {2}, false},
    {0},
};

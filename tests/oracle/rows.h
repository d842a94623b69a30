/* Inside the oracle: rows (one double a bar, NaN where undefined), who owns them, and the functions by name. */
#ifndef TS_TESTS_ROWS_H
#define TS_TESTS_ROWS_H

#include "host/language/expression.h"
#include "host/series/series.h"

#include <stddef.h>

enum { KNOWN_MAX = 4096 };

typedef double *row;

/* Everything computed for one run. Rows live until rows_clear. */
typedef struct rows {
    const ts_series *series; /* NULL when only warm-ups are asked for */
    const double *parameter;
    size_t bars;
    row owned[KNOWN_MAX];
    size_t count;
    struct {
        const ts_expression *tree;
        row values;
    } known[KNOWN_MAX]; /* a tree that is used twice is evaluated once */
    size_t known_count;
} rows;

void rows_clear(rows *all);
row row_new(rows *all);                     /* all NaN */
row row_column(rows *all, ts_column which); /* the candles' own: read only */
_Noreturn void oracle_fault(const char *what, const char *name);

/* An argument of a call: a row, or a number. */
typedef struct argument {
    row x;
    double number;
} argument;

/* A function of the language: evaluates to a new row. */
typedef row (*function)(rows *all, const argument *given);

/* How a function is found and how many bars it adds to the warm-up of its series arguments: `constant`, plus
 * per_argument[i] times number i, plus the slower of two numbers. */
typedef struct function_row {
    const char *name;
    function evaluate;
    int constant, per_argument[4];
    int slower; /* 0: none; 1: of numbers 1 and 2, after a series; 2: of numbers 0 and 1 */
} function_row;

/* The tables, one a file; each ends with a row without name. */
extern const function_row functions_arithmetic[], functions_windows[], functions_recursive[], functions_trend[],
    functions_charts[], functions_swings[], functions_regression[], functions_channels[], functions_oscillators[],
    functions_volume[];

/* Warm-ups that are no such sum: bars added, from the numbers by their places among the arguments. */
typedef struct warmup_row {
    const char *name;
    double (*added)(const double *number);
} warmup_row;

extern const warmup_row warmups_by_formula[];

const function_row *function_by_name(const char *name);

/* Trees. */
double number_of(const rows *all, const ts_expression *tree);
row row_of(rows *all, const ts_expression *tree);
size_t warmup_of(const rows *all, const ts_expression *tree);

/* Building blocks that several files use; n is a whole number of bars. */
row row_lag(rows *all, row x, double n);
row row_add(rows *all, row a, row b);
row row_subtract(rows *all, row a, row b);
row row_multiply(rows *all, row a, row b);
row row_divide(rows *all, row a, row b);
row row_ratio(rows *all, row a, row b);
row row_scale(rows *all, double factor, row x);
row row_absolute(rows *all, row x);
row row_typical(rows *all);
row row_mean(rows *all, row x, double n); /* sma */
row row_window_sum(rows *all, row x, double n);
row row_extreme(rows *all, row x, double n, int direction); /* +1 highest, -1 lowest */
row row_ema(rows *all, row x, double n);
row row_wilder(rows *all, row x, double n);
row row_true_range(rows *all);

#endif

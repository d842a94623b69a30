/* The table of the language's functions. The parser, the planner, the docs page, the tests and the benchmark loop over
 * it: a new function is one row here, and one kernel when no definition in terms of others will do. */
#ifndef TS_HOST_FUNCTIONS_H
#define TS_HOST_FUNCTIONS_H

#include "common/error.h"
#include "host/language/expression.h"

#include <stddef.h>

typedef struct ts_function_argument {
    const char *name;
    ts_type type;    /* TS_NUMBER, TS_SERIES or TS_SIGNAL */
    bool integer;    /* a NUMBER that must be whole */
    double min, max; /* bounds of a NUMBER, inclusive */
} ts_function_argument;

/* How a call becomes work. */
typedef enum ts_lowering {
    TS_BY_KERNEL,     /* the row kernel `kernel`: series arguments are its inputs, numbers its parameters */
    TS_BY_DEFINITION, /* `definition`, a text in this language over the argument names */
    TS_BY_DOUBLING,   /* highest and lowest: maxima of 2^k bars, combined */
    TS_BY_PREFIX,     /* sums of the last n values: differences of the prefix sum's parts, by `kernel` */
    TS_BY_CROSSING,   /* crossed_up and crossed_down: two masks and a shift */
    TS_BY_POSITION,   /* a position rule */
    TS_BY_FLOOR       /* a number rounded down, before the first bar */
} ts_lowering;

typedef struct ts_function {
    const char *name;
    ts_type result;
    int arguments;
    ts_function_argument argument[TS_ARGUMENTS_MAX];
    ts_lowering lowering;
    int kernel; /* ts_kernel of TS_BY_KERNEL, _DOUBLING and _PREFIX; ts_rule_kind of TS_BY_POSITION; +1 or -1 of
                   TS_BY_CROSSING */
    const char *definition;
    const char *group; /* heading of the reference page */
    const char *description;
    const char *source; /* where the formula comes from */
    bool internal;      /* used by definitions only: strategies cannot name it */
} ts_function;

typedef enum ts_rule_kind {
    TS_STOP_LOSS,
    TS_TAKE_PROFIT,
    TS_TRAILING_STOP,
    TS_TRAILING_STOP_ATR,
    TS_BARS_HELD
} ts_rule_kind;

extern const ts_function ts_functions[];
extern const int ts_function_count;

/* The row's number by name, -1 when there is none. */
int ts_function_find(const char *name);

/* The parsed definition of a TS_BY_DEFINITION row (NULL for others), after ts_functions_ready. */
const ts_expression *ts_function_definition(int function);

/* Parse all definitions, once; every ts_strategy_new has done it. From any thread. An error here is a bug in the table,
 * named by row. */
int ts_functions_ready(ts_error *error);

#endif

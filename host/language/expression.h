/* The syntax tree of the strategy language: what the parser makes and the planner reads. */
#ifndef TS_HOST_EXPRESSION_H
#define TS_HOST_EXPRESSION_H

#include <stdbool.h>

enum { TS_ARGUMENTS_MAX = 6 };

typedef enum ts_type {
    TS_NUMBER, /* known before the first bar: literals, parameters and their arithmetic */
    TS_SERIES, /* a value a bar, NaN where undefined */
    TS_SIGNAL, /* true or false a bar */
    TS_RULE    /* a condition on the open position; only in exits */
} ts_type;

typedef enum ts_expression_kind {
    TS_LITERAL,   /* number */
    TS_PARAMETER, /* index: which parameter of the strategy */
    TS_ARGUMENT,  /* index: which argument of the function whose definition this is */
    TS_PRICE,     /* index: a ts_column */
    TS_CALL,      /* index: a row of the function table; operand: its arguments */
    TS_ADD,       /* of numbers and series, down to TS_NEGATE */
    TS_SUBTRACT,
    TS_MULTIPLY,
    TS_DIVIDE,
    TS_NEGATE,
    TS_BELOW, /* < <= > >= of numbers and series: a signal */
    TS_AT_MOST,
    TS_ABOVE,
    TS_AT_LEAST,
    TS_AND,
    TS_OR,
    TS_NOT,
    TS_LAG /* operand[0] as it was operand[1] (a NUMBER) bars ago */
} ts_expression_kind;

/* `bars_held >= n` is a TS_CALL of the row bars_held with the one argument n. Trees share their nodes (two uses of a
 * `let` have the same operands); they live in the strategy's or the table's arena. */
typedef struct ts_expression {
    ts_expression_kind kind;
    ts_type type;
    int index;
    double number;
    int operands;
    const struct ts_expression *operand[TS_ARGUMENTS_MAX];
    int at;            /* column in the source text, from 1, for errors */
    int nodes, levels; /* of the tree written out in full; the parser keeps them under the limits below */
} ts_expression;

/* Limits of a tree with its `let`s written out: whoever walks one may recurse. */
enum { TS_NODES_MAX = 20000, TS_LEVELS_MAX = 256 };

#endif

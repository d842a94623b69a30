/* The rules of types: each function checks what it joins and adds one typed node to the arena. All return NULL with
 * TS_BAD_DATA naming the column `at` (or that of the operand at fault) and what was expected. */
#ifndef TS_HOST_TYPES_H
#define TS_HOST_TYPES_H

#include "host/language/parser.h"

typedef struct ts_builder {
    const ts_scope *scope;
    ts_arena *arena;
    ts_error *error;
} ts_builder;

/* A node as it is: one without operands, or a copy of one. */
const ts_expression *ts_build_leaf(const ts_builder *builder, const ts_expression *leaf);

/* `kind` is TS_NEGATE or TS_NOT; TS_ADD to TS_DIVIDE, a comparison, TS_AND or TS_OR; TS_LAG. */
const ts_expression *ts_build_unary(const ts_builder *builder, ts_expression_kind kind, int at, const ts_expression *a);
const ts_expression *ts_build_binary(const ts_builder *builder, ts_expression_kind kind, int at, const ts_expression *a,
                                     const ts_expression *b);
const ts_expression *ts_build_lag(const ts_builder *builder, int at, const ts_expression *series,
                                  const ts_expression *lag);

/* A call of row `function` with `count` arguments. */
const ts_expression *ts_build_call(const ts_builder *builder, int function, int at,
                                   const ts_expression *const *argument, int count);

/* The word bars_held, which becomes a rule when it is compared; and is this such a word left over? */
const ts_expression *ts_build_bars_held(const ts_builder *builder, int at);
bool ts_is_bars_held_word(const ts_expression *node);

/* "a number", "a series", "a condition", "a position rule". */
const char *ts_type_words(ts_type type);

#endif

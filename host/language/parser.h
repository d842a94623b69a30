/* From text to a typed syntax tree. Errors name the column (from 1) and what was expected. */
#ifndef TS_HOST_PARSER_H
#define TS_HOST_PARSER_H

#include "common/error.h"
#include "host/language/expression.h"

#include <stddef.h>

typedef struct ts_arena ts_arena; /* owns expression nodes; freed at once */
ts_arena *ts_arena_new(void);
void ts_arena_free(ts_arena *arena);

typedef struct ts_name {
    const char *name;
    const ts_expression *means; /* a PARAMETER or ARGUMENT node, or the tree of a `let` */
} ts_name;

typedef struct ts_scope {
    const ts_name *names;
    size_t count;
    bool internal; /* a definition of the table: internal functions may be called */
    bool rules;    /* an exit: position rules may stand here */
} ts_scope;

/* Parse `text` into a tree owned by `arena`. NULL with TS_BAD_DATA: "column 12: expected ...".
 * Position rules may stand only as operands of the `or`s at the top of an exit, alone or joined by `and` with signals. */
const ts_expression *ts_parse(const char *text, const ts_scope *scope, ts_arena *arena, ts_error *error);

#endif

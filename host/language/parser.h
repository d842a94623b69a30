/* From text to a typed syntax tree. Errors name the column (from 1) and what was expected.
 *
 *     or < and < not < comparison (one, not a chain) < + - < * / < unary - < x[lag] < number, name, call, ( )
 *
 * A number is accepted where a series is wanted. Functions without arguments may be called without parentheses. The
 * name of a parameter may end in an index (periods[0]); where the scope has such names, periods[0] is no look-back. */
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
    bool require;  /* a `require`: numbers are compared, and nothing that changes by the bar may stand here */
} ts_scope;

enum { TS_TEXT_MAX = 64 * 1024, TS_NESTING_MAX = 64 };

/* Parse `text` into a tree owned by `arena`. NULL with TS_BAD_DATA: "column 12: expected ...".
 * Position rules may stand only as operands of the `or`s at the top of an exit, alone or joined by `and` with signals.
 */
const ts_expression *ts_parse(const char *text, const ts_scope *scope, ts_arena *arena, ts_error *error);

#endif

/* The owner of expression nodes: they are added one by one and freed at once. */
#ifndef TS_HOST_ARENA_H
#define TS_HOST_ARENA_H

#include "host/language/parser.h"

/* A copy of `node` that lives as long as the arena, with `nodes` and `levels` counted from its operands. NULL: no
 * memory. */
ts_expression *ts_arena_add(ts_arena *arena, const ts_expression *node);

#endif

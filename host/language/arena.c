/* Nodes in blocks that never move, so that pointers to them stay good. */
#include "host/language/arena.h"

#include "common/memory.h"

#include <stdlib.h>

enum { BLOCK_NODES = 64 };

typedef struct block {
    struct block *before;
    int used;
    ts_expression node[BLOCK_NODES];
} block;

struct ts_arena {
    block *last;
};

ts_arena *ts_arena_new(void) { return ts_alloc(1, sizeof(ts_arena)); }

void ts_arena_free(ts_arena *arena)
{
    if (!arena) return;
    for (block *b = arena->last, *before; b; b = before) {
        before = b->before;
        free(b);
    }
    free(arena);
}

/* Saturates well above every limit: a `let` that doubles itself sixty times must not wrap around. */
static int add_nodes(int a, int b) { return a + b > 2 * TS_NODES_MAX ? 2 * TS_NODES_MAX : a + b; }

ts_expression *ts_arena_add(ts_arena *arena, const ts_expression *node)
{
    block *b = arena->last;
    if (!b || b->used == BLOCK_NODES) {
        b = ts_alloc(1, sizeof *b);
        if (!b) return NULL;
        b->before = arena->last;
        arena->last = b;
    }
    ts_expression *copy = &b->node[b->used++];
    *copy = *node;
    copy->nodes = copy->levels = 1;
    for (int i = 0; i < copy->operands; i++) {
        const ts_expression *operand = copy->operand[i];
        copy->nodes = add_nodes(copy->nodes, operand->nodes);
        if (copy->levels <= operand->levels) copy->levels = operand->levels + 1;
    }
    return copy;
}

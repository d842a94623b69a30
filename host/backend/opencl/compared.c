#include "host/backend/opencl/compared.h"

#include "common/memory.h"

#include <stdlib.h>

static int by_row_and_lag(const void *a, const void *b)
{
    const ts_source *x = a, *y = b;
    if (x->row != y->row) return x->row < y->row ? -1 : 1;
    return (x->lag > y->lag) - (x->lag < y->lag);
}

int ts_cl_compared_make(const ts_mask_node *mask, const bool *needed, size_t masks, ts_cl_compared *compared,
                        ts_error *error)
{
    ts_source *source = ts_alloc(2 * masks + 1, sizeof *source);
    size_t all = 0, distinct = 0;
    *compared = (ts_cl_compared){source, 0};
    if (!source) return ts_no_memory(error, "the layout of a batch");
    for (size_t i = 0; i < masks; i++) {
        const ts_mask_key *key = &mask[i].key;
        if (!needed[i] || key->kind > TS_MASK_UP) continue;
        source[all++] = key->row[0];
        if (key->kind != TS_MASK_DEFINED) source[all++] = key->row[1];
    }
    qsort(source, all, sizeof *source, by_row_and_lag);
    for (size_t i = 0; i < all; i++)
        if (!distinct || by_row_and_lag(&source[distinct - 1], &source[i])) source[distinct++] = source[i];
    compared->count = distinct;
    return 0;
}

void ts_cl_compared_clear(ts_cl_compared *compared)
{
    free(compared->source);
    *compared = (ts_cl_compared){0};
}

size_t ts_cl_compared_find(const ts_cl_compared *compared, ts_source source)
{
    const ts_source *found = bsearch(&source, compared->source, compared->count, sizeof source, by_row_and_lag);
    return (size_t)(found - compared->source);
}

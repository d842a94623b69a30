/* Which rows the masks of a batch compare with others, each lag of a row for itself. */
#ifndef TS_HOST_OPENCL_COMPARED_H
#define TS_HOST_OPENCL_COMPARED_H

#include "host/plan/dag.h"

typedef struct ts_cl_compared {
    ts_source *source; /* in order of row and lag */
    size_t count;
} ts_cl_compared;

/* Of those masks that are needed. */
int ts_cl_compared_make(const ts_mask_node *mask, const bool *needed, size_t masks, ts_cl_compared *compared,
                        ts_error *error);
void ts_cl_compared_clear(ts_cl_compared *compared);

/* The number of a source that is among them. */
size_t ts_cl_compared_find(const ts_cl_compared *compared, ts_source source);

#endif

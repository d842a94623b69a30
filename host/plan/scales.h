/* Which rows share a scale of levels (kernels/levels.h): those that cross one another by levels, directly or through
 * others. */
#ifndef TS_HOST_SCALES_H
#define TS_HOST_SCALES_H

#include "host/plan/dag.h"

/* Number the scales: scale[m], by mask of the plan, for each DEFINED mask m (the rest are -1). Returns how many scales
 * there are. */
size_t ts_scales_number(const ts_mask_node *masks, size_t count, int32_t *scale);

#endif

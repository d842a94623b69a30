/* Union of the DEFINED masks of each crossing; a class is named by one of its masks until all are numbered. */
#include "host/plan/scales.h"

static int32_t find(int32_t *parent, int32_t mask)
{
    while (parent[mask] != mask) mask = parent[mask] = parent[parent[mask]];
    return mask;
}

size_t ts_scales_number(const ts_mask_node *masks, size_t count, int32_t *scale)
{
    for (size_t m = 0; m < count; m++) scale[m] = (int32_t)m;
    for (size_t m = 0; m < count; m++)
        if (masks[m].key.kind == TS_MASK_UP && ts_crosses_by_levels(masks, (int32_t)m)) {
            int32_t a = find(scale, masks[m].key.mask[0]), b = find(scale, masks[m].key.mask[1]);
            if (a < b) scale[b] = a;
            else scale[a] = b;
        }
    /* A class is named by its lowest mask, so every parent stands before its children. */
    size_t scales = 0;
    for (size_t m = 0; m < count; m++)
        if (masks[m].key.kind != TS_MASK_DEFINED) scale[m] = -1;
        else if (scale[m] == (int32_t)m) scale[m] = (int32_t)scales++;
        else scale[m] = scale[scale[m]];
    return scales;
}

/* Volume profiles of all windows that end at a bar: they are nested, and a bar is added once for all of them. */
#include "kernels/cpu.h"
#include "kernels/functions/profile.h"

/* All rows at LANES bars. `price` and `volume` point at their newest values; row[0..count) are in the order of n. */
TS_INLINE void ts_volume_profiles(const double *price, const double *volume, const ts_row *const *row, size_t count,
                                  size_t bar)
{
    profile_bins bins = {{0}};
    vd newest;
    profile p = profile_begin(price, &newest);
    vd limit = p.width * v_set(PROFILE_LIMIT);
    size_t next = 0;
    for (size_t n = 1; next < count; n++) {
        profile_add(&p, bins, v_load(price + 1 - n), v_load(volume + 1 - n), newest, limit);
        for (; next < count && row[next]->parameter[0] == (double)n; next++)
            v_store(row[next]->out + bar, profile_value(&p, bins, row[next]->parameter[1]));
    }
}

/* A set of times as ranges, each with its first moment and without its end, in order and apart from each other. It
 * stays small: of too many ranges the two that are closest become one, so that a set may hold more than was added. */
#ifndef TS_DATA_OUTLET_RANGES_H
#define TS_DATA_OUTLET_RANGES_H

#include "common/error.h"

#include <stddef.h>
#include <stdint.h>

enum { TS_RANGES_MOST = 256 };

typedef struct ts_range {
    int64_t from_ms, to_ms;
} ts_range;

typedef struct ts_ranges {
    ts_range *range; /* freed by ts_ranges_clear */
    size_t count;
} ts_ranges;

/* -1: no memory; the set is as it was. An empty range changes nothing. */
int ts_ranges_add(ts_ranges *set, int64_t from_ms, int64_t to_ms, ts_error *error);

/* Take the times from `from_ms` to `to_ms` out of the first range, which begins at `from_ms`. */
void ts_ranges_shorten(ts_ranges *set, int64_t from_ms, int64_t to_ms);

void ts_ranges_clear(ts_ranges *set);

#endif

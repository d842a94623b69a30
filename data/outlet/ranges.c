#include "data/outlet/ranges.h"

#include "common/memory.h"

#include <stdlib.h>
#include <string.h>

static void remove_at(ts_ranges *set, size_t at, size_t count)
{
    set->count -= count;
    memmove(set->range + at, set->range + at + count, (set->count - at) * sizeof *set->range);
}

/* Join the two with the shortest way between them. */
static void join_closest(ts_ranges *set)
{
    size_t closest = 0;
    int64_t shortest = INT64_MAX;
    for (size_t i = 0; i + 1 < set->count; i++) {
        int64_t between = set->range[i + 1].from_ms - set->range[i].to_ms;
        if (between < shortest) shortest = between, closest = i;
    }
    set->range[closest].to_ms = set->range[closest + 1].to_ms;
    remove_at(set, closest + 1, 1);
}

int ts_ranges_add(ts_ranges *set, int64_t from_ms, int64_t to_ms, ts_error *error)
{
    if (from_ms >= to_ms) return 0;
    if (!set->range && !(set->range = ts_alloc(TS_RANGES_MOST + 1, sizeof *set->range)))
        return ts_no_memory(error, "ranges of candles");
    size_t first = 0, after;
    while (first < set->count && set->range[first].to_ms < from_ms) first++;
    for (after = first; after < set->count && set->range[after].from_ms <= to_ms; after++) {
        if (set->range[after].from_ms < from_ms) from_ms = set->range[after].from_ms;
        if (set->range[after].to_ms > to_ms) to_ms = set->range[after].to_ms;
    }
    if (after == first) {
        memmove(set->range + first + 1, set->range + first, (set->count - first) * sizeof *set->range);
        set->count++;
    } else remove_at(set, first + 1, after - first - 1);
    set->range[first] = (ts_range){from_ms, to_ms};
    if (set->count > TS_RANGES_MOST) join_closest(set);
    return 0;
}

void ts_ranges_shorten(ts_ranges *set, int64_t from_ms, int64_t to_ms)
{
    if (!set->count || set->range[0].from_ms != from_ms) return;
    set->range[0].from_ms = to_ms;
    if (to_ms >= set->range[0].to_ms) remove_at(set, 0, 1);
}

void ts_ranges_clear(ts_ranges *set)
{
    free(set->range);
    *set = (ts_ranges){0};
}

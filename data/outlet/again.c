#include "data/outlet/again.h"

#include <string.h>

static void remove_at(ts_ranges *set, size_t at)
{
    set->count--;
    memmove(set->range + at, set->range + at + 1, (set->count - at) * sizeof *set->range);
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
    remove_at(set, closest + 1);
}

int ts_again_add(ts_ranges *again, ts_range range, ts_error *error)
{
    if (ts_ranges_add(again, range, error)) return -1;
    if (again->count > TS_AGAIN_MOST) join_closest(again);
    return 0;
}

void ts_again_shorten(ts_ranges *again, int64_t from_ms, int64_t to_ms)
{
    if (!again->count || again->range[0].from_ms != from_ms) return;
    again->range[0].from_ms = to_ms;
    if (to_ms >= again->range[0].to_ms) remove_at(again, 0);
}

#include "ingest/number_spans.h"

#include <string.h>

ts_hole ts_number_spans_hole(const ts_number_spans *spans, size_t upper)
{
    int64_t below = spans->span[upper - 1].last_us, above = spans->span[upper].first_us;
    return below < above ? (ts_hole){below, above} : (ts_hole){above, below};
}

void ts_number_spans_forget(ts_number_spans *spans, size_t lowest)
{
    if (!lowest) return;
    spans->forgetful = true;
    spans->forgotten = spans->span[lowest - 1].last;
    spans->count -= lowest;
    memmove(spans->span, spans->span + lowest, spans->count * sizeof *spans->span);
    spans->span[0].told = false;
}

static void join(ts_number_spans *spans, size_t lower)
{
    ts_number_span *span = &spans->span[lower];
    span[0].last = span[1].last;
    span[0].last_us = span[1].last_us;
    spans->count--;
    memmove(span + 1, span + 2, (spans->count - lower - 1) * sizeof *span);
}

/* A span of its own before span[at]. */
static ts_seen insert(ts_number_spans *spans, size_t at, uint64_t number, int64_t time_us, ts_hole *hole)
{
    ts_seen seen = TS_SEEN_NEW;
    if (spans->count == TS_NUMBER_SPANS) {
        if (at == 0) return TS_SEEN_UNKNOWN;
        *hole = ts_number_spans_hole(spans, 1);
        ts_number_spans_forget(spans, 1);
        at--;
        seen = TS_SEEN_CROWDED;
    }
    memmove(&spans->span[at + 1], &spans->span[at], (spans->count - at) * sizeof *spans->span);
    spans->span[at] = (ts_number_span){number, number, time_us, time_us, false};
    spans->count++;
    if (at + 1 < spans->count) spans->span[at + 1].told = false;
    return seen;
}

ts_seen ts_number_spans_add(ts_number_spans *spans, uint64_t number, int64_t time_us, ts_hole *hole)
{
    size_t at = spans->count; /* the first span above the number; the newest is looked at first */
    if (spans->forgetful && number <= spans->forgotten) return TS_SEEN_UNKNOWN;
    while (at > 0 && spans->span[at - 1].first > number) at--;
    if (at > 0 && number <= spans->span[at - 1].last) return TS_SEEN_BEFORE;
    bool above_lower = at > 0 && number == spans->span[at - 1].last + 1;
    bool below_upper = at < spans->count && number + 1 == spans->span[at].first;
    if (above_lower) {
        spans->span[at - 1].last = number;
        spans->span[at - 1].last_us = time_us;
    } else if (below_upper) {
        spans->span[at].first = number;
        spans->span[at].first_us = time_us;
    } else return insert(spans, at, number, time_us, hole);
    if (above_lower && below_upper) join(spans, at - 1);
    return TS_SEEN_NEW;
}

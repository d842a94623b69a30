/* --windows: searching the last week, the last month and so on of a series, each for itself but side by side. */
#ifndef TS_SERVICES_TRADESTREAM_DISCOVER_WINDOWS_H
#define TS_SERVICES_TRADESTREAM_DISCOVER_WINDOWS_H

#include "host/study/study.h"

/* Windows in the order in which they were said: lengths in milliseconds up to the last bar, or times of their first
 * bars.
 */
typedef struct ts_spans {
    int64_t ms[TS_STUDY_WINDOWS_MOST];
    bool starts;  /* times */
    size_t count; /* 0: the whole of every series */
} ts_spans;

/* "1d,7d,30d", or "2024-01-01,2024-02-01". TS_USAGE names the part that is wrong and what it may be. */
int ts_spans_parse(const char *text, ts_spans *spans, ts_error *error);

/* A window of a market, to be freed as a market; NULL when the market begins later, which is
 * TS_BAD_DATA. */
ts_market *ts_spans_window(const ts_spans *spans, size_t which, const ts_market *market, ts_error *error);

#endif

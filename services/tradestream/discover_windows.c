#include "services/tradestream/discover_windows.h"

#include "common/clock.h"
#include "common/duration.h"

#include <string.h>

static int add(ts_spans *spans, const char *part, size_t size, ts_error *error)
{
    int64_t ms;
    if (!ts_duration_parse(part, size, &ms) || !ms)
        return ts_fail(error, TS_USAGE, "'%.*s': expected " TS_DURATION_EXAMPLES, (int)(size < 40 ? size : 40), part);
    for (size_t i = 0; i < spans->count; i++)
        if (spans->ms[i] == ms) return ts_fail(error, TS_USAGE, "%.*s is given twice", (int)size, part);
    if (spans->count == TS_STUDY_WINDOWS_MOST)
        return ts_fail(error, TS_USAGE, "at most %d windows are expected", TS_STUDY_WINDOWS_MOST);
    spans->ms[spans->count++] = ms;
    return 0;
}

int ts_spans_parse(const char *text, ts_spans *spans, ts_error *error)
{
    *spans = (ts_spans){.count = 0};
    for (const char *part = text, *end;; part = end + 1) {
        end = part + strcspn(part, ",");
        if (add(spans, part, (size_t)(end - part), error)) return -1;
        if (!*end) return 0;
    }
}

ts_market *ts_spans_window(const ts_spans *spans, size_t which, const ts_market *market, ts_error *error)
{
    size_t first = ts_market_first(market), last = first + ts_market_bars(market) - 1;
    int64_t begin = ts_market_time(market, first);
    int64_t from = ts_market_time(market, last) + ts_market_interval(market) - spans->ms[which];
    if (from >= begin) return ts_market_window(market, from, INT64_MAX, 1, error);
    char wanted[TS_TIME_TEXT], found[TS_TIME_TEXT], length[TS_DURATION_TEXT];
    ts_fail(error, TS_BAD_DATA, "the last %s begin at %s, the candles at %s",
            ts_duration_text(spans->ms[which], length), ts_time_text(from, wanted), ts_time_text(begin, found));
    return NULL;
}

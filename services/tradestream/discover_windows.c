#include "services/tradestream/discover_windows.h"

#include "common/clock.h"
#include "common/duration.h"

#include <string.h>

/* A length, or a time where the first part was one. */
static bool parse(const char *part, size_t size, bool first, int64_t *ms, bool *starts)
{
    char text[TS_TIME_TEXT];
    ts_error none = {0};
    if ((first || !*starts) && ts_duration_parse(part, size, ms)) return *ms > 0;
    if ((!first && !*starts) || size >= sizeof text) return false;
    *starts = true;
    memcpy(text, part, size);
    text[size] = '\0';
    return !ts_time_parse(text, ms, &none);
}

static int add(ts_spans *spans, const char *part, size_t size, ts_error *error)
{
    int64_t ms;
    if (!parse(part, size, !spans->count, &ms, &spans->starts))
        return ts_fail(error, TS_USAGE, "'%.*s': expected " TS_DURATION_EXAMPLES ", or a time for every window",
                       (int)(size < 40 ? size : 40), part);
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
    int64_t end = ts_market_time(market, last) + ts_market_interval(market);
    int64_t from = spans->starts ? spans->ms[which] : end - spans->ms[which];
    if (from >= begin) return ts_market_window(market, from, INT64_MAX, 1, error);
    char wanted[TS_TIME_TEXT], found[TS_TIME_TEXT], length[TS_DURATION_TEXT];
    ts_time_text(from, wanted), ts_time_text(begin, found);
    if (spans->starts) ts_fail(error, TS_BAD_DATA, "the window begins at %s, the candles at %s", wanted, found);
    else
        ts_fail(error, TS_BAD_DATA, "the last %s begin at %s, the candles at %s",
                ts_duration_text(spans->ms[which], length), wanted, found);
    return NULL;
}

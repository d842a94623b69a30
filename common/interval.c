#include "common/interval.h"

#include <string.h>

static const struct {
    const char *text;
    int64_t ms;
} intervals[] = {{"1m", 60000},    {"3m", 180000},    {"5m", 300000},   {"15m", 900000},
                 {"30m", 1800000}, {"1h", 3600000},   {"2h", 7200000},  {"4h", 14400000},
                 {"6h", 21600000}, {"12h", 43200000}, {"1d", 86400000}, {"1w", 604800000}};

enum { INTERVALS = sizeof intervals / sizeof *intervals };

int ts_interval_parse(const char *text, int64_t *interval_ms, ts_error *error)
{
    for (int i = 0; i < INTERVALS; i++) {
        if (strcmp(text, intervals[i].text)) continue;
        *interval_ms = intervals[i].ms;
        return 0;
    }
    return ts_fail(error, TS_USAGE,
                   "'%.40s' is not an interval: expected one of 1m 3m 5m 15m 30m 1h 2h 4h 6h 12h 1d 1w", text);
}

const char *ts_interval_text(int64_t interval_ms)
{
    for (int i = 0; i < INTERVALS; i++)
        if (interval_ms == intervals[i].ms) return intervals[i].text;
    return NULL;
}

double ts_interval_bars_per_year(int64_t interval_ms) { return 365.0 * 86400000.0 / (double)interval_ms; }

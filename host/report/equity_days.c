#include "host/report/equity_days.h"

#include "common/memory.h"

#include <stdlib.h>

static const int64_t DAY_MS = 86400000;

static int64_t day_of(int64_t time_ms)
{
    int64_t into = time_ms % DAY_MS;
    return time_ms - (into < 0 ? into + DAY_MS : into);
}

int ts_equity_days_of(const ts_portrait *portrait, ts_equity_days *days, ts_error *error)
{
    size_t bars = portrait->curve.bars;
    double peak = 1;
    *days = (ts_equity_days){.day = ts_alloc(bars + 1, sizeof *days->day)};
    if (!days->day) return ts_no_memory(error, "a curve by days");
    for (size_t i = 0; i < bars; i++) {
        double equity = portrait->curve.equity[i];
        int64_t date = day_of(portrait->time[i]);
        if (equity > peak) peak = equity;
        if (!days->count || days->day[days->count - 1].date_ms != date) days->count++;
        days->day[days->count - 1] = (ts_equity_day){date, equity, 1 - equity / peak};
    }
    return 0;
}

void ts_equity_days_clear(ts_equity_days *days)
{
    free(days->day);
    *days = (ts_equity_days){0};
}

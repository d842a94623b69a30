/* A curve of equity by the day: what a database keeps of it. */
#ifndef TS_HOST_EQUITY_DAYS_H
#define TS_HOST_EQUITY_DAYS_H

#include "host/report/portrait.h"

typedef struct ts_equity_day {
    int64_t date_ms; /* 00:00 UTC */
    double equity;   /* at the day's last close; 1 before the first bar */
    double drawdown; /* there: fall from the highest close so far, 0 to 1 */
} ts_equity_day;

typedef struct ts_equity_days {
    ts_equity_day *day; /* ascending; days without bars are missing */
    size_t count;
} ts_equity_days;

/* Of a portrait's curve; freed with ts_equity_days_clear. */
int ts_equity_days_of(const ts_portrait *portrait, ts_equity_days *days, ts_error *error);
void ts_equity_days_clear(ts_equity_days *days);

#endif

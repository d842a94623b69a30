/* Candle intervals: 1m 3m 5m 15m 30m 1h 2h 4h 6h 12h 1d 1w and nothing else, as milliseconds inside. */
#ifndef TS_COMMON_INTERVAL_H
#define TS_COMMON_INTERVAL_H

#include "common/error.h"

#include <stdint.h>

/* "1m" to 60000. TS_USAGE names what is accepted. */
int ts_interval_parse(const char *text, int64_t *interval_ms, ts_error *error);

/* 60000 to "1m"; NULL when it is none of the intervals. */
const char *ts_interval_text(int64_t interval_ms);

/* Bars a year in a market that never closes: 525,600 for one minute, 365 for a day. */
double ts_interval_bars_per_year(int64_t interval_ms);

#endif

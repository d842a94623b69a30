/* What every candle and every series of candles must hold, wherever it comes from. */
#ifndef TS_DATA_CANDLES_CANDLE_RULES_H
#define TS_DATA_CANDLES_CANDLE_RULES_H

#include "host/series/series.h"

/* The time within 1900 .. 2200, prices within 1e-18 .. 1e15, low <= open, close <= high, volume within 0 .. 1e24.
 * TS_BAD_DATA says what is wrong with it. */
int ts_candle_check(const ts_candle *candle, ts_error *error);

/* Settle the series' interval: the most frequent step between its bars, which must be one of the intervals and equal
 * `said_ms` if that is not 0. Then every step must be a whole number of intervals; from 4h on an hour of local time,
 * and in a weekly series the day of the week, is forgiven. TS_BAD_DATA. */
int ts_series_settle_interval(ts_series *series, int64_t said_ms, ts_error *error);

/* Every step must be a whole number of the series' intervals, with the same exceptions. TS_BAD_DATA. */
int ts_series_check_steps(const ts_series *series, ts_error *error);

/* All of it for candles from a file that could be damaged: each candle, and times that increase. */
int ts_series_check(const ts_series *series, ts_error *error);

#endif

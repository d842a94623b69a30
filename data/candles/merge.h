/* Two series of the same candles as one. Rows that both hold must be equal, unless it is said which count: TS_BAD_DATA
 * names the first that differs. */
#ifndef TS_DATA_CANDLES_MERGE_H
#define TS_DATA_CANDLES_MERGE_H

#include "host/series/series.h"

/* Append the rows of both in order of time to `both`, and the rows of `b` that `a` does not hold to `news`; either may
 * be NULL. */
int ts_series_merge(const ts_series *a, const ts_series *b, ts_series *both, ts_series *news, ts_error *error);

/* Append the rows of both in order of time to the empty `into`; of rows of one time those of `over` count. */
int ts_series_overlay(const ts_series *under, const ts_series *over, ts_series *into, ts_error *error);

/* Add the rows of `more` to `series`, which may be empty and then takes all over; `more` may be emptied. */
int ts_series_join(ts_series *series, ts_series *more, ts_error *error);

#endif

/* A series: the candles of one symbol at one interval, in columns, oldest first. A plain type: data/ fills it. */
#ifndef TS_HOST_SERIES_H
#define TS_HOST_SERIES_H

#include "common/error.h"
#include "common/fingerprint.h"
#include "common/symbol.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum ts_column { TS_OPEN, TS_HIGH, TS_LOW, TS_CLOSE, TS_VOLUME, TS_COLUMNS } ts_column;

enum { TS_BARS_LIMIT = 100000000 }; /* of one series: 190 years of minutes */

typedef struct ts_candle {
    int64_t time; /* bar open, milliseconds since 1970 UTC */
    double value[TS_COLUMNS];
} ts_candle;

typedef struct ts_series {
    char exchange[32], symbol[TS_SYMBOL_TEXT];
    int64_t interval_ms;
    bool synthetic; /* made by `data generate`; said wherever results are shown */
    size_t bars, capacity;
    int64_t *time;              /* strictly increasing */
    double *column[TS_COLUMNS]; /* finite; prices > 0, low <= open, close <= high, volume >= 0 */
} ts_series;

void ts_series_clear(ts_series *series); /* free the columns */
int ts_series_reserve(ts_series *series, size_t bars, ts_error *error);
int ts_series_append(ts_series *series, const ts_candle *candle, ts_error *error);
ts_candle ts_series_candle(const ts_series *series, size_t bar);

/* The first bar whose time is not before `time_ms`; series->bars when there is none. */
size_t ts_series_find(const ts_series *series, int64_t time_ms);

/* Copy the bars [from, to) into the empty series `into`, with the names. */
int ts_series_copy(const ts_series *series, size_t from, size_t to, ts_series *into, ts_error *error);

/* Where bars are missing: consecutive bars further apart than the interval. */
typedef struct ts_gaps {
    size_t gaps, missing, longest; /* places, bars absent in all, bars of the longest place */
    size_t zero_volume;            /* bars with volume 0 */
    int64_t longest_after_ms;      /* time of the bar before the longest place */
} ts_gaps;
ts_gaps ts_series_gaps(const ts_series *series);

/* How many bars are missing between a bar and the next; 0 after the last. Rounded, because some sources stamp days and
 * weeks in local time, and a step over a change of the clocks is an hour off. */
size_t ts_series_missing_after(const ts_series *series, size_t bar);

/* Insert flat bars (open = high = low = close = previous close, volume 0) where bars are missing. */
int ts_series_fill_gaps(ts_series *series, ts_error *error);

/* XXH3-128 over symbol, interval and the bars [from, to): times, then the five columns, little-endian. */
void ts_series_fingerprint(const ts_series *series, size_t from, size_t to, char text[TS_FINGERPRINT_TEXT]);

#endif

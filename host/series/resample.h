/* Longer bars made of shorter ones: hours of minutes, days of hours. */
#ifndef TS_HOST_RESAMPLE_H
#define TS_HOST_RESAMPLE_H

#include "host/series/series.h"

/* Whether bars of one interval make whole bars of the other: a longer one that it divides. */
bool ts_interval_divides(int64_t interval_ms, int64_t longer_ms);

/* Where the bar of an interval that holds `time_ms` opens: at whole multiples since 1970 UTC; weeks on Mondays. */
int64_t ts_interval_open(int64_t time_ms, int64_t interval_ms);

typedef struct ts_resampling {
    int64_t interval_ms;    /* of the bars to make; the series' own, or one that it divides */
    int64_t from_ms, to_ms; /* the opens of the bars to make: from `from_ms`, before `to_ms` */
    size_t most;            /* bars to make at most; 0: all */
    bool partial;           /* the newest bar, too, when the series ends within it */
} ts_resampling;

/* Make longer bars into the empty `into`, with the names. Each is the open of its first bar, the highest high, the
 * lowest low, the close of its last, and the plain sum of the volumes in order. Bars that are missing within are
 * ignored; where all are missing there is no bar. A bar is whole when the series has a bar at its last place or later.
 * *whole, which may be NULL, tells how many of the bars are: all, or all but the last. TS_USAGE when the intervals do
 * not divide. */
int ts_series_resample(const ts_series *series, const ts_resampling *how, ts_series *into, size_t *whole,
                       ts_error *error);

#endif

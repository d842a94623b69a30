/* Confidence intervals of the Sharpe ratio and of the maximum drawdown by the stationary bootstrap: Politis & Romano,
 * The Stationary Bootstrap (1994). A resample is made of blocks of the series that begin anywhere, with lengths that
 * are geometric, and wrap around its end.
 *
 * The series is cut into at most TS_BOOTSTRAP_CELLS cells of equally many bars (the last may be shorter), and blocks
 * are made of whole cells; up to that many bars a cell is a bar, and the method the published one. What a cell
 * contributes to mean, deviation and drawdown is exact to the bar, so that a resample costs O(cells) whatever the bars.
 */
#ifndef TS_HOST_BOOTSTRAP_H
#define TS_HOST_BOOTSTRAP_H

#include "common/error.h"
#include "common/threads.h"

#include <stddef.h>
#include <stdint.h>

enum { TS_BOOTSTRAP_CELLS = 8192, TS_MOST_RESAMPLES = 1000000 };

typedef struct ts_bootstrap_settings {
    size_t resamples;  /* 2 to TS_MOST_RESAMPLES; 1,000 by default */
    double confidence; /* of the interval, between 0 and 1; 0.9 by default */
    double block;      /* mean length of a block in bars, 1 or more; 0, the default: chosen from the series */
    double risk_free;  /* per bar */
    uint64_t key;      /* of the random numbers */
} ts_bootstrap_settings;

extern const ts_bootstrap_settings ts_bootstrap_defaults;

typedef struct ts_interval {
    double low, high;
} ts_interval;

typedef struct ts_bootstrap {
    double sharpe;                                  /* of the series, per bar */
    double drawdown;                                /* the largest, from 0 to 1 */
    ts_interval sharpe_interval, drawdown_interval; /* percentiles of the resamples, equally much left at either end */
    double block;                                   /* mean length of the blocks, in bars */
    size_t cell;                                    /* bars of a cell */
} ts_bootstrap;

/* From n bar returns, each -1 or above. A resample without variation counts with a Sharpe ratio of 0; where the series
 * has none, or n < 2, everything about the Sharpe ratio is NaN, and everything is at n = 0. `threads` may be NULL; the
 * result does not depend on it. TS_USAGE for settings out of range; TS_BAD_DATA names a bar whose return cannot be. */
int ts_bootstrap_run(const double *returns, size_t n, const ts_bootstrap_settings *settings, ts_threads *threads,
                     ts_bootstrap *result, ts_error *error);

/* The mean block length that is best for the variance of the mean of a series: Politis & White, Automatic Block-Length
 * Selection for the Dependent Bootstrap (2004), as corrected by Patton, Politis & White (2009), for the stationary
 * bootstrap. From 1 to min(3 sqrt(n), n / 3); 1 for a series that does not vary or is shorter than 20; -1 with an error
 * when there is no memory. */
double ts_bootstrap_block(const double *series, size_t n, ts_error *error);

#endif

/* How fast one core of this machine reads its L2 cache: the limit of any engine that compares two rows of doubles. */
#ifndef TS_BENCH_CACHE_LIMIT_H
#define TS_BENCH_CACHE_LIMIT_H

#include "bench/stopwatch.h"
#include "common/error.h"

typedef struct ts_cache_limit ts_cache_limit;

/* Two rows of doubles that together take half of the L2 cache. */
ts_cache_limit *ts_cache_limit_new(ts_error *error);
void ts_cache_limit_free(ts_cache_limit *limit);

/* Read both rows over and over for `seconds`: returns the pairs of doubles read, and the time in *lap. A pair stands
 * for a genome-bar that costs one load from each of two rows. */
double ts_cache_limit_measure(ts_cache_limit *limit, double seconds, ts_lap *lap);

#endif

/* Two clocks at once: wall time, and the processor time of this process, which does not count what others take. */
#ifndef TS_BENCH_STOPWATCH_H
#define TS_BENCH_STOPWATCH_H

#include <stddef.h>

typedef struct ts_lap {
    double wall, cpu; /* seconds */
} ts_lap;

/* Both clocks now; and the time since an earlier reading. */
ts_lap ts_stopwatch(void);
ts_lap ts_stopwatch_since(ts_lap start);

/* The middle of `count` values (the mean of the two middle ones); NaN of none. Sorts them. */
double ts_median(double *value, size_t count);

#endif

/* Clocks and the median. */
#define _POSIX_C_SOURCE 200809L
#include "bench/stopwatch.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

static double seconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

ts_lap ts_stopwatch(void) { return (ts_lap){seconds(CLOCK_MONOTONIC), seconds(CLOCK_PROCESS_CPUTIME_ID)}; }

ts_lap ts_stopwatch_since(ts_lap start)
{
    ts_lap now = ts_stopwatch();
    return (ts_lap){now.wall - start.wall, now.cpu - start.cpu};
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double ts_median(double *value, size_t count)
{
    if (!count) return NAN;
    qsort(value, count, sizeof *value, by_value);
    return count % 2 ? value[count / 2] : (value[count / 2 - 1] + value[count / 2]) / 2;
}

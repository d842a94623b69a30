/* Functions that read the last n values anew at each bar, `row` pointing at the current ones. */
#include "kernels/vocabulary.h"

/* Mean distance from `mean`, newest first. Undefined values make the sum so. */
TS_INLINE vd ts_mean_deviation(const TS_GLOBAL double *row, const TS_GLOBAL double *mean, size_t n)
{
    vd centre = v_load(mean), sum = v_set(0);
    for (size_t i = 0; i < n; i++) sum = sum + v_abs(v_load(row - i) - centre);
    return sum / v_set((double)n);
}

/* Mean of n values in which the oldest and the newest weigh half: the trapezoidal rule over their steps. */
TS_INLINE vd ts_trapezoid(const TS_GLOBAL double *row, const TS_GLOBAL double *unused, size_t n)
{
    (void)unused;
    vd sum = v_load(row) + v_load(row - 1);
    for (size_t i = 1; i + 1 < n; i++) sum = sum + (v_load(row - i) + v_load(row - i - 1));
    return sum / v_set((double)(2 * (n - 1)));
}

/* Bars since the extreme of the window, the latest of equals. */
TS_INLINE vd bars_since(const TS_GLOBAL double *row, size_t n, double way)
{
    vd best = v_load(row) * v_set(way), age = v_set(0);
    vm undefined = v_undefined(best);
    for (size_t i = 1; i < n; i++) {
        vd x = v_load(row - i) * v_set(way);
        vm further = v_gt(x, best);
        best = v_select(further, x, best);
        age = v_select(further, v_set((double)i), age);
        undefined = m_or(undefined, v_undefined(x));
    }
    return v_select(undefined, v_nan(), age);
}

TS_INLINE vd ts_bars_since_highest(const TS_GLOBAL double *row, const TS_GLOBAL double *unused, size_t n)
{
    return (void)unused, bars_since(row, n, 1);
}

TS_INLINE vd ts_bars_since_lowest(const TS_GLOBAL double *row, const TS_GLOBAL double *unused, size_t n)
{
    return (void)unused, bars_since(row, n, -1);
}

/* Mean, deviation, skewness and kurtosis of bar returns. */
#ifndef TS_HOST_MOMENTS_H
#define TS_HOST_MOMENTS_H

#include <stddef.h>

/* Undefined is NaN: everything of no values; all but the mean of one; skewness and kurtosis of equal ones. */
typedef struct ts_moments {
    double mean;
    double deviation; /* of the sample: by n - 1 */
    double skewness;  /* m3 / m2^1.5, by n */
    double kurtosis;  /* m4 / m2^2, by n; 3 for normal returns */
} ts_moments;

/* Two passes. */
ts_moments ts_moments_of(const double *values, size_t n);

/* Mean over deviation; NaN where either is undefined or nothing varies. Per bar, without a risk-free rate. */
double ts_moments_sharpe(const ts_moments *moments);

#endif

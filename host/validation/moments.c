#include "host/validation/moments.h"

#include <math.h>
#include <stdbool.h>

/* Sums are taken over runs of RUN values, then over the runs: always in this order, and the error of a million values
 * stays that of a few thousand additions. */
enum { RUN = 1024 };

typedef struct powers {
    double second, third, fourth;
} powers;

static double mean_of(const double *values, size_t n)
{
    double total = 0;
    for (size_t from = 0; from < n; from += RUN) {
        double sum = 0;
        for (size_t i = from; i < n && i < from + RUN; i++) sum += values[i];
        total += sum;
    }
    return total / (double)n;
}

static powers central(const double *values, size_t n, double mean)
{
    powers total = {0};
    for (size_t from = 0; from < n; from += RUN) {
        powers sum = {0};
        for (size_t i = from; i < n && i < from + RUN; i++) {
            double off = values[i] - mean, square = off * off;
            sum.second += square;
            sum.third += square * off;
            sum.fourth += square * square;
        }
        total.second += sum.second;
        total.third += sum.third;
        total.fourth += sum.fourth;
    }
    return total;
}

/* The mean of equal values may be rounded, and would then seem to leave a deviation. */
static bool all_equal(const double *values, size_t n)
{
    size_t i = 1;
    while (i < n && values[i] == values[0]) i++;
    return i >= n;
}

ts_moments ts_moments_of(const double *values, size_t n)
{
    ts_moments result = {NAN, NAN, NAN, NAN};
    if (!n) return result;
    bool equal = all_equal(values, n);
    result.mean = equal ? values[0] : mean_of(values, n);
    if (n < 2) return result;
    powers sum = equal ? (powers){0} : central(values, n, result.mean);
    result.deviation = sqrt(sum.second / (double)(n - 1));
    if (!(sum.second > 0)) return result;
    double variance = sum.second / (double)n;
    result.skewness = sum.third / (double)n / (variance * sqrt(variance));
    result.kurtosis = sum.fourth / (double)n / (variance * variance);
    return result;
}

double ts_moments_sharpe(const ts_moments *moments)
{
    return moments->deviation > 0 ? moments->mean / moments->deviation : NAN;
}

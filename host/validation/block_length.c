/* With R(k) the autocovariances, M twice the first lag from which WINDOW in a row are insignificant (as the authors'
 * program reads the rule), and l(t) = 1 up to 1/2, 2 (1 - t) from there to 1:
 *     G = sum over |k| <= M of l(k/M) |k| R(k),  D = 2 (sum over |k| <= M of l(k/M) R(k))^2,  b = (2 G^2 n / D)^(1/3).
 */
#include "common/memory.h"
#include "host/metrics/power.h"
#include "host/validation/bootstrap.h"
#include "host/validation/moments.h"

#include <math.h>
#include <stdlib.h>

enum { WINDOW = 5 }; /* the rule's max(5, sqrt(log10 n)) for every n below 10^25 */

static double covariance(const double *series, size_t n, double mean, size_t lag)
{
    double sum = 0;
    for (size_t i = lag; i < n; i++) sum += (series[i] - mean) * (series[i - lag] - mean);
    return sum / (double)n;
}

/* The first lag from which WINDOW are insignificant; if there is none, the last significant one. At least 1. */
static size_t first_quiet_lag(const double *covariances, size_t lags, double n)
{
    double bound = 2 * sqrt(ts_log(n) / ts_log(10) / n) * covariances[0];
    size_t quiet = 0, last = 1;
    for (size_t k = 1; k <= lags; k++) {
        quiet = fabs(covariances[k]) < bound ? quiet + 1 : 0;
        if (quiet == WINDOW) return k - WINDOW + 1;
        if (!quiet) last = k;
    }
    return last;
}

static double block_of(const double *covariances, size_t lags, double n)
{
    size_t bandwidth = 2 * first_quiet_lag(covariances, lags, n);
    if (bandwidth > lags) bandwidth = lags;
    double slope = 0, level = covariances[0];
    for (size_t k = 1; k <= bandwidth; k++) {
        double at = (double)k / (double)bandwidth, weight = 2 * covariances[k] * (at <= 0.5 ? 1 : 2 * (1 - at));
        slope += weight * (double)k;
        level += weight;
    }
    double cube = slope * slope / (level * level) * n; /* 2 G^2 n / D */
    double most = 3 * sqrt(n) < n / 3 ? 3 * sqrt(n) : n / 3;
    double block = cube > 0 && cube < INFINITY ? ts_power(cube, 1.0 / 3) : cube > 0 ? most : 1;
    if (block > most) block = most;
    return block > 1 ? block : 1;
}

double ts_bootstrap_block(const double *series, size_t n, ts_error *error)
{
    ts_moments moments = ts_moments_of(series, n);
    if (!(moments.deviation > 0) || n < 4 * WINDOW) return 1;
    size_t lags = (size_t)ceil(sqrt((double)n)) + WINDOW;
    if (lags > n - 1) lags = n - 1;
    double *covariances = ts_alloc(lags + 1, sizeof *covariances);
    if (!covariances) return ts_no_memory(error, "autocovariances");
    for (size_t k = 0; k <= lags; k++) covariances[k] = covariance(series, n, moments.mean, k);
    double block = block_of(covariances, lags, (double)n);
    free(covariances);
    return block;
}

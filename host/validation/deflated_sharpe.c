#include "host/validation/deflated_sharpe.h"

#include "host/metrics/normal.h"

#include <math.h>

static const double EULER_MASCHERONI = 0x1.2788cfc6fb619p-1; /* 0.5772... */
static const double E = 0x1.5bf0a8b145769p+1;

double ts_probabilistic_sharpe(const ts_observed_sharpe *observed, double benchmark)
{
    double sharpe = observed->sharpe;
    double spread = 1 - observed->skewness * sharpe + (observed->kurtosis - 1) / 4 * (sharpe * sharpe);
    if (observed->bars < 2 || !(spread > 0)) return NAN;
    return ts_normal_cdf((sharpe - benchmark) * sqrt((double)(observed->bars - 1)) / sqrt(spread));
}

double ts_expected_max_sharpe(double trials, double variance)
{
    if (!(trials >= 1) || !(variance >= 0) || !isfinite(trials)) return NAN;
    if (trials == 1) return 0;
    /* The quantile at 1 - p is minus that at p, and 1 - p would be rounded. */
    double usual = -ts_normal_quantile(1 / trials), rare = -ts_normal_quantile(1 / (trials * E));
    return sqrt(variance) * ((1 - EULER_MASCHERONI) * usual + EULER_MASCHERONI * rare);
}

double ts_deflated_sharpe(const ts_observed_sharpe *observed, double trials, double variance)
{
    return ts_probabilistic_sharpe(observed, ts_expected_max_sharpe(trials, variance));
}

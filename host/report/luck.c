/* The deflated Sharpe ratio of a result: see host/validation/deflated_sharpe.h for the formula, and docs/validation.md
 * for what is put into it and why. */
#include "host/report/result.h"

#include "host/validation/deflated_sharpe.h"

#include <math.h>

double ts_luck_deflated(const ts_metrics *metrics, const ts_moments *moments, double bars_per_year, double spread,
                        uint64_t run_trials)
{
    double bars = metrics->value[TS_METRIC_bars];
    const ts_observed_sharpe observed = {.sharpe = metrics->value[TS_METRIC_sharpe] / sqrt(bars_per_year),
                                         .bars = (size_t)bars,
                                         .skewness = moments->skewness,
                                         .kurtosis = moments->kurtosis};
    return ts_deflated_sharpe(&observed, (double)run_trials, (spread > 1 ? spread : 1) / (bars - 1));
}

ts_luck ts_luck_of(const ts_result *result, const ts_moments *moments, uint64_t run_trials)
{
    const ts_trial_statistics *trials = &result->study->trials;
    return (ts_luck){.search_trials = trials->trials,
                     .run_trials = run_trials,
                     .spread = trials->spread,
                     .overfitting = trials->overfitting,
                     .deflated_sharpe =
                         ts_luck_deflated(&result->candidate->metrics, moments,
                                          result->origin->simulation.bars_per_year, trials->spread, run_trials)};
}

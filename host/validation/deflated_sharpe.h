/* How probable is it that a Sharpe ratio is better than luck? After Bailey & Lopez de Prado, The Sharpe Ratio Efficient
 * Frontier (2012) and The Deflated Sharpe Ratio (2014). Sharpe ratios are per bar, never per year. Undefined is NaN. */
#ifndef TS_HOST_DEFLATED_SHARPE_H
#define TS_HOST_DEFLATED_SHARPE_H

#include <stddef.h>

/* What was observed: a Sharpe ratio of `bars` returns with this skewness and kurtosis (3 for normal returns). */
typedef struct ts_observed_sharpe {
    double sharpe;
    size_t bars;
    double skewness, kurtosis;
} ts_observed_sharpe;

/* The probability that the true Sharpe ratio exceeds `benchmark`. Undefined below 2 bars, where anything observed is
 * undefined, and where the estimate's variance 1 - skewness S + (kurtosis - 1) / 4 S^2 is not positive. */
double ts_probabilistic_sharpe(const ts_observed_sharpe *observed, double benchmark);

/* The largest Sharpe ratio expected of `trials` independent trials without skill whose Sharpe ratios have this
 * variance: 0 of one trial, undefined of less or for a negative variance. The formula is asymptotic: of 2 trials of
 * normal Sharpe ratios it is 8 % too low, from 3 on too high by 3 % at most. */
double ts_expected_max_sharpe(double trials, double variance);

/* The probability that the true Sharpe ratio exceeds what luck alone would have shown: ts_probabilistic_sharpe against
 * ts_expected_max_sharpe. */
double ts_deflated_sharpe(const ts_observed_sharpe *observed, double trials, double variance);

#endif

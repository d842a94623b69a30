/* The probability of backtest overfitting by combinatorially symmetric cross-validation: Bailey, Borwein, Lopez de
 * Prado & Zhu, The Probability of Backtest Overfitting (2015). The history is cut into S blocks; each of the C(S, S/2)
 * ways to take half of them as in-sample names the trial with the best Sharpe ratio there, and asks where it ranks
 * among all trials in the other half. */
#ifndef TS_HOST_OVERFITTING_H
#define TS_HOST_OVERFITTING_H

#include "common/error.h"
#include "common/threads.h"
#include "kernels/cpu.h"

#include <stdint.h>

/* returns[t * blocks + b] is the sum of trial t's bar returns in block b, squares[] the sum of their squares: 0 where
 * it had no position. Magnitudes from 1e-70 to 1e70 are compared as they should be. */
typedef struct ts_trial_blocks {
    size_t trials;
    int blocks; /* S: even, 2 to 16 */
    const double *returns, *squares;
    const uint64_t *bars; /* of each block: they need not be equal */
} ts_trial_blocks;

/* A trial without a position in a half ranks last there; a combination in which no trial has one in-sample names no
 * winner and is left out. Trials whose Sharpe ratios are equal share the middle of their ranks; of equal ones the first
 * wins in-sample. Undefined values, all of them below two trials, are NaN. */
typedef struct ts_overfitting {
    size_t combinations; /* that named a winner */
    double probability;  /* share whose winner's logit is <= 0: it did no better than the median out of sample */
    double median_logit; /* of ln(w / (1 - w)), w = rank / (trials + 1), 1 the worst */
    double loss;         /* share whose winner earned less than nothing out of sample */
    double slope;        /* of the winners' Sharpe ratios out of sample on those in-sample, least squares */
} ts_overfitting;

/* Sharpe ratios are per bar without a risk-free rate. `threads` may be NULL; results depend neither on it nor on the
 * kernels. TS_USAGE for another number of blocks; TS_BAD_DATA, naming trial and block, for what cannot be sums of
 * returns. */
int ts_overfitting_measure(const ts_trial_blocks *trials, const ts_cpu_kernels *kernels, ts_threads *threads,
                           ts_overfitting *result, ts_error *error);

#endif

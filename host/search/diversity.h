/* How different the genomes of a generation are. */
#ifndef TS_HOST_DIVERSITY_H
#define TS_HOST_DIVERSITY_H

#include "host/search/memory.h"

/* The standard deviation of each gene over the standard deviation that it would have at random, (k^2 - 1) / 12 being
 * the variance of k equally likely values; the mean over the parameters of more than one value. NULL members are
 * skipped; NaN without any, or without such a parameter. */
double ts_diversity(const ts_strategy *strategy, ts_trial *const *population, size_t count);

#endif

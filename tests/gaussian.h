/* Normal random numbers for tests. */
#ifndef TS_TESTS_GAUSSIAN_H
#define TS_TESTS_GAUSSIAN_H

#include "common/philox.h"

/* A draw from the standard normal distribution (Marsaglia's polar method). */
double gaussian(ts_draws *draws);

#endif

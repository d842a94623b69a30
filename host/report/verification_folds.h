/* Verifying a walk-forward: every fold in training and in its test window, and the test windows stitched together. */
#ifndef TS_HOST_VERIFICATION_FOLDS_H
#define TS_HOST_VERIFICATION_FOLDS_H

#include "host/report/recount.h"

/* Compute all folds and compare; TS_BAD_DATA: they are not those of the result's windows. */
int ts_recount_folds(ts_recount *e);

#endif

/* Real candles for tests: files of the shared data folder, which is not part of the repository. */
#ifndef TS_TESTS_SHARED_CANDLES_H
#define TS_TESTS_SHARED_CANDLES_H

#include "host/series/series.h"

/* Load the last `last` bars (0: all) of `file` below `folder` into the empty series. Skips the running test with a
 * message when the file is not there; see tests/temporary.h. */
void shared_candles(const char *folder, const char *file, size_t last, ts_series *series);

#endif

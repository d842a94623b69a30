/* A folder for the files of a measurement, below TMPDIR or /tmp. */
#ifndef TS_BENCH_SCRATCH_H
#define TS_BENCH_SCRATCH_H

#include "common/error.h"

enum { TS_SCRATCH_FOLDER = 256, TS_SCRATCH_PATH = TS_SCRATCH_FOLDER + 64 };

int ts_scratch_make(char folder[TS_SCRATCH_FOLDER], ts_error *error);
void ts_scratch_remove(const char *folder); /* with all that is in it; nothing for "" */

#endif

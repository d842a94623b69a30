/* Generated candles as files, for cases that run the whole program. */
#ifndef TS_BENCH_CANDLE_FILES_H
#define TS_BENCH_CANDLE_FILES_H

#include "bench/scratch.h"

#include <stddef.h>

/* Write `count` files of `bars` one-minute bars into the folder, SYN1-USD.1m.csv of seed 1 and so on: path[i]. */
int ts_bench_candle_files(const char *folder, size_t count, size_t bars, char path[][TS_SCRATCH_PATH], ts_error *error);

#endif

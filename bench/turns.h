/* Measuring jobs in turns, and what becomes of the repeats. */
#ifndef TS_BENCH_TURNS_H
#define TS_BENCH_TURNS_H

#include "bench/bench.h"

/* Measure all jobs, repeat after repeat. *line: the medians, in the order of the jobs, and after the jobs of a case
 * that wants them the means of its rates for each back end; *count of them, freed by the caller with free(). */
int ts_bench_take_turns(const ts_bench *bench, ts_bench_line **line, size_t *count,
                        void (*progress)(const char *what, int repeat), ts_error *error);

#endif

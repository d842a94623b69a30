/* One discovery of this very program under mpirun, and what its run.json says. */
#ifndef TS_BENCH_SCALING_RUN_H
#define TS_BENCH_SCALING_RUN_H

#include "common/error.h"
#include "common/strbuf.h"

#include <stddef.h>

typedef struct ts_scaling_run {
    double wall;                              /* from the start of mpirun to its end */
    double seconds, genome_bars, evaluations; /* of the program, from its start to the writing of run.json */
    double coordination, checkpoints;         /* of rank 0, in seconds */
    double checkpoint_count;
    double *task; /* seconds of each search, in the order in which they were given out */
    size_t tasks;
    ts_strbuf results; /* results.jsonl */
} ts_scaling_run;

enum { TS_SCALING_WORDS = 4096 };

/* Run `mpirun -np RANKS THIS-PROGRAM word...`, words ended by NULL, which write to the folder `out`, without a result
 * there so far. TS_UNAVAILABLE: no mpirun, or a program built without Open MPI. What it says goes to `out`.log. */
int ts_scaling_run_do(int ranks, const char *const *word, const char *out, ts_scaling_run *run, ts_error *error);
void ts_scaling_run_clear(ts_scaling_run *run);

#endif

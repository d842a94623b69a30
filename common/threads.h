/* A pool that runs numbered jobs: which thread takes a job is left to chance, what a job computes must not depend on
 * it. */
#ifndef TS_COMMON_THREADS_H
#define TS_COMMON_THREADS_H

#include "common/error.h"

#include <stddef.h>

typedef struct ts_threads ts_threads;

/* A pool of `count` threads, the calling one included; count 1 starts none. */
ts_threads *ts_threads_new(int count, ts_error *error);
void ts_threads_free(ts_threads *threads);
int ts_threads_count(const ts_threads *threads);

/* Run job(context, worker, index) for every index below `jobs`; worker is below the pool's count and unique among the
 * jobs running at one time. Returns when all are done. */
void ts_threads_run(ts_threads *threads, size_t jobs, void (*job)(void *context, int worker, size_t index),
                    void *context);

/* Cores that this process may use: the affinity mask, capped by the cgroup's quota. At least 1. */
int ts_threads_available(void);

#endif

/* Benchmarks: cases measured side by side in one run, with a naive baseline and the machine's limit beside them.
 *
 * A case makes jobs, one a line of the result. Jobs are measured in turns, repeat after repeat, so that what slows the
 * machine for a while slows all of them; a line holds the median of each field. */
#ifndef TS_BENCH_BENCH_H
#define TS_BENCH_BENCH_H

#include "bench/cache_limit.h"
#include "bench/device_limits.h"
#include "bench/line.h"
#include "common/settings.h"
#include "host/engine/engine.h"

typedef struct ts_bench_settings {
    ts_texts cases, backends; /* lists of names, perhaps joined by commas; none: the usual ones, "auto" */
    int threads, repeats;
    double seconds;                      /* each job is measured at least so long in each repeat */
    size_t bars, genomes;                /* 0: as many as the case means; genomes: of the grids, or of each search */
    const char *device, *opencl_library; /* as ts_engine_open takes them */
    const char *file;                    /* of candles, or a store where a case says so; NULL: generated ones */
    void (*spoil)(ts_metrics *metrics, size_t count); /* NULL, or for tests: changes results before they are checked */
} ts_bench_settings;

/* What cases share. */
typedef struct ts_bench {
    const ts_bench_settings *settings;
    ts_series series; /* of the grids, made when first asked for */
    ts_cache_limit *limit;
    ts_device_limits device; /* of the OpenCL device, measured when first asked for */
    struct ts_job *job;
    size_t jobs;
} ts_bench;

typedef struct ts_job {
    const char *bench_case, *item, *backend; /* borrowed from `state` or literals */
    void *state;                             /* handed to `free` after the last repeat; jobs may share one without */
    int (*measure)(void *state, double seconds, ts_bench_line *line, ts_error *error); /* one repeat */
    void (*free)(void *state);
} ts_job;

typedef struct ts_bench_case {
    const char *name, *summary;
    bool usual, means; /* run when none is named; ends with the means of its rates */
    /* Add the case's jobs, for every back end of backend[0 .. backends-1]; results are checked before they are timed.
     */
    int (*add)(ts_bench *bench, const char *name, const char *const *backend, size_t backends, ts_error *error);
} ts_bench_case;

extern const ts_bench_case ts_bench_cases[];
extern const size_t ts_bench_case_count;

/* Run what is asked for and append the lines to `text`, as JSON or as tables. TS_USAGE: an unknown case;
 * TS_UNAVAILABLE: a back end that is not there; TS_FAILED: a result that the oracle does not agree on. `progress`
 * (NULL: none) is told before each repeat. */
int ts_bench_run(const ts_bench_settings *settings, bool json, ts_strbuf *text,
                 void (*progress)(const char *what, int repeat), ts_error *error);

/* For cases: take over `job` (freed here on failure), and the series of the grids. */
int ts_bench_add(ts_bench *bench, ts_job job, ts_error *error);
const ts_series *ts_bench_series(ts_bench *bench, ts_error *error);

/* The cases, each in its own file. */
int ts_bench_add_grid(ts_bench *bench, const char *name, const char *const *backend, size_t backends, ts_error *error);
int ts_bench_add_indicators(ts_bench *bench, const char *name, const char *const *backend, size_t backends,
                            ts_error *error);
int ts_bench_add_strategies(ts_bench *bench, const char *name, const char *const *backend, size_t backends,
                            ts_error *error);
int ts_bench_add_import(ts_bench *bench, const char *name, const char *const *backend, size_t backends,
                        ts_error *error);
int ts_bench_add_cycle(ts_bench *bench, const char *name, const char *const *backend, size_t backends, ts_error *error);
int ts_bench_add_streams(ts_bench *bench, const char *name, const char *const *backend, size_t backends,
                         ts_error *error);
int ts_bench_add_ingest(ts_bench *bench, const char *name, const char *const *backend, size_t backends,
                        ts_error *error);
int ts_bench_add_minutes(ts_bench *bench, ts_error *error); /* of `ingest` */
int ts_bench_add_scaling(ts_bench *bench, const char *name, const char *const *backend, size_t backends,
                         ts_error *error);

#endif

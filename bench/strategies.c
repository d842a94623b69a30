/* Each strategy of the catalogue: up to 1,000 distinct valid genomes, drawn at random, in one batch. */
#include "bench/bench.h"
#include "bench/candles.h"
#include "bench/device.h"
#include "bench/stopwatch.h"
#include "common/memory.h"
#include "host/language/catalogue.h"
#include "host/plan/instantiate.h"
#include "host/plan/warmup.h"
#include "host/search/methods.h"

#include <stdlib.h>
#include <string.h>

enum { BARS = 262144, GENOMES = 1000, DRAWS = 4000, MINUTES_A_YEAR = 525600, BACKENDS_MAX = 8 };

static const double SHARE = 0.1; /* of a repeat's seconds: there are many lines */

/* What all lines share; the first job frees it. */
typedef struct ground {
    ts_bench *bench;
    ts_catalogue catalogue;
    ts_market *market;
    ts_engine *engine[BACKENDS_MAX];
    ts_metrics *metrics;
} ground;

typedef struct strategy_job {
    ground *ground;
    bool owner;
    ts_engine *engine;
    const ts_strategy *strategy;
    ts_genome *genome;
    size_t genomes, rows, masks;
} strategy_job;

static void free_ground(ground *shared)
{
    if (!shared) return;
    ts_catalogue_clear(&shared->catalogue);
    ts_market_free(shared->market);
    for (int i = 0; i < BACKENDS_MAX; i++) ts_engine_free(shared->engine[i]);
    free(shared->metrics);
    free(shared);
}

static void free_job(void *state)
{
    strategy_job *job = state;
    if (job->owner) free_ground(job->ground);
    free(job->genome);
    free(job);
}

static int fill_ground(ground *shared, const ts_bench_settings *settings, const char *const *backend, size_t backends,
                       ts_error *error)
{
    const ts_simulation simulation = {TS_FILL_NEXT_OPEN, 0.001, 0.0001, MINUTES_A_YEAR, 0, INT64_MIN, INT64_MAX};
    ts_series series = {0};
    int status = ts_catalogue_load(NULL, &shared->catalogue, error);
    if (!status) status = ts_bench_candles(1, settings->bars ? settings->bars : BARS, &series, error);
    if (!status && !(shared->market = ts_market_new(&series, &simulation, error))) status = -1;
    ts_series_clear(&series);
    for (size_t i = 0; i < backends && i < BACKENDS_MAX && !status; i++)
        if (!(shared->engine[i] =
                  ts_engine_open(backend[i], settings->device, settings->opencl_library, settings->threads, error)))
            status = -1;
    if (!status && !(shared->metrics = ts_alloc(GENOMES, sizeof *shared->metrics)))
        status = ts_no_memory(error, "the metrics");
    return status;
}

static int by_genome(const void *a, const void *b) { return ts_genome_compare(a, b); }

/* Distinct valid genomes whose warm-up leaves half of the candles; `genome` has room for DRAWS. */
static size_t draw(const ts_strategy *strategy, size_t bars, ts_genome *genome)
{
    ts_error error = {0};
    ts_draws draws = ts_draws_at(1, 2, 0, 0);
    size_t count = 0, distinct = 0;
    for (int i = 0; i < DRAWS && count < GENOMES; i++) {
        if (!ts_draw_genome(strategy, &draws, &genome[count])) break;
        bool known = false;
        for (size_t k = 0; k < count && !known; k++) known = !ts_genome_compare(&genome[k], &genome[count]);
        int64_t warmup = known ? -1 : ts_warmup(strategy, &genome[count], &error);
        if (warmup >= 0 && (size_t)warmup < bars / 2) count++;
    }
    qsort(genome, count, sizeof *genome, by_genome);
    for (size_t i = 0; i < count; i++)
        if (!i || ts_genome_compare(&genome[i], &genome[distinct - 1])) genome[distinct++] = genome[i];
    return distinct;
}

/* Distinct rows and masks of the batch. */
static int count_plan(strategy_job *job, ts_error *error)
{
    ts_dag *dag = ts_dag_new(error);
    ts_planned planned;
    int status = dag ? 0 : -1;
    for (size_t i = 0; i < job->genomes && !status; i++)
        status = ts_plan_genome(dag, job->strategy, &job->genome[i], &planned, error);
    if (!status) ts_dag_rows(dag, &job->rows), ts_dag_masks(dag, &job->masks);
    ts_dag_free(dag);
    return status;
}

static int measure(void *state, double seconds, ts_bench_line *line, ts_error *error)
{
    const strategy_job *job = state;
    const ground *shared = job->ground;
    double runs = 0, bars = (double)ts_market_bars(shared->market), work, trades = 0, *value = line->value;
    ts_lap start = ts_stopwatch(), lap = {0};
    for (; runs == 0 || lap.wall < seconds * SHARE; runs++, lap = ts_stopwatch_since(start))
        if (ts_evaluate(job->engine, shared->market, job->strategy, job->genome, job->genomes, shared->metrics, error))
            return -1;
    for (size_t i = 0; i < job->genomes; i++) trades += shared->metrics[i].value[TS_METRIC_trades];
    work = (double)job->genomes * bars * runs;
    value[TS_FIELD_threads] = ts_engine_threads(job->engine);
    value[TS_FIELD_genome_bars_per_s] = work / lap.wall;
    value[TS_FIELD_genome_bars_per_cpu_s] = work / lap.cpu;
    value[TS_FIELD_genomes] = (double)job->genomes;
    value[TS_FIELD_bars] = bars;
    value[TS_FIELD_trades_per_genome] = trades / (double)job->genomes;
    value[TS_FIELD_rows] = (double)job->rows;
    value[TS_FIELD_masks] = (double)job->masks;
    value[TS_FIELD_seconds] = lap.wall / runs;
    value[TS_FIELD_cpu_seconds] = lap.cpu / runs;
    const ts_device_batch batch = {job->engine, shared->market,  job->strategy,
                                   job->genome, shared->metrics, job->genomes};
    return ts_bench_device(shared->bench, &batch, line, error);
}

/* The first line owns what is shared even when it cannot be made. */
static int add_line(ts_bench *bench, ground *shared, bool owner, const ts_strategy *strategy, size_t which,
                    const char *backend, ts_error *error)
{
    strategy_job *job = ts_alloc(1, sizeof *job);
    if (!job) {
        if (owner) free_ground(shared);
        return ts_no_memory(error, "a benchmark");
    }
    *job = (strategy_job){.ground = shared, .owner = owner, .engine = shared->engine[which], .strategy = strategy};
    if (ts_bench_add(bench, (ts_job){"strategies", strategy->name, backend, job, measure, free_job}, error)) return -1;
    if (!(job->genome = ts_alloc(DRAWS, sizeof *job->genome))) return ts_no_memory(error, "the genomes");
    job->genomes = draw(strategy, ts_market_bars(shared->market), job->genome);
    if (!job->genomes)
        return ts_fail(error, TS_BAD_DATA, "%s: %zu bars are too few for any genome", strategy->name,
                       ts_market_bars(shared->market));
    return count_plan(job, error);
}

int ts_bench_add_strategies(ts_bench *bench, const char *name, const char *const *backend, size_t backends,
                            ts_error *error)
{
    (void)name;
    ground *shared = ts_alloc(1, sizeof *shared);
    if (!shared) return ts_no_memory(error, "the strategies");
    shared->bench = bench;
    if (fill_ground(shared, bench->settings, backend, backends, error)) {
        free_ground(shared);
        return -1;
    }
    bool owner = true;
    for (size_t s = 0; s < shared->catalogue.count; s++)
        for (size_t i = 0; i < backends; i++, owner = false)
            if (add_line(bench, shared, owner, shared->catalogue.strategy[s], i, backend[i], error)) return -1;
    if (owner) free_ground(shared);
    return 0;
}

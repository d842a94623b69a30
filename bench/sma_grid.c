/* The grid of moving-average crossings: fast 2..51 by slow 52..151 (or further), one batch. The oracle re-runs some
 * genomes of it before anything is timed. */
#include "bench/bench.h"
#include "bench/device.h"
#include "bench/naive_sma.h"
#include "bench/stopwatch.h"
#include "bench/verdict.h"
#include "common/memory.h"
#include "common/philox.h"

#include <stdlib.h>
#include <string.h>

#define UP   "crossed_up(sma(close, fast), sma(close, slow))"
#define DOWN "crossed_down(sma(close, fast), sma(close, slow))"

enum {
    FAST = 50,
    SLOW = 100, /* unless another number of genomes is asked for */
    FAST_FROM = 2,
    SLOW_FROM = 52,
    CHECKED = 50,
    NAIVE_STRIDE = 311,
    MINUTES_A_YEAR = 525600
};

static const double BASELINE_SHARE = 0.25, LIMIT_SHARE = 0.1; /* of a repeat's seconds */

static const struct grid_kind {
    const char *name;
    ts_fill fill;
    double slippage;
    bool both;
} kinds[] = {{"sma-grid", TS_FILL_NEXT_OPEN, 0.0001, false},
             {"sma-grid-close", TS_FILL_CLOSE, 0, false},
             {"sma-grid-both", TS_FILL_NEXT_OPEN, 0.0001, true}};

/* What the back ends of a case share; the job that was added first frees it. */
typedef struct sma_grid {
    ts_bench *bench;
    ts_strategy *strategy;
    ts_simulation simulation;
    ts_market *market;
    ts_genome *genome;
    size_t slow, genomes; /* slow averages, and all: each fast with each slow one */
    ts_naive_market naive;
    size_t checked[CHECKED];
    ts_metrics expected[CHECKED];
    size_t naive_next; /* the genome that the baseline takes next */
} sma_grid;

typedef struct grid_job {
    sma_grid *grid;
    bool owner;
    ts_engine *engine;
    ts_metrics *metrics, *again; /* of the checked evaluation, of the timed ones */
    double trades;               /* a genome */
} grid_job;

static ts_strategy *make_strategy(const struct grid_kind *kind, int slow, ts_error *error)
{
    const ts_parameter parameter[] = {
        {.name = "fast", .integer = true, .min = FAST_FROM, .step = 1, .fallback = 10, .steps = FAST},
        {.name = "slow", .integer = true, .min = SLOW_FROM, .step = 1, .fallback = SLOW_FROM, .steps = slow}};
    ts_strategy_text text = {.name = kind->name, .parameters = 2, .parameter = parameter, .entry = UP, .exit = DOWN};
    if (kind->both) text.direction = "both", text.short_entry = DOWN, text.short_exit = UP;
    return ts_strategy_new(&text, error);
}

static void free_grid(sma_grid *grid)
{
    if (!grid) return;
    ts_strategy_free(grid->strategy);
    ts_market_free(grid->market);
    ts_naive_clear(&grid->naive);
    free(grid->genome);
    free(grid);
}

static sma_grid *new_grid(ts_bench *bench, const struct grid_kind *kind, ts_error *error)
{
    const ts_series *series = ts_bench_series(bench, error);
    sma_grid *grid = series ? ts_alloc(1, sizeof *grid) : NULL;
    if (!grid) return NULL;
    grid->bench = bench;
    grid->slow = bench->settings->genomes ? (bench->settings->genomes + FAST - 1) / FAST : SLOW;
    grid->genomes = FAST * grid->slow;
    grid->simulation = (ts_simulation){.fill = kind->fill,
                                       .fee = 0.001,
                                       .slippage = kind->slippage,
                                       .bars_per_year = MINUTES_A_YEAR,
                                       .from_ms = INT64_MIN,
                                       .to_ms = INT64_MAX};
    grid->strategy = make_strategy(kind, (int)grid->slow, error);
    grid->genome = ts_alloc(grid->genomes, sizeof *grid->genome);
    if (!grid->strategy || !grid->genome) goto failed;
    for (size_t g = 0; g < grid->genomes; g++) grid->genome[g] = ts_strategy_point(grid->strategy, g);
    grid->market = ts_market_new(series, &grid->simulation, error);
    if (!grid->market || ts_naive_init(&grid->naive, series, &grid->simulation, kind->both, error)) goto failed;
    ts_draws draws = ts_draws_at(1, 1, 0, 0);
    for (int i = 0; i < CHECKED; i++) grid->checked[i] = ts_draw_below(&draws, (uint32_t)grid->genomes);
    if (ts_verdict_expect(series, &grid->simulation, grid->strategy, grid->genome, grid->checked, CHECKED,
                          grid->expected, error))
        goto failed;
    return grid;
failed:
    free_grid(grid);
    return NULL;
}

static void free_job(void *state)
{
    grid_job *job = state;
    if (job->owner) free_grid(job->grid);
    ts_engine_free(job->engine);
    free(job->metrics);
    free(job->again);
    free(job);
}

/* Evaluate once and compare with the oracle. */
static int check(grid_job *job, ts_error *error)
{
    const sma_grid *grid = job->grid;
    const ts_bench_settings *settings = grid->bench->settings;
    if (ts_evaluate(job->engine, grid->market, grid->strategy, grid->genome, grid->genomes, job->metrics, error))
        return -1;
    if (settings->spoil) settings->spoil(job->metrics, grid->genomes);
    for (size_t g = 0; g < grid->genomes; g++)
        job->trades += job->metrics[g].value[TS_METRIC_trades] / (double)grid->genomes;
    return ts_verdict_check(grid->strategy, grid->genome, grid->checked, CHECKED, grid->expected, job->metrics, error);
}

/* Genome-bars of the naive loop in about `seconds`, over a few genomes spread over the grid. */
static double measure_naive(sma_grid *grid, double seconds, ts_lap *lap)
{
    ts_metrics metrics;
    ts_lap start = ts_stopwatch();
    double done = 0;
    while (done == 0 || lap->wall < seconds) {
        size_t g = grid->naive_next;
        ts_naive_sma(&grid->naive, FAST_FROM + (int)(g / grid->slow), SLOW_FROM + (int)(g % grid->slow), &metrics);
        grid->naive_next = (g + NAIVE_STRIDE) % grid->genomes;
        done += (double)grid->naive.bars;
        *lap = ts_stopwatch_since(start);
    }
    return done;
}

/* The rates of the baseline and of the cache, and what the engine's rates, already in the line, are beside them. */
static void compare(sma_grid *grid, double seconds, ts_bench_line *line)
{
    double *value = line->value;
    ts_lap naive, cache;
    double done = measure_naive(grid, seconds * BASELINE_SHARE, &naive);
    double read = ts_cache_limit_measure(grid->bench->limit, seconds * LIMIT_SHARE, &cache);
    value[TS_FIELD_baseline_genome_bars_per_s] = done / naive.wall;
    value[TS_FIELD_baseline_genome_bars_per_cpu_s] = done / naive.cpu;
    value[TS_FIELD_l2_limit_genome_bars_per_s] = read / cache.wall;
    value[TS_FIELD_l2_limit_genome_bars_per_cpu_s] = read / cache.cpu;
    value[TS_FIELD_ratio] = value[TS_FIELD_genome_bars_per_s] / (done / naive.wall);
    value[TS_FIELD_ratio_cpu] = value[TS_FIELD_genome_bars_per_cpu_s] / (done / naive.cpu);
    value[TS_FIELD_l2_fraction] = value[TS_FIELD_genome_bars_per_s] / (read / cache.wall * value[TS_FIELD_threads]);
    value[TS_FIELD_l2_fraction_cpu] = value[TS_FIELD_genome_bars_per_cpu_s] / (read / cache.cpu);
}

static int evaluate_again(grid_job *job, ts_error *error)
{
    const sma_grid *grid = job->grid;
    return ts_evaluate(job->engine, grid->market, grid->strategy, grid->genome, grid->genomes, job->again, error);
}

static int measure(void *state, double seconds, ts_bench_line *line, ts_error *error)
{
    grid_job *job = state;
    sma_grid *grid = job->grid;
    double runs = 0, bars = (double)ts_market_bars(grid->market), *value = line->value;
    double work = (double)grid->genomes * bars;
    ts_lap start = ts_stopwatch(), lap = {0};
    for (; runs == 0 || lap.wall < seconds; runs++, lap = ts_stopwatch_since(start))
        if (evaluate_again(job, error)) return -1;
    if (!grid->bench->settings->spoil && memcmp(job->again, job->metrics, grid->genomes * sizeof *job->again))
        return ts_fail(error, TS_FAILED, "two evaluations of the same genomes differ");
    value[TS_FIELD_threads] = ts_engine_threads(job->engine);
    value[TS_FIELD_genome_bars_per_s] = work * runs / lap.wall;
    value[TS_FIELD_genome_bars_per_cpu_s] = work * runs / lap.cpu;
    value[TS_FIELD_genomes] = (double)grid->genomes;
    value[TS_FIELD_bars] = bars;
    value[TS_FIELD_trades_per_genome] = job->trades;
    value[TS_FIELD_checked] = CHECKED;
    value[TS_FIELD_seconds] = lap.wall / runs;
    value[TS_FIELD_cpu_seconds] = lap.cpu / runs;
    compare(grid, seconds, line);
    const ts_device_batch batch = {job->engine, grid->market, grid->strategy, grid->genome, job->again, grid->genomes};
    return ts_bench_device(grid->bench, &batch, line, error);
}

static int add_backend(ts_bench *bench, sma_grid *grid, bool owner, const char *name, const char *backend,
                       ts_error *error)
{
    grid_job *job = ts_alloc(1, sizeof *job);
    if (!job) {
        if (owner) free_grid(grid);
        return ts_no_memory(error, "a benchmark");
    }
    *job = (grid_job){.grid = grid, .owner = owner};
    if (ts_bench_add(bench, (ts_job){name, NULL, backend, job, measure, free_job}, error)) return -1;
    job->metrics = ts_alloc(grid->genomes, sizeof *job->metrics);
    job->again = ts_alloc(grid->genomes, sizeof *job->again);
    if (!job->metrics || !job->again) return ts_no_memory(error, "a benchmark");
    job->engine = ts_engine_open(backend, bench->settings->device, bench->settings->opencl_library,
                                 bench->settings->threads, error);
    return job->engine && !check(job, error) ? 0 : -1;
}

int ts_bench_add_grid(ts_bench *bench, const char *name, const char *const *backend, size_t backends, ts_error *error)
{
    size_t kind = 0;
    while (strcmp(kinds[kind].name, name)) kind++;
    sma_grid *grid = new_grid(bench, &kinds[kind], error);
    if (!grid) return -1;
    for (size_t i = 0; i < backends; i++)
        if (add_backend(bench, grid, i == 0, kinds[kind].name, backend[i], error)) return -1;
    return 0;
}

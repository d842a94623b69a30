/* The five-minute cycle of the original platform: 16 symbols x 10 windows x 60 strategies, a request each, population
 * 50, 30 generations, the best 5 kept. Windows end at the last bar and are as many minutes long as these Fibonacci
 * numbers; those of a symbol are searched side by side. Nothing is booked for statistics, as the original had none. */
#include "bench/cycle.h"
#include "bench/bench.h"
#include "bench/candle_files.h"
#include "bench/scaling_run.h"
#include "bench/scratch.h"
#include "common/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SYMBOLS = 16, BARS = 130000, WORDS = 32 + SYMBOLS };

const char ts_cycle_windows[] = "1597m,2584m,4181m,6765m,10946m,17711m,28657m,46368m,75025m,121393m";

static const int ranks[] = {1, 2};
enum { JOBS = sizeof ranks / sizeof *ranks };

typedef struct cycle {
    char folder[TS_SCRATCH_FOLDER], out[TS_SCRATCH_PATH], file[SYMBOLS][TS_SCRATCH_PATH], threads[16];
    const char *word[WORDS];
    double alone; /* seconds with one rank, of this repeat */
    struct cycle_job {
        struct cycle *all;
        int ranks;
    } job[JOBS];
} cycle;

static void free_cycle(cycle *c)
{
    ts_scratch_remove(c->folder);
    free(c);
}

/* Of the first job, which is freed last; the others share it. */
static void free_first(void *state) { free_cycle(((struct cycle_job *)state)->all); }

static void make_words(cycle *c, const ts_bench_settings *settings, const char *backend)
{
    size_t count = 0;
    snprintf(c->out, sizeof c->out, "%s/out", c->folder);
    snprintf(c->threads, sizeof c->threads, "%d", settings->threads);
    c->word[count++] = "discover";
    c->word[count++] = "--candles";
    for (int i = 0; i < SYMBOLS; i++) c->word[count++] = c->file[i];
    const char *const rest[] = {"--strategies",
                                "all",
                                "--windows",
                                ts_cycle_windows,
                                "--preset",
                                "original",
                                "--search",
                                "ga",
                                "--population",
                                "50",
                                "--generations",
                                "30",
                                "--top",
                                "5",
                                "--evaluations",
                                "1550",
                                "--statistics=false",
                                "--threads",
                                c->threads,
                                "--backend",
                                backend,
                                "--out",
                                c->out};
    memcpy(c->word + count, rest, sizeof rest); /* the words end with a NULL: the memory was zeroed */
}

static int measure(void *state, double seconds, ts_bench_line *line, ts_error *error)
{
    (void)seconds; /* a cycle is long enough */
    const struct cycle_job *job = state;
    cycle *c = job->all;
    ts_scaling_run run;
    ts_scratch_remove(c->out);
    if (ts_scaling_run_do(job->ranks, c->word, c->out, &run, error)) return -1;
    if (job->ranks == 1) c->alone = run.wall;
    double *value = line->value;
    value[TS_FIELD_ranks] = job->ranks;
    value[TS_FIELD_searches] = (double)run.tasks;
    value[TS_FIELD_genomes] = run.evaluations;
    value[TS_FIELD_genome_bars] = run.genome_bars;
    value[TS_FIELD_genome_bars_per_s] = run.genome_bars / run.wall;
    value[TS_FIELD_seconds] = run.wall;
    value[TS_FIELD_speed_up] = c->alone / run.wall;
    value[TS_FIELD_efficiency] = c->alone / run.wall / job->ranks;
    value[TS_FIELD_coordination_share] = run.coordination / run.seconds;
    value[TS_FIELD_checkpoint_share] = run.checkpoints / run.seconds;
    ts_scaling_run_clear(&run);
    return 0;
}

int ts_bench_add_cycle(ts_bench *bench, const char *name, const char *const *backend, size_t backends, ts_error *error)
{
    (void)name;
    if (backends > 1) return ts_fail(error, TS_USAGE, "--backend: the cycle is measured with one back end");
    cycle *c = ts_alloc(1, sizeof *c);
    if (!c) return ts_no_memory(error, "a benchmark");
    int status = ts_scratch_make(c->folder, error);
    size_t bars = bench->settings->bars ? bench->settings->bars : BARS;
    if (!status) status = ts_bench_candle_files(c->folder, SYMBOLS, bars, c->file, error);
    if (status) {
        free_cycle(c);
        return -1;
    }
    make_words(c, bench->settings, backend[0]);
    for (size_t i = 0; i < JOBS; i++) {
        c->job[i] = (struct cycle_job){c, ranks[i]};
        if (ts_bench_add(bench,
                         (ts_job){"cycle", "9,600 requests", backend[0], &c->job[i], measure, i ? NULL : free_first},
                         error))
            return -1;
    }
    return 0;
}

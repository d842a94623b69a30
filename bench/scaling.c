/* How much faster more ranks are: `discover` under mpirun with 1, 2 and 4 ranks in turns, and what the model makes of
 * its searches for many ranks. Costs of searches, checkpoints and all that is not a search are those of one rank in the
 * same repeat; what a message costs rank 0 is measured with two. */
#include "bench/bench.h"
#include "bench/candle_files.h"
#include "bench/scaling_model.h"
#include "bench/scaling_run.h"
#include "bench/scratch.h"
#include "common/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { SERIES = 4, BARS = 100000, EVALUATIONS = 1000, MODEL_TASKS = 100 * 60, WORDS = 16 + SERIES };

/* Ranks look for messages at least every 5 ms (cluster/nap.h): half of that passes on average. */
static const double latency = 0.0025;

/* The model's jobs come last, when the repeat has measured what they need. */
static const struct {
    int ranks;
    bool modelled;
} plan[] = {{1, false}, {2, false}, {4, false}, {1, true},   {2, true},
            {4, true},  {16, true}, {64, true}, {256, true}, {1024, true}};

enum { JOBS = sizeof plan / sizeof *plan };

typedef struct scaling {
    char folder[TS_SCRATCH_FOLDER], out[TS_SCRATCH_PATH], file[SERIES][TS_SCRATCH_PATH];
    char evaluations[24], threads[16], model[48];
    const char *word[WORDS];
    ts_scaling_run one; /* of this repeat, with one rank */
    double message;     /* of this repeat, measured with two */
    ts_strbuf results;  /* of the first run: all others must have the same */
    struct scaling_job {
        struct scaling *all;
        int ranks;
    } job[JOBS];
} scaling;

static void free_scaling(scaling *s)
{
    ts_scratch_remove(s->folder);
    ts_scaling_run_clear(&s->one);
    ts_strbuf_clear(&s->results);
    free(s);
}

/* Of the first job, which is freed last; the others share it. */
static void free_first(void *state) { free_scaling(((struct scaling_job *)state)->all); }

/* The words after the program: a file of candles, a folder that is a store, or files that are made here. */
static int make_words(scaling *s, const ts_bench_settings *settings, const char *backend, ts_error *error)
{
    size_t count = 0;
    struct stat about;
    bool store = settings->file && !stat(settings->file, &about) && S_ISDIR(about.st_mode);
    size_t bars = settings->bars ? settings->bars : BARS;
    if (!settings->file && ts_bench_candle_files(s->folder, SERIES, bars, s->file, error)) return -1;
    snprintf(s->out, sizeof s->out, "%s/out", s->folder);
    snprintf(s->evaluations, sizeof s->evaluations, "%zu", settings->genomes ? settings->genomes : EVALUATIONS);
    snprintf(s->threads, sizeof s->threads, "%d", settings->threads);
    s->word[count++] = "discover";
    s->word[count++] = store ? "--store" : "--candles";
    if (settings->file) s->word[count++] = settings->file;
    for (int i = 0; i < SERIES && !settings->file; i++) s->word[count++] = s->file[i];
    const char *const rest[] = {"--strategies", "all",       "--evaluations", s->evaluations, "--threads",
                                s->threads,     "--backend", backend,         "--out",        s->out};
    memcpy(s->word + count, rest, sizeof rest); /* the words end with a NULL: the memory was zeroed */
    return 0;
}

static int compare(scaling *s, int ranks, ts_strbuf *results, ts_error *error)
{
    if (!s->results.length) ts_strbuf_append(&s->results, results->text, results->length);
    if (ts_strbuf_failed(&s->results)) return ts_no_memory(error, "the results");
    if (s->results.length == results->length && !memcmp(s->results.text, results->text, results->length)) return 0;
    return ts_fail(error, TS_FAILED, "results.jsonl of %d ranks differs from that of the first run", ranks);
}

static ts_scaling_costs costs_of(const scaling *s, size_t tasks)
{
    const ts_scaling_run *one = &s->one;
    double searching = 0, checkpoint = one->checkpoint_count > 0 ? one->checkpoints / one->checkpoint_count : 0;
    for (size_t i = 0; i < one->tasks; i++) searching += one->task[i];
    double every = one->checkpoint_count > 0 ? one->seconds / one->checkpoint_count : 0;
    double scale = (double)tasks / (double)one->tasks; /* a ledger of so many more is written so much less often */
    double start = one->wall - searching - one->checkpoints;
    return (ts_scaling_costs){.task = one->task,
                              .costs = one->tasks,
                              .tasks = tasks,
                              .start = start > 0 ? start : 0,
                              .latency = latency,
                              .message = s->message,
                              .checkpoint = checkpoint * scale,
                              .checkpoint_every = every * scale};
}

static void put_model(ts_bench_line *line, int ranks, double one, const ts_scaling_forecast *made, size_t tasks)
{
    double *value = line->value;
    value[TS_FIELD_ranks] = ranks;
    value[TS_FIELD_searches] = (double)tasks;
    value[TS_FIELD_seconds] = made->seconds;
    value[TS_FIELD_speed_up] = one / made->seconds;
    value[TS_FIELD_efficiency] = one / made->seconds / ranks;
    value[TS_FIELD_coordination_share] = made->coordination;
    value[TS_FIELD_checkpoint_share] = made->checkpoints;
    value[TS_FIELD_idle_share] = made->idle;
}

static int model(void *state, double seconds, ts_bench_line *line, ts_error *error)
{
    (void)seconds;
    const struct scaling_job *job = state;
    ts_scaling_costs costs = costs_of(job->all, MODEL_TASKS);
    ts_scaling_forecast one, made;
    if (ts_scaling_forecast_make(&costs, 1, &one, error)) return -1;
    if (ts_scaling_forecast_make(&costs, job->ranks, &made, error)) return -1;
    put_model(line, job->ranks, one.seconds, &made, costs.tasks);
    return 0;
}

/* What rank 0's main thread did more for two ranks than for one, over the messages: each task is given and comes back.
 * Looking for messages while there are none delays nothing, and is done with one rank as well. */
static double message_of(const ts_scaling_run *one, const ts_scaling_run *two)
{
    double more = two->coordination - one->coordination / one->seconds * two->seconds;
    return more > 0 ? more / (2 * (double)two->tasks) : 0;
}

/* The model of the job just measured, beside it. */
static int compare_model(scaling *s, int ranks, const ts_scaling_run *run, ts_bench_line *line, ts_error *error)
{
    ts_scaling_forecast made;
    if (ranks == 2) s->message = message_of(&s->one, run);
    ts_scaling_costs costs = costs_of(s, run->tasks);
    if (ts_scaling_forecast_make(&costs, ranks, &made, error)) return -1;
    line->value[TS_FIELD_model_seconds] = made.seconds;
    line->value[TS_FIELD_model_ratio] = run->wall / made.seconds;
    return 0;
}

static int measure(void *state, double seconds, ts_bench_line *line, ts_error *error)
{
    (void)seconds; /* a run is long enough */
    const struct scaling_job *job = state;
    scaling *s = job->all;
    ts_scaling_run run;
    ts_scratch_remove(s->out); /* a new run, not the old one resumed */
    if (ts_scaling_run_do(job->ranks, s->word, s->out, &run, error)) return -1;
    int status = compare(s, job->ranks, &run.results, error);
    if (!status && job->ranks == 1) {
        ts_scaling_run_clear(&s->one);
        s->one = run;
        s->message = 0;
    }
    const ts_scaling_forecast shares = {run.wall, run.coordination / run.seconds, run.checkpoints / run.seconds, NAN};
    if (!status) put_model(line, job->ranks, s->one.wall, &shares, run.tasks);
    line->value[TS_FIELD_genome_bars_per_s] = run.genome_bars / run.wall;
    if (!status) status = compare_model(s, job->ranks, &run, line, error);
    if (s->one.task != run.task) ts_scaling_run_clear(&run);
    return status;
}

static int add_jobs(ts_bench *bench, scaling *s, const char *backend, ts_error *error)
{
    snprintf(s->model, sizeof s->model, "model of %d, costs repeated", MODEL_TASKS);
    for (size_t i = 0; i < JOBS; i++) {
        s->job[i].all = s, s->job[i].ranks = plan[i].ranks;
        ts_job job = {"scaling",  plan[i].modelled ? s->model : "measured", backend,
                      &s->job[i], plan[i].modelled ? model : measure,       i ? NULL : free_first};
        if (ts_bench_add(bench, job, error)) return -1;
    }
    return 0;
}

int ts_bench_add_scaling(ts_bench *bench, const char *name, const char *const *backend, size_t backends,
                         ts_error *error)
{
    (void)name;
    if (backends > 1) return ts_fail(error, TS_USAGE, "--backend: scaling is measured with one back end");
    scaling *s = ts_alloc(1, sizeof *s);
    if (!s) return ts_no_memory(error, "a benchmark");
    int status = ts_scratch_make(s->folder, error);
    if (!status) status = make_words(s, bench->settings, backend[0], error);
    if (!status) return add_jobs(bench, s, backend[0], error);
    free_scaling(s);
    return -1;
}

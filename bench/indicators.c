/* Each public function of the language as a row: alone, and eight rows with different parameters in one batch, which is
 * where recurrences fill the lanes. Timed with the copy of the row to memory. Position rules and
 * numbers are no rows. */
#include "bench/bench.h"
#include "bench/candles.h"
#include "bench/stopwatch.h"
#include "common/memory.h"
#include "host/backend/backend.h"
#include "host/backend/cpu_run.h"
#include "host/language/functions.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BARS = 65536, BATCH = TS_LANES_MAX };

static const double SHARE = 0.05; /* of a repeat's seconds: there are many lines */

/* Usual values of numbers by their names in the table of functions; 14 otherwise, or what is nearest within bounds. */
static const struct {
    const char *name;
    double value;
} usual[] = {{"fast", 12},        {"slow", 26}, {"signal", 9}, {"d", 3},       {"k", 2},       {"start", 0.02},
             {"increment", 0.02}, {"max", 0.2}, {"sc", 0.5},   {"alpha", 0.5}, {"share", 0.5}, {"tolerance", 0.25}};

/* What all lines share: columns as tiles want them, and where rows go. The first job frees it. */
typedef struct ground {
    size_t bars;
    double *column[TS_COLUMNS], *row[BATCH];
} ground;

typedef struct indicator_job {
    ground *ground;
    bool owner;
    const ts_backend *backend;
    ts_strategy *strategy[BATCH]; /* holds an expression each */
    size_t batch;                 /* 1 when there is no number to vary */
} indicator_job;

static void free_ground(ground *shared)
{
    if (!shared) return;
    for (int c = 0; c < TS_COLUMNS; c++) free(shared->column[c]);
    for (int i = 0; i < BATCH; i++) free(shared->row[i]);
    free(shared);
}

static void free_job(void *state)
{
    indicator_job *job = state;
    if (job->owner) free_ground(job->ground);
    for (size_t i = 0; i < BATCH; i++) ts_strategy_free(job->strategy[i]);
    free(job);
}

static int fill_ground(ground *shared, const ts_series *series, ts_error *error)
{
    size_t padded = (series->bars / TS_TILE_MULTIPLE + 2) * TS_TILE_MULTIPLE;
    shared->bars = series->bars;
    for (int c = 0; c < TS_COLUMNS; c++) {
        double *column = shared->column[c] = ts_alloc(padded, sizeof *column);
        if (!column) return ts_no_memory(error, "the candles");
        memcpy(column, series->column[c], series->bars * sizeof *column);
        for (size_t i = series->bars; i < padded; i++) column[i] = NAN;
    }
    for (int i = 0; i < BATCH; i++)
        if (!(shared->row[i] = ts_alloc(padded, sizeof **shared->row))) return ts_no_memory(error, "the rows");
    return 0;
}

static ground *new_ground(const ts_bench *bench, ts_error *error)
{
    ts_series series = {0};
    ground *shared = ts_alloc(1, sizeof *shared);
    int status = shared ? 0 : ts_no_memory(error, "the candles");
    if (!status) status = ts_bench_candles(1, bench->settings->bars ? bench->settings->bars : BARS, &series, error);
    if (!status) status = fill_ground(shared, &series, error);
    ts_series_clear(&series);
    if (!status) return shared;
    free_ground(shared);
    return NULL;
}

/* `variant` moves it on: by bars, or by hundredths of a real number. */
static double usual_number(const ts_function_argument *argument, int variant)
{
    double value = 14;
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (!strcmp(usual[i].name, argument->name)) value = usual[i].value;
    double last = argument->integer ? argument->max : argument->max - 0.01 * BATCH;
    if (value > last) value = last;
    return value + (argument->integer ? variant : 0.01 * variant);
}

/* "name(close, 14 + variant)": series are close, then open; the first number varies. */
static void write_call(ts_strbuf *text, const ts_function *function, int variant)
{
    int series = 0, numbers = 0;
    ts_strbuf_printf(text, "%s(", function->name);
    for (int i = 0; i < function->arguments; i++) {
        const ts_function_argument *argument = &function->argument[i];
        if (i) ts_strbuf_puts(text, ", ");
        if (argument->type == TS_NUMBER) ts_strbuf_printf(text, "%g", usual_number(argument, numbers++ ? 0 : variant));
        else ts_strbuf_puts(text, series++ ? "open" : "close");
    }
    ts_strbuf_putc(text, ')');
    if (function->result == TS_SERIES) ts_strbuf_puts(text, " > 0");
}

static bool has_number(const ts_function *function)
{
    for (int i = 0; i < function->arguments; i++)
        if (function->argument[i].type == TS_NUMBER) return true;
    return false;
}

static ts_strategy *compile(const ts_function *function, int variant, ts_error *error)
{
    ts_strbuf entry = {0};
    write_call(&entry, function, variant);
    ts_strategy_text text = {.name = function->name, .entry = entry.text, .exit = "close > 0"};
    ts_strategy *strategy = entry.failed ? NULL : ts_strategy_new(&text, error);
    if (entry.failed) ts_no_memory(error, "an expression");
    ts_strbuf_clear(&entry);
    return strategy;
}

/* Seconds a row and bar of the first `count` expressions in one program. */
static int time_rows(const indicator_job *job, size_t count, double seconds, ts_lap *each, ts_error *error)
{
    ts_dag *dag = ts_dag_new(error);
    ts_planned_value value[BATCH];
    ts_program *program = NULL;
    int status = dag ? 0 : -1;
    for (size_t i = 0; i < count && !status; i++) {
        const ts_expression *entry = job->strategy[i]->entry;
        const ts_expression *row = entry->kind == TS_ABOVE ? entry->operand[0] : entry;
        status = ts_plan_expression(dag, NULL, NULL, row, &value[i], error);
    }
    if (!status) program = ts_program_new(&(ts_demand){.dag = dag, .value = value, .values = count}, 0, error);
    if (program) {
        ts_lap start = ts_stopwatch(), lap = {0};
        double rows = 0;
        for (; rows == 0 || lap.wall < seconds; rows += (double)count, lap = ts_stopwatch_since(start))
            ts_cpu_rows(job->backend->kernels, program, job->ground->column, job->ground->bars, count,
                        job->ground->row);
        *each = (ts_lap){lap.wall / (rows * (double)job->ground->bars), lap.cpu / (rows * (double)job->ground->bars)};
    }
    ts_program_free(program);
    ts_dag_free(dag);
    return program ? 0 : -1;
}

static int measure(void *state, double seconds, ts_bench_line *line, ts_error *error)
{
    const indicator_job *job = state;
    ts_lap alone, batch;
    if (time_rows(job, 1, seconds * SHARE, &alone, error)) return -1;
    line->value[TS_FIELD_threads] = 1;
    line->value[TS_FIELD_bars] = (double)job->ground->bars;
    line->value[TS_FIELD_ns_per_bar] = alone.wall * 1e9;
    line->value[TS_FIELD_ns_per_bar_cpu] = alone.cpu * 1e9;
    if (job->batch == 1) return 0;
    if (time_rows(job, job->batch, seconds * SHARE, &batch, error)) return -1;
    line->value[TS_FIELD_ns_per_bar_in_batch] = batch.wall * 1e9;
    line->value[TS_FIELD_ns_per_bar_in_batch_cpu] = batch.cpu * 1e9;
    line->value[TS_FIELD_batch_gain] = alone.cpu / batch.cpu;
    return 0;
}

static int add_line(ts_bench *bench, ground *shared, bool owner, const ts_function *function, const char *backend,
                    ts_error *error)
{
    indicator_job *job = ts_alloc(1, sizeof *job);
    if (!job) {
        if (owner) free_ground(shared);
        return ts_no_memory(error, "a benchmark");
    }
    *job = (indicator_job){.ground = shared, .owner = owner, .batch = has_number(function) ? BATCH : 1};
    if (ts_bench_add(bench, (ts_job){"indicators", function->name, backend, job, measure, free_job}, error)) return -1;
    job->backend = ts_backend_choose(backend, error);
    if (job->backend && !job->backend->kernels)
        return ts_fail(error, TS_USAGE, "the case indicators times the back ends of the processor, not %s", backend);
    for (size_t i = 0; i < job->batch; i++)
        if (!(job->strategy[i] = compile(function, (int)i, error))) return -1;
    return job->backend ? 0 : -1;
}

int ts_bench_add_indicators(ts_bench *bench, const char *name, const char *const *backend, size_t backends,
                            ts_error *error)
{
    (void)name;
    ground *shared = NULL;
    if (ts_functions_ready(error) || !(shared = new_ground(bench, error))) return -1;
    bool owner = true;
    for (int f = 0; f < ts_function_count; f++) {
        const ts_function *function = &ts_functions[f];
        if (function->internal || function->result == TS_RULE || function->result == TS_NUMBER) continue;
        for (size_t i = 0; i < backends; i++, owner = false)
            if (add_line(bench, shared, owner, function, backend[i], error)) return -1;
    }
    return 0;
}

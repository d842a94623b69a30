/* Choosing cases and back ends, measuring in turns, and the lines. */
#include "bench/bench.h"

#include "bench/candles.h"
#include "bench/stopwatch.h"
#include "common/memory.h"
#include "common/nearest.h"
#include "host/backend/backend.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CHOSEN_MAX = 16, BACKENDS_MAX = 8 };

const ts_bench_case ts_bench_cases[] = {
    {"sma-grid", "5,000 crossings of two averages, long, filled at the next open, costs", true, ts_bench_add_grid},
    {"sma-grid-close", "the same filled at the close, no slippage", true, ts_bench_add_grid},
    {"sma-grid-both", "the same as sma-grid, long and short", true, ts_bench_add_grid},
};
const size_t ts_bench_case_count = sizeof ts_bench_cases / sizeof *ts_bench_cases;

typedef struct selection {
    const ts_bench_case *bench_case[CHOSEN_MAX];
    size_t cases;
    const char *backend[BACKENDS_MAX];
    size_t backends;
} selection;

static int choose_case(selection *choice, const char *name, ts_error *error)
{
    ts_nearest nearest = {.word = name};
    for (size_t i = 0; i < ts_bench_case_count; i++) {
        ts_nearest_try(&nearest, ts_bench_cases[i].name);
        if (strcmp(ts_bench_cases[i].name, name)) continue;
        for (size_t k = 0; k < choice->cases; k++)
            if (choice->bench_case[k] == &ts_bench_cases[i]) return 0;
        choice->bench_case[choice->cases++] = &ts_bench_cases[i];
        return 0;
    }
    if (nearest.best) return ts_fail(error, TS_USAGE, "--case: '%.60s' is no case: did you mean %s?", name, nearest.best);
    return ts_fail(error, TS_USAGE, "--case: '%.60s' is no case ('tradestream bench --help' lists them)", name);
}

static int choose_backend(selection *choice, const char *name, ts_error *error)
{
    const ts_backend *backend = ts_backend_choose(name, error);
    if (!backend) return -1;
    for (size_t i = 0; i < choice->backends; i++)
        if (!strcmp(choice->backend[i], backend->name)) return 0;
    if (choice->backends == BACKENDS_MAX) return ts_fail(error, TS_USAGE, "--backend: too many back ends");
    choice->backend[choice->backends++] = backend->name;
    return 0;
}

/* Each name of "A,B" in each text of the list. */
static int each_name(const ts_texts *texts, int (*take)(selection *, const char *, ts_error *), selection *choice,
                     ts_error *error)
{
    for (size_t i = 0; i < texts->count; i++)
        for (const char *at = texts->text[i];; at++) {
            char name[64];
            size_t length = strcspn(at, ",");
            if (length >= sizeof name) return ts_fail(error, TS_USAGE, "'%.60s...' is no name", at);
            memcpy(name, at, length);
            name[length] = '\0';
            if (take(choice, name, error)) return -1;
            at += length;
            if (!*at) break;
        }
    return 0;
}

static int choose(const ts_bench_settings *settings, selection *choice, ts_error *error)
{
    if (each_name(&settings->cases, choose_case, choice, error)) return -1;
    if (each_name(&settings->backends, choose_backend, choice, error)) return -1;
    for (size_t i = 0; i < ts_bench_case_count && !settings->cases.count; i++)
        if (ts_bench_cases[i].usual) choice->bench_case[choice->cases++] = &ts_bench_cases[i];
    return choice->backends ? 0 : choose_backend(choice, "auto", error);
}

int ts_bench_add(ts_bench *bench, ts_job job, ts_error *error)
{
    ts_job *grown = ts_grow(bench->job, bench->jobs + 1, sizeof *grown);
    if (!grown) {
        if (job.free) job.free(job.state);
        return ts_no_memory(error, "the benchmarks");
    }
    bench->job = grown;
    bench->job[bench->jobs++] = job;
    return 0;
}

const ts_series *ts_bench_series(ts_bench *bench, ts_error *error)
{
    size_t bars = bench->settings->bars ? bench->settings->bars : TS_BENCH_BARS;
    if (!bench->series.bars && ts_bench_candles(1, bars, &bench->series, error)) return NULL;
    return &bench->series;
}

/* The median of each field over the repeats of one job, which stand `stride` lines apart. */
static ts_bench_line median_line(const ts_bench_line *lines, size_t stride, size_t repeats, double *room)
{
    ts_bench_line line = lines[0];
    for (int field = 0; field < TS_FIELDS; field++) {
        size_t count = 0;
        for (size_t r = 0; r < repeats; r++) {
            double value = lines[r * stride].value[field];
            if (!isnan(value)) room[count++] = value;
        }
        line.value[field] = ts_median(room, count);
    }
    line.value[TS_FIELD_repeats] = (double)repeats;
    return line;
}

static int measure(ts_bench *bench, ts_bench_line *lines, void (*progress)(const char *, int), ts_error *error)
{
    for (int r = 0; r < bench->settings->repeats; r++)
        for (size_t j = 0; j < bench->jobs; j++) {
            const ts_job *job = &bench->job[j];
            ts_bench_line *line = &lines[(size_t)r * bench->jobs + j];
            if (progress) progress(job->item ? job->item : job->bench_case, r + 1);
            *line = ts_bench_line_empty();
            line->bench_case = job->bench_case, line->item = job->item, line->backend = job->backend;
            if (job->measure(job->state, bench->settings->seconds, line, error))
                return ts_error_context(error, "%s", job->item ? job->item : job->bench_case);
        }
    return 0;
}

static void print(const ts_bench_line *line, size_t count, bool json, ts_strbuf *text)
{
    for (size_t i = 0; i < count && json; i++) ts_bench_line_json(text, &line[i]);
    if (!json) ts_bench_line_table(text, line, count);
}

/* Measure all jobs and print their lines. */
static int measure_all(ts_bench *bench, bool json, ts_strbuf *text, void (*progress)(const char *, int), ts_error *error)
{
    size_t repeats = (size_t)bench->settings->repeats;
    ts_bench_line *lines = ts_alloc(bench->jobs * repeats, sizeof *lines), *result = ts_alloc(bench->jobs, sizeof *result);
    double *room = ts_alloc(repeats, sizeof *room);
    int status = lines && result && room ? 0 : ts_no_memory(error, "the benchmarks");
    if (!status) status = measure(bench, lines, progress, error);
    if (!status) {
        for (size_t j = 0; j < bench->jobs; j++) result[j] = median_line(lines + j, bench->jobs, repeats, room);
        print(result, bench->jobs, json, text);
        if (ts_strbuf_failed(text)) status = ts_no_memory(error, "the result");
    }
    free(lines);
    free(result);
    free(room);
    return status;
}

int ts_bench_run(const ts_bench_settings *settings, bool json, ts_strbuf *text,
                 void (*progress)(const char *what, int repeat), ts_error *error)
{
    selection choice = {0};
    ts_bench bench = {.settings = settings};
    if (choose(settings, &choice, error)) return -1;
    int status = (bench.limit = ts_cache_limit_new(error)) ? 0 : -1;
    for (size_t i = 0; i < choice.cases && !status; i++) {
        const ts_bench_case *chosen = choice.bench_case[i];
        if (progress) progress(chosen->name, 0);
        status = chosen->add(&bench, chosen->name, choice.backend, choice.backends, error);
        if (status) ts_error_context(error, "%s", chosen->name);
    }
    if (!status) status = measure_all(&bench, json, text, progress, error);
    for (size_t j = bench.jobs; j-- > 0;)
        if (bench.job[j].free) bench.job[j].free(bench.job[j].state);
    free(bench.job);
    ts_cache_limit_free(bench.limit);
    ts_series_clear(&bench.series);
    return status;
}

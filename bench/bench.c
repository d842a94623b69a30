/* Choosing cases and back ends, measuring in turns, and the lines. */
#include "bench/bench.h"

#include "bench/candles.h"
#include "bench/turns.h"
#include "common/memory.h"
#include "common/nearest.h"
#include "host/backend/backend.h"

#include <stdlib.h>
#include <string.h>

enum { CHOSEN_MAX = 16, BACKENDS_MAX = 8 };

const ts_bench_case ts_bench_cases[] = {
    {"sma-grid", "5,000 crossings of two averages, long, filled at the next open, costs", true, false,
     ts_bench_add_grid},
    {"sma-grid-close", "the same filled at the close, no slippage", true, false, ts_bench_add_grid},
    {"sma-grid-both", "the same as sma-grid, long and short", true, false, ts_bench_add_grid},
    {"indicators", "a row of each function, alone and eight in a batch", false, false, ts_bench_add_indicators},
    {"strategies", "1,000 genomes of each strategy of the catalogue", false, true, ts_bench_add_strategies},
    {"import", "a packed file of 1,306,000 candles into a store, durably", false, false, ts_bench_add_import},
    {"ingest",
     "messages of an exchange decoded into trades, and into minutes; all of candle_ingestor: bench/ingest_load", false,
     false, ts_bench_add_ingest},
    {"cycle", "9,600 requests, what the original platform was given every five minutes, on 1 and 2 ranks", false, false,
     ts_bench_add_cycle},
    {"streams", "the requests of a cycle through Kafka into PostgreSQL; DATABASE_URL, KAFKA_BOOTSTRAP_SERVERS", false,
     false, ts_bench_add_streams},
    {"scaling", "discover on 1, 2 and 4 ranks, and a model of up to 1,024", false, false, ts_bench_add_scaling},
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
    if (nearest.best)
        return ts_fail(error, TS_USAGE, "--case: '%.60s' is no case: did you mean %s?", name, nearest.best);
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

/* The lines of each case, which stand together. */
static void print(const ts_bench_line *line, size_t count, bool json, ts_strbuf *text)
{
    for (size_t from = 0, to; from < count; from = to) {
        for (to = from; to < count && !strcmp(line[to].bench_case, line[from].bench_case);) to++;
        if (json)
            for (size_t i = from; i < to; i++) ts_bench_line_json(text, &line[i]);
        else ts_bench_line_table(text, line + from, to - from);
        if (!json && to < count) ts_strbuf_putc(text, '\n');
    }
}

int ts_bench_run(const ts_bench_settings *settings, bool json, ts_strbuf *text,
                 void (*progress)(const char *what, int repeat), ts_error *error)
{
    selection choice = {0};
    ts_bench bench = {.settings = settings};
    ts_bench_line *result = NULL;
    size_t results = 0;
    if (choose(settings, &choice, error)) return -1;
    int status = (bench.limit = ts_cache_limit_new(error)) ? 0 : -1;
    for (size_t i = 0; i < choice.cases && !status; i++) {
        const ts_bench_case *chosen = choice.bench_case[i];
        if (progress) progress(chosen->name, 0);
        status = chosen->add(&bench, chosen->name, choice.backend, choice.backends, error);
        if (status) ts_error_context(error, "%s", chosen->name);
    }
    if (!status) status = ts_bench_take_turns(&bench, &result, &results, progress, error);
    if (!status) print(result, results, json, text);
    if (ts_strbuf_failed(text)) status = ts_no_memory(error, "the result");
    free(result);
    for (size_t j = bench.jobs; j-- > 0;)
        if (bench.job[j].free) bench.job[j].free(bench.job[j].state);
    free(bench.job);
    ts_cache_limit_free(bench.limit);
    ts_series_clear(&bench.series);
    return status;
}

#include "host/report/stored_run.h"

#include "common/json_members.h"
#include "common/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RUN_BYTES_MOST = 1 << 30 };

#define STEP(field)   offsetof(ts_stored_step, field)
#define SEARCH(field) offsetof(ts_stored_search, field)
#define SERIES(field) offsetof(ts_stored_series, field)
#define RUN(field)    offsetof(ts_stored_run, field)

static const ts_json_member step_members[] = {{"evaluations", TS_JSON_NUMBER, true, STEP(evaluations)},
                                              {"best", TS_JSON_REAL, true, STEP(best)},
                                              {"median", TS_JSON_REAL, true, STEP(median)},
                                              {"diversity", TS_JSON_REAL, false, STEP(diversity)},
                                              {0}};
static const ts_json_member search_members[] = {{"symbol", TS_JSON_TEXT, true, SEARCH(symbol)},
                                                {"strategy", TS_JSON_TEXT, true, SEARCH(strategy)},
                                                {"search", TS_JSON_TEXT, false, SEARCH(kind)},
                                                {"skipped", TS_JSON_TEXT, false, SEARCH(skipped)},
                                                {"evaluations", TS_JSON_COUNT, false, SEARCH(evaluations)},
                                                {"feasible", TS_JSON_COUNT, false, SEARCH(feasible)},
                                                {"profitable", TS_JSON_COUNT, false, SEARCH(profitable)},
                                                {0}};
static const ts_json_member series_members[] = {
    {"symbol", TS_JSON_TEXT, true, SERIES(symbol)},      {"candles", TS_JSON_TEXT, false, SERIES(candles)},
    {"interval", TS_JSON_TEXT, false, SERIES(interval)}, {"first", TS_JSON_TEXT, false, SERIES(first)},
    {"last", TS_JSON_TEXT, false, SERIES(last)},         {"skipped", TS_JSON_TEXT, false, SERIES(skipped)},
    {"bars", TS_JSON_COUNT, false, SERIES(bars)},        {0}};
static const ts_json_member gap_members[] = {{"places", TS_JSON_COUNT, true, SERIES(gaps)},
                                             {"missing_bars", TS_JSON_COUNT, true, SERIES(missing)},
                                             {"longest_bars", TS_JSON_COUNT, true, SERIES(longest)},
                                             {"longest_after", TS_JSON_TEXT, false, SERIES(longest_after)},
                                             {"zero_volume_bars", TS_JSON_COUNT, true, SERIES(zero_volume)},
                                             {0}};
static const ts_json_member run_members[] = {{"command", TS_JSON_TEXT, true, RUN(command)},
                                             {"engine_version", TS_JSON_TEXT, true, RUN(engine_version)},
                                             {"commit", TS_JSON_TEXT, false, RUN(commit)},
                                             {"finished", TS_JSON_TEXT, false, RUN(finished)},
                                             {"backend", TS_JSON_TEXT, true, RUN(backend)},
                                             {"threads", TS_JSON_COUNT, false, RUN(threads)},
                                             {"seconds", TS_JSON_NUMBER, true, RUN(seconds)},
                                             {"search_seconds", TS_JSON_NUMBER, false, RUN(search_seconds)},
                                             {"evaluations", TS_JSON_COUNT, true, RUN(evaluations)},
                                             {"genome_bars", TS_JSON_COUNT, true, RUN(genome_bars)},
                                             {"genome_bars_per_s", TS_JSON_NUMBER, false, RUN(genome_bars_per_s)},
                                             {"results", TS_JSON_COUNT, false, RUN(results)},
                                             {0}};
static const ts_json_member setting_members[] = {{"objective", TS_JSON_TEXT, true, RUN(objective)},
                                                 {"seed", TS_JSON_COUNT, true, RUN(seed)},
                                                 {"min_trades", TS_JSON_NUMBER, true, RUN(min_trades)},
                                                 {"max_drawdown", TS_JSON_NUMBER, true, RUN(max_drawdown)},
                                                 {0}};
static const ts_json_member machine_members[] = {{"cpu", TS_JSON_TEXT, false, RUN(cpu)}, {0}};

/* A member that must be an array of things of `size` bytes; zeroed room for them. NULL with an error, or when empty. */
static void *room_for(const json_t *object, const char *name, size_t size, size_t *count, ts_error *error)
{
    const json_t *array = json_object_get(object, name);
    void *room = NULL;
    if (!json_is_array(array)) ts_fail(error, TS_BAD_DATA, "%s: expected an array", name);
    else if ((*count = json_array_size(array)) && !(room = ts_alloc(*count, size))) ts_no_memory(error, name);
    if (!room) *count = 0;
    return room;
}

static int read_search(const json_t *object, ts_stored_search *search, ts_error *error)
{
    *search = (ts_stored_search){.kind = "", .skipped = ""};
    if (ts_json_members(object, search_members, true, search, error)) return -1;
    if (*search->skipped) return 0;
    search->step = room_for(object, "convergence", sizeof *search->step, &search->steps, error);
    if (error->code) return -1;
    for (size_t i = 0; i < search->steps; i++) {
        search->step[i].diversity = NAN;
        const json_t *step = json_array_get(json_object_get(object, "convergence"), i);
        if (ts_json_members(step, step_members, true, &search->step[i], error))
            return ts_error_context(error, "convergence[%zu]", i);
    }
    return 0;
}

static int read_series(const json_t *object, ts_stored_series *series, ts_error *error)
{
    *series =
        (ts_stored_series){.candles = "", .interval = "", .first = "", .last = "", .skipped = "", .longest_after = ""};
    if (ts_json_members(object, series_members, true, series, error)) return -1;
    const json_t *gaps = json_object_get(object, "gaps");
    if (gaps && ts_json_members(gaps, gap_members, true, series, error)) return ts_error_context(error, "gaps");
    return 0;
}

static int read_part(const json_t *root, const char *name, const ts_json_member *members, void *into, ts_error *error)
{
    const json_t *part = json_object_get(root, name);
    if (!part) return ts_fail(error, TS_BAD_DATA, "%s: missing", name);
    return ts_json_members(part, members, true, into, error) ? ts_error_context(error, "%s", name) : 0;
}

static int read_document(ts_stored_run *run, ts_error *error)
{
    const json_t *root = run->document;
    if (ts_json_members(root, run_members, true, run, error) ||
        read_part(root, "search", setting_members, run, error) ||
        read_part(root, "machine", machine_members, run, error))
        return -1;
    run->one_series = room_for(root, "series", sizeof *run->one_series, &run->series, error);
    run->search = room_for(root, "searches", sizeof *run->search, &run->searches, error);
    if (error->code) return -1;
    for (size_t i = 0; i < run->series; i++)
        if (read_series(json_array_get(json_object_get(root, "series"), i), &run->one_series[i], error))
            return ts_error_context(error, "series[%zu]", i);
    for (size_t i = 0; i < run->searches; i++)
        if (read_search(json_array_get(json_object_get(root, "searches"), i), &run->search[i], error))
            return ts_error_context(error, "searches[%zu]", i);
    return 0;
}

int ts_stored_run_read(const char *path, ts_stored_run *run, ts_error *error)
{
    *run = (ts_stored_run){.command = "",
                           .engine_version = "",
                           .commit = "",
                           .finished = "",
                           .backend = "",
                           .cpu = "",
                           .objective = "",
                           .max_drawdown = 1};
    if (access(path, F_OK)) {
        snprintf(run->absent, sizeof run->absent, "there is no %s", path);
        return 0;
    }
    run->document = ts_json_load(path, RUN_BYTES_MOST, error);
    if (!run->document) return -1;
    ts_error inner = {0};
    if (!read_document(run, &inner)) return 0;
    ts_stored_run_clear(run);
    ts_fail(error, inner.code, "%s", inner.text);
    return ts_error_context(error, "%s", path);
}

void ts_stored_run_clear(ts_stored_run *run)
{
    for (size_t i = 0; i < run->searches; i++) free(run->search[i].step);
    free(run->search);
    free(run->one_series);
    json_decref(run->document);
    *run = (ts_stored_run){0};
}

const ts_stored_search *ts_stored_run_find(const ts_stored_run *run, const char *symbol, const char *strategy)
{
    for (size_t i = 0; i < run->searches; i++)
        if (!strcmp(run->search[i].symbol, symbol) && !strcmp(run->search[i].strategy, strategy))
            return &run->search[i];
    return NULL;
}

uint64_t ts_stored_run_profitable(const ts_stored_run *run)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < run->searches; i++) sum += run->search[i].profitable;
    return sum;
}

#define _GNU_SOURCE
#include "host/report/stored_result.h"

#include "common/clock.h"
#include "common/interval.h"
#include "common/json_members.h"
#include "common/memory.h"
#include "host/search/together.h"
#include "host/validation/walk_forward.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A text member and what is made of it. */
typedef struct text_row {
    const char *name;
    bool wanted;
    int (*parse)(const char *text, size_t size, void *field, ts_error *error);
    size_t offset, size;
} text_row;

static int copy_text(const char *text, size_t size, void *field, ts_error *error)
{
    size_t length = strlen(text);
    if (length >= size || !length)
        return ts_fail(error, TS_BAD_DATA, "expected 1 to %zu characters, found %zu", size - 1, length);
    memcpy(field, text, length + 1);
    return 0;
}

static int copy_hash(const char *text, size_t size, void *field, ts_error *error)
{
    if (strlen(text) == size - 1 && strspn(text, "0123456789abcdef") == size - 1)
        return copy_text(text, size, field, error);
    return ts_fail(error, TS_BAD_DATA, "expected %zu hexadecimal digits, found '%.60s'", size - 1, text);
}

static int keep_text(const char *text, size_t size, void *field, ts_error *error)
{
    (void)size;
    char *copy = strdup(text);
    memcpy(field, &copy, sizeof copy);
    return copy ? 0 : ts_no_memory(error, "a result");
}

static int parse_time(const char *text, size_t size, void *field, ts_error *error)
{
    (void)size;
    return ts_time_parse(text, field, error);
}

static int parse_interval(const char *text, size_t size, void *field, ts_error *error)
{
    (void)size;
    return ts_interval_parse(text, field, error);
}

static int choose(const char *const *names, const char *choices, const char *text, int *which, ts_error *error)
{
    for (*which = 0; names[*which]; ++*which)
        if (!strcmp(names[*which], text)) return 0;
    return ts_fail(error, TS_BAD_DATA, "expected %s, found '%.60s'", choices, text);
}

static int parse_direction(const char *text, size_t size, void *field, ts_error *error)
{
    (void)size;
    int which;
    if (choose(ts_direction_names, TS_DIRECTIONS, text, &which, error)) return -1;
    *(ts_direction *)field = (ts_direction)which;
    return 0;
}

static int parse_fill(const char *text, size_t size, void *field, ts_error *error)
{
    (void)size;
    int which;
    if (choose(ts_fill_names, TS_FILLS, text, &which, error)) return -1;
    *(ts_fill *)field = (ts_fill)which;
    return 0;
}

static int parse_kind(const char *text, size_t size, void *field, ts_error *error)
{
    (void)size;
    for (int kind = TS_SEARCH_AUTO; kind <= TS_SEARCH_LAST; kind++)
        if (!strcmp(ts_search_kind_name((ts_search_kind)kind), text)) {
            *(ts_search_kind *)field = (ts_search_kind)kind;
            return 0;
        }
    return ts_fail(error, TS_BAD_DATA, "expected %s, found '%.60s'", TS_SEARCH_KINDS, text);
}

static int parse_objective(const char *text, size_t size, void *field, ts_error *error)
{
    (void)size;
    return ts_objective_parse(text, field, error);
}

static int parse_windows(const char *text, size_t size, void *field, ts_error *error)
{
    (void)size;
    return ts_walk_forward_parse(text, field, error);
}

#define AT(field)   offsetof(ts_stored_result, field)
#define ROOM(field) AT(field), sizeof((ts_stored_result *)0)->field

static const text_row origin_texts[] = {{"strategy", true, copy_text, ROOM(strategy)},
                                        {"definition_hash", true, copy_hash, ROOM(definition_hash)},
                                        {"direction", true, parse_direction, ROOM(direction)},
                                        {"exchange", true, copy_text, ROOM(exchange)},
                                        {"symbol", true, copy_text, ROOM(symbol)},
                                        {"interval", true, parse_interval, ROOM(interval_ms)},
                                        {"load_from", true, parse_time, ROOM(load_from_ms)},
                                        {"start", true, parse_time, ROOM(start_ms)},
                                        {"end", true, parse_time, ROOM(end_ms)},
                                        {"fingerprint", true, copy_hash, ROOM(fingerprint)},
                                        {"fill", true, parse_fill, ROOM(simulation.fill)},
                                        {"engine_version", true, copy_text, ROOM(engine_version)},
                                        {"command", false, keep_text, ROOM(command)},
                                        {0}};
static const ts_json_member origin_numbers[] = {{"synthetic", TS_JSON_TRUTH, true, AT(synthetic)},
                                                {"fill_gaps", TS_JSON_TRUTH, true, AT(fill_gaps)},
                                                {"fee", TS_JSON_NUMBER, true, AT(simulation.fee)},
                                                {"slippage", TS_JSON_NUMBER, true, AT(simulation.slippage)},
                                                {"bars_per_year", TS_JSON_NUMBER, true, AT(simulation.bars_per_year)},
                                                {"risk_free", TS_JSON_NUMBER, true, AT(simulation.risk_free)},
                                                {0}};
static const text_row search_texts[] = {
    {"objective", true, parse_objective, ROOM(objective)}, {"search", true, parse_kind, ROOM(kind)}, {0}};
static const ts_json_member search_numbers[] = {{"rank", TS_JSON_COUNT, true, AT(rank)},
                                                {"score", TS_JSON_REAL, true, AT(score)},
                                                {"seed", TS_JSON_COUNT, true, AT(seed)},
                                                {"evaluations", TS_JSON_COUNT, true, AT(evaluations)},
                                                {0}};
static const ts_json_member luck_numbers[] = {{"search", TS_JSON_COUNT, true, AT(luck.search_trials)},
                                              {"run", TS_JSON_COUNT, true, AT(luck.run_trials)},
                                              {"spread", TS_JSON_REAL, true, AT(luck.spread)},
                                              {"overfitting", TS_JSON_REAL, true, AT(luck.overfitting)},
                                              {"deflated_sharpe", TS_JSON_REAL, true, AT(luck.deflated_sharpe)},
                                              {0}};
static const text_row windows_text[] = {{"windows", true, parse_windows, ROOM(walk_forward)}, {0}};
static const ts_json_member windows_numbers[] = {{"in_sample_score", TS_JSON_REAL, true, AT(in_sample_score)}, {0}};

#define IN_WHEN(field) offsetof(ts_train_test, field), sizeof(int64_t)

static const text_row train_times[] = {
    {"start", true, parse_time, IN_WHEN(train_from_ms)}, {"end", true, parse_time, IN_WHEN(train_to_ms)}, {0}};
static const text_row test_times[] = {
    {"start", true, parse_time, IN_WHEN(test_from_ms)}, {"end", true, parse_time, IN_WHEN(test_to_ms)}, {0}};
static const ts_json_member fold_score = {"score", TS_JSON_REAL, true, offsetof(ts_stored_fold, score)};
static const ts_json_member fold_numbers[] = {
    {"evaluations", TS_JSON_COUNT, true, offsetof(ts_stored_fold, evaluations)}, {0}};

/* Words of a command line are refused as usage; the same words in a file are bad data. */
static int refused(ts_error *error, const char *name)
{
    if (error->code == TS_USAGE) error->code = TS_BAD_DATA;
    return ts_error_context(error, "%s", name);
}

static int read_texts(const json_t *object, const text_row *rows, void *into, ts_error *error)
{
    for (const text_row *row = rows; row->name; row++) {
        const char *text;
        const ts_json_member member = {row->name, TS_JSON_TEXT, row->wanted, 0};
        const json_t *value = json_object_get(object, row->name);
        if (!value && !row->wanted) continue;
        if (!value) return ts_fail(error, TS_BAD_DATA, "%s: missing", row->name);
        if (ts_json_take(&member, value, &text, error)) return -1;
        if (row->parse(text, row->size, (char *)into + row->offset, error)) return refused(error, row->name);
    }
    return 0;
}

static int read_both(const json_t *object, const text_row *texts, const ts_json_member *numbers, void *into,
                     ts_error *error)
{
    if (ts_json_members(object, numbers, true, into, error)) return -1;
    return read_texts(object, texts, into, error);
}

/* A member that must be an object, NULL with an error when it is not. */
static const json_t *part_of(const json_t *object, const char *name, ts_error *error)
{
    const json_t *part = json_object_get(object, name);
    if (json_is_object(part)) return part;
    if (part) ts_json_wrong(name, "an object", part, error);
    else ts_fail(error, TS_BAD_DATA, "%s: missing", name);
    return NULL;
}

static int read_metric(const ts_metric_row *row, const json_t *value, double *number, ts_error *error)
{
    static const ts_json_type types[] = {
        [TS_KIND_REAL] = TS_JSON_REAL, [TS_KIND_COUNT] = TS_JSON_COUNT, [TS_KIND_TRUTH] = TS_JSON_TRUTH};
    union {
        double real;
        uint64_t count;
        bool truth;
    } read = {NAN};
    const ts_json_member member = {row->name, types[row->kind], true, 0};
    *number = NAN;
    if (!value) return ts_fail(error, TS_BAD_DATA, "%s: missing", row->name);
    if (json_is_null(value)) return 0;
    if (ts_json_take(&member, value, &read, error)) return -1;
    if (row->kind == TS_KIND_REAL) *number = read.real;
    else *number = row->kind == TS_KIND_COUNT ? (double)read.count : (double)read.truth;
    return 0;
}

static int read_metrics(const json_t *object, ts_metrics *metrics, ts_error *error)
{
    const json_t *part = part_of(object, "metrics", error);
    if (!part) return -1;
    for (int i = 0; i < TS_METRICS; i++) {
        const ts_metric_row *row = &ts_metric_table[i];
        if (read_metric(row, json_object_get(part, row->name), &metrics->value[i], error))
            return ts_error_context(error, "metrics");
    }
    return 0;
}

static int read_parameters(const json_t *object, ts_stored_parameters *parameters, ts_error *error)
{
    const json_t *part = part_of(object, "parameters", error);
    const char *name;
    json_t *value;
    if (!part) return -1;
    if (json_object_size(part) > TS_PARAMETERS_MAX)
        return ts_fail(error, TS_BAD_DATA, "parameters: expected at most %d, found %zu", TS_PARAMETERS_MAX,
                       json_object_size(part));
    json_object_foreach((json_t *)part, name, value)
    {
        const ts_json_member member = {name, TS_JSON_NUMBER, true, 0};
        size_t i = parameters->count;
        if (copy_text(name, sizeof parameters->named[i].name, parameters->named[i].name, error) ||
            ts_json_take(&member, value, &parameters->named[i].value, error))
            return ts_error_context(error, "parameters");
        parameters->count++;
    }
    return 0;
}

static int read_window(const json_t *object, const char *name, const text_row *times, bool chosen, ts_train_test *when,
                       ts_metrics *metrics, ts_error *error)
{
    const json_t *part = part_of(object, name, error);
    if (!part) return -1;
    if (read_texts(part, times, when, error) || (chosen && read_metrics(part, metrics, error)))
        return ts_error_context(error, "%s", name);
    return 0;
}

static int read_fold(const json_t *object, ts_stored_fold *fold, ts_error *error)
{
    if (ts_json_members(object, fold_numbers, true, fold, error)) return -1;
    const json_t *score = json_object_get(object, fold_score.name);
    fold->chosen = json_object_get(object, "parameters") != NULL;
    if (fold->chosen && !score) return ts_fail(error, TS_BAD_DATA, "score: missing");
    if (fold->chosen &&
        (ts_json_take(&fold_score, score, fold, error) || read_parameters(object, &fold->parameters, error)))
        return -1;
    if (read_window(object, "train", train_times, fold->chosen, &fold->when, &fold->train, error)) return -1;
    return read_window(object, "test", test_times, fold->chosen, &fold->when, &fold->test, error);
}

static int read_walk_forward(const json_t *object, ts_stored_result *result, ts_error *error)
{
    const json_t *folds = json_object_get(object, "folds"), *fold;
    if (read_both(object, windows_text, windows_numbers, result, error)) return -1;
    if (!json_is_array(folds)) return ts_fail(error, TS_BAD_DATA, "folds: expected an array");
    size_t count = json_array_size(folds), i;
    if (count < 1 || count > TS_TOGETHER_MAX)
        return ts_fail(error, TS_BAD_DATA, "folds: expected 1 to %d, found %zu", TS_TOGETHER_MAX, count);
    result->fold = ts_alloc(count, sizeof *result->fold);
    if (!result->fold) return ts_no_memory(error, "the folds of a result");
    result->folds = count;
    json_array_foreach((json_t *)folds, i, fold)
    {
        if (read_fold(fold, &result->fold[i], error)) return ts_error_context(error, "folds[%zu]", i);
    }
    return 0;
}

static int read_search(const json_t *object, ts_stored_result *result, ts_error *error)
{
    const json_t *luck = json_object_get(object, "trials"), *windows = json_object_get(object, "walk_forward");
    result->searched = json_object_get(object, "objective") != NULL;
    if (result->searched && read_both(object, search_texts, search_numbers, result, error)) return -1;
    result->counted = luck != NULL;
    if (luck && ts_json_members(luck, luck_numbers, true, result, error)) return ts_error_context(error, "trials");
    if (windows && !result->searched) return ts_fail(error, TS_BAD_DATA, "objective: missing");
    if (windows && read_walk_forward(windows, result, error)) return ts_error_context(error, "walk_forward");
    return 0;
}

static int check_times(ts_stored_result *result, ts_error *error)
{
    if (result->start_ms < result->load_from_ms)
        return ts_fail(error, TS_BAD_DATA, "start: expected a time not before load_from");
    if (result->end_ms <= result->start_ms) return ts_fail(error, TS_BAD_DATA, "end: expected a time after start");
    result->simulation.from_ms = result->start_ms;
    result->simulation.to_ms = result->end_ms;
    return 0;
}

int ts_stored_read(const json_t *object, ts_stored_result *result, ts_error *error)
{
    *result = (ts_stored_result){.score = NAN, .in_sample_score = NAN};
    if (read_both(object, origin_texts, origin_numbers, result, error) || check_times(result, error) ||
        read_parameters(object, &result->parameters, error) || read_search(object, result, error) ||
        read_metrics(object, &result->metrics, error)) {
        ts_stored_clear(result);
        return -1;
    }
    return 0;
}

void ts_stored_clear(ts_stored_result *result)
{
    free(result->fold);
    free(result->command);
    *result = (ts_stored_result){0};
}

int ts_stored_genome(const ts_stored_parameters *parameters, const ts_strategy *strategy, ts_genome *genome,
                     ts_error *error)
{
    *genome = (ts_genome){{0}};
    for (size_t i = 0; i < parameters->count; i++)
        if (ts_genome_set(strategy, genome, parameters->named[i].name, parameters->named[i].value, error))
            return refused(error, "parameters");
    for (int i = 0; i < strategy->parameters; i++) {
        size_t at = 0;
        while (at < parameters->count && strcmp(parameters->named[at].name, strategy->parameter[i].name)) at++;
        if (at == parameters->count)
            return ts_fail(error, TS_BAD_DATA, "parameters: %s of %s: missing", strategy->parameter[i].name,
                           strategy->name);
    }
    if (ts_genome_valid(strategy, genome)) return 0;
    return ts_fail(error, TS_BAD_DATA, "parameters: they do not satisfy the \"require\" of %s", strategy->name);
}

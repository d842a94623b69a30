/* The folds of a stored walk-forward. */
#include "host/report/stored_members.h"

#include "common/memory.h"
#include "host/search/together.h"

#define AT(field)   offsetof(ts_stored_result, field)
#define ROOM(field) AT(field), sizeof((ts_stored_result *)0)->field

static const ts_stored_text windows_text[] = {{"windows", true, ts_stored_windows, ROOM(walk_forward)}, {0}};
static const ts_json_member windows_numbers[] = {{"in_sample_score", TS_JSON_REAL, true, AT(in_sample_score)}, {0}};

#define IN_WHEN(field) offsetof(ts_train_test, field), sizeof(int64_t)

static const ts_stored_text train_times[] = {
    {"start", true, ts_stored_time, IN_WHEN(train_from_ms)}, {"end", true, ts_stored_time, IN_WHEN(train_to_ms)}, {0}};
static const ts_stored_text test_times[] = {
    {"start", true, ts_stored_time, IN_WHEN(test_from_ms)}, {"end", true, ts_stored_time, IN_WHEN(test_to_ms)}, {0}};
static const ts_json_member fold_score = {"score", TS_JSON_REAL, true, offsetof(ts_stored_fold, score)};
static const ts_json_member fold_numbers[] = {
    {"evaluations", TS_JSON_COUNT, true, offsetof(ts_stored_fold, evaluations)}, {0}};

static int read_window(const json_t *object, const char *name, const ts_stored_text *times, bool chosen,
                       ts_train_test *when, ts_metrics *metrics, ts_error *error)
{
    const json_t *part = ts_stored_part(object, name, error);
    if (!part) return -1;
    if (ts_stored_texts(part, times, when, error) || (chosen && ts_stored_metrics(part, metrics, error)))
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
        (ts_json_take(&fold_score, score, fold, error) || ts_stored_parameters_read(object, &fold->parameters, error)))
        return -1;
    if (read_window(object, "train", train_times, fold->chosen, &fold->when, &fold->train, error)) return -1;
    return read_window(object, "test", test_times, fold->chosen, &fold->when, &fold->test, error);
}

int ts_stored_walk_forward(const json_t *object, ts_stored_result *result, ts_error *error)
{
    const json_t *folds = json_object_get(object, "folds"), *fold;
    if (ts_stored_both(object, windows_text, windows_numbers, result, error)) return -1;
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

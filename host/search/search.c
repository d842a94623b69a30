/* Which search runs, and whether its settings make sense together. */
#include "host/search/search.h"

#include "host/search/methods.h"

#include <inttypes.h>
#include <stdlib.h>

static const struct {
    const char *name;
    int (*run)(ts_trials *trials, ts_error *error);
    bool remember; /* can meet a genome twice */
} methods[] = {
    [TS_SEARCH_AUTO] = {"auto", NULL, false},
    [TS_SEARCH_EXHAUSTIVE] = {"exhaustive", ts_search_exhaustive, false},
    [TS_SEARCH_GA] = {"ga", ts_search_genetic, true},
    [TS_SEARCH_RANDOM] = {"random", ts_search_random, true},
    [TS_SEARCH_NSGA2] = {"nsga2", ts_search_nsga2, true},
};

const char *ts_search_kind_name(ts_search_kind kind) { return methods[kind].name; }

int ts_search_check(const ts_search_settings *settings, ts_error *error)
{
    const ts_breeding *breeding = &settings->breeding;
    if (settings->evaluations < 1) return ts_fail(error, TS_USAGE, "--evaluations: at least 1 expected");
    if (settings->top < 1) return ts_fail(error, TS_USAGE, "--top: at least 1 expected");
    if (breeding->population < 2)
        return ts_fail(error, TS_USAGE, "--population %d: at least 2 expected, a child has two parents",
                       breeding->population);
    if (breeding->islands < 1 || breeding->islands > breeding->population / 2)
        return ts_fail(error, TS_USAGE, "--islands %d: expected 1 to %d, at least 2 of the population of %d on each",
                       breeding->islands, breeding->population / 2, breeding->population);
    if (settings->kind == TS_SEARCH_GA && settings->also.count)
        return ts_fail(error, TS_USAGE, "--search ga: it knows one --objective; for %zu, say nsga2 or auto",
                       1 + settings->also.count);
    if (settings->kind == TS_SEARCH_NSGA2 && !settings->also.count)
        return ts_fail(
            error, TS_USAGE,
            "--search nsga2: expected 2 to %d keys in --objective, with commas between them; for one, say ga "
            "or auto",
            TS_OBJECTIVES_MAX);
    if (breeding->tournament < 1) return ts_fail(error, TS_USAGE, "--tournament: at least 1 expected");
    return 0;
}

int ts_search_choose(const ts_search_settings *settings, const ts_strategy *strategy, ts_search_kind *kind,
                     ts_error *error)
{
    uint64_t space = ts_strategy_space(strategy);
    *kind = settings->kind;
    if (*kind == TS_SEARCH_AUTO) *kind = settings->also.count ? TS_SEARCH_NSGA2 : TS_SEARCH_GA;
    if (settings->kind == TS_SEARCH_AUTO && space <= settings->evaluations) *kind = TS_SEARCH_EXHAUSTIVE;
    if (*kind == TS_SEARCH_EXHAUSTIVE && space > settings->evaluations)
        return ts_fail(error, TS_USAGE,
                       "--search exhaustive: %s has %" PRIu64 " points, more than --evaluations %" PRIu64
                       ": raise the budget or use another search",
                       strategy->name, space, settings->evaluations);
    return 0;
}

int ts_search_run(const ts_search_settings *settings, const ts_search_task *task, const ts_evaluator *evaluator,
                  ts_search_result *result, ts_error *error)
{
    *result = (ts_search_result){0};
    ts_search_kind kind;
    if (ts_search_check(settings, error) || ts_search_choose(settings, task->strategy, &kind, error)) return -1;
    ts_trials trials;
    result->kind = kind;
    int rc = ts_trials_init(&trials, settings, task, evaluator, methods[kind].remember, result, error);
    if (rc == 0) rc = methods[kind].run(&trials, error);
    if (rc == 0) rc = ts_trials_end(&trials, error);
    ts_trials_clear(&trials);
    if (rc) ts_search_result_clear(result);
    return rc;
}

void ts_search_result_clear(ts_search_result *result)
{
    free(result->top);
    free(result->step);
    *result = (ts_search_result){0};
}

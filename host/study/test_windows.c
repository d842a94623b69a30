/* The out-of-sample half of a walk-forward. */
#include "host/study/study_internal.h"

#include "common/memory.h"
#include "host/metrics/curve.h"
#include "host/validation/stitched.h"

#include <stdlib.h>

/* Trade a fold's choice in its test window. */
static int test_fold(ts_course *c, ts_fold *fold, ts_stitched *stitched, ts_error *error)
{
    ts_market *window = ts_market_window(c->task->market, fold->when.test_from_ms, fold->when.test_to_ms, 1, error);
    if (!window) return -1;
    ts_backtest backtest = {0};
    int status = 0;
    if (fold->chosen)
        status = ts_backtest_run(c->engine, window, c->task->strategy, &fold->train.genome, &backtest, error);
    if (!status) status = ts_stitched_add(stitched, window, fold->chosen ? &backtest : NULL, error);
    fold->test = backtest.metrics;
    ts_backtest_clear(&backtest);
    ts_market_free(window);
    return status;
}

static ts_fold fold_of(const ts_train_test *when, const ts_search_result *found)
{
    ts_fold fold = {.when = *when, .chosen = found->top_count > 0, .evaluations = found->evaluations};
    if (fold.chosen) fold.train = found->top[0];
    return fold;
}

/* The last fold that found something, with the stitched metrics, is the study's only candidate. */
static int hand_on(const ts_course *c, const ts_stitched *stitched, ts_study *study, ts_error *error)
{
    const ts_fold *last = NULL;
    for (size_t i = 0; i < study->folds; i++)
        if (study->fold[i].chosen) last = &study->fold[i];
    if (!last) return 0;
    study->found.top = ts_alloc(1, sizeof *study->found.top);
    study->moments = ts_alloc(1, sizeof *study->moments);
    double *returns = ts_alloc(stitched->bars, sizeof *returns);
    if (!study->found.top || !study->moments || !returns) {
        free(returns);
        return ts_no_memory(error, "the winner");
    }
    ts_curve_returns(stitched->equity, stitched->bars, returns);
    study->moments[0] = ts_moments_of(returns, stitched->bars);
    free(returns);
    ts_candidate *winner = study->found.top;
    winner->genome = last->train.genome;
    ts_stitched_metrics(stitched, &winner->metrics);
    winner->standing = ts_objective_stand(&c->settings->search.objective, &winner->metrics);
    study->found.top_count = winner->standing.feasible;
    return 0;
}

static void count_searches(const ts_search_result *results, size_t count, ts_search_result *found)
{
    for (size_t i = 0; i < count; i++) {
        found->evaluations += results[i].evaluations;
        found->feasible += results[i].feasible;
        found->profitable += results[i].profitable;
    }
}

int ts_course_test(ts_course *c, ts_search_result *results, ts_study *study, ts_error *error)
{
    ts_stitched stitched;
    ts_search_result *last = &results[c->windows - 1];
    study->fold = ts_alloc(c->windows, sizeof *study->fold);
    if (!study->fold) return ts_no_memory(error, "the windows");
    study->folds = c->windows;
    study->found = (ts_search_result){.kind = last->kind, .step = last->step, .steps = last->steps};
    last->step = NULL;
    count_searches(results, c->windows, &study->found);
    ts_stitched_init(&stitched, c->task->market);
    int status = 0;
    for (size_t i = 0; !status && i < c->windows; i++) {
        study->fold[i] = fold_of(&c->when[i], &results[i]);
        status = test_fold(c, &study->fold[i], &stitched, error);
        if (status) ts_error_context(error, "test window %zu", i + 1);
    }
    if (!status) status = hand_on(c, &stitched, study, error);
    ts_stitched_clear(&stitched);
    return status;
}

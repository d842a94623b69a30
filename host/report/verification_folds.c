#include "host/report/verification_folds.h"

#include "host/search/together.h"
#include "host/validation/stitched.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the folds so far add up to, all of it computed. */
typedef struct tally {
    ts_stitched stitched;
    double scores, chosen; /* in training: their sum; folds that found something */
    const ts_stored_fold *last;
} tally;

/* Metrics in training as the search computed them, and the score. */
static int train(ts_recount *e, const char *where, const ts_stored_fold *fold, const ts_train_test *when,
                 const ts_genome *genome, tally *chain)
{
    char place[64];
    ts_metrics metrics;
    ts_market *window = ts_market_window(e->of->market, when->train_from_ms, when->train_to_ms, 1, e->error);
    if (!window) return -1;
    int status = ts_evaluate(e->engine, window, e->of->strategy, genome, 1, &metrics, e->error);
    ts_market_free(window);
    if (status) return -1;
    snprintf(place, sizeof place, "%strain.", where);
    if (ts_recount_metrics(e, place, &fold->train, &metrics)) return -1;
    double score = ts_objective_score(&e->of->result->objective, &metrics);
    chain->scores += score;
    chain->chosen++;
    chain->last = fold;
    return ts_recount_number(e, where, "score", fold->score, score);
}

static int test(ts_recount *e, const char *where, const ts_stored_fold *fold, const ts_train_test *when,
                const ts_genome *genome, tally *chain)
{
    char place[64];
    ts_backtest backtest = {0};
    ts_market *window = ts_market_window(e->of->market, when->test_from_ms, when->test_to_ms, 1, e->error);
    if (!window) return -1;
    int status = 0;
    snprintf(place, sizeof place, "%stest.", where);
    if (fold->chosen) status = ts_backtest_run(e->engine, window, e->of->strategy, genome, &backtest, e->error);
    if (!status) status = ts_stitched_add(&chain->stitched, window, fold->chosen ? &backtest : NULL, e->error);
    if (!status && fold->chosen) status = ts_recount_metrics(e, place, &fold->test, &backtest.metrics);
    ts_backtest_clear(&backtest);
    ts_market_free(window);
    return status;
}

static int times(ts_recount *e, const char *where, const ts_train_test *stored, const ts_train_test *computed)
{
    const struct {
        const char *name;
        int64_t stored, computed;
    } rows[] = {{"train.start", stored->train_from_ms, computed->train_from_ms},
                {"train.end", stored->train_to_ms, computed->train_to_ms},
                {"test.start", stored->test_from_ms, computed->test_from_ms},
                {"test.end", stored->test_to_ms, computed->test_to_ms}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char what[64];
        snprintf(what, sizeof what, "%s%s", where, rows[i].name);
        if (ts_recount_time(e, what, rows[i].stored, rows[i].computed)) return -1;
    }
    return 0;
}

static int fold(ts_recount *e, size_t index, const ts_train_test *when, tally *chain)
{
    const ts_stored_fold *stored = &e->of->result->fold[index];
    char where[48];
    ts_genome genome = {{0}};
    snprintf(where, sizeof where, "walk_forward.folds[%zu].", index);
    if (stored->chosen && ts_stored_genome(&stored->parameters, e->of->strategy, &genome, e->error))
        return ts_error_context(e->error, "walk_forward: folds[%zu]", index);
    if (times(e, where, &stored->when, when)) return -1;
    if (stored->chosen && train(e, where, stored, when, &genome, chain)) return -1;
    return test(e, where, stored, when, &genome, chain);
}

/* What is handed on is what the last fold that found something chose; the score in training is the mean. */
static int handed_on(ts_recount *e, const ts_stored_parameters *stored, const ts_stored_parameters *last)
{
    for (size_t i = 0; i < last->count; i++) {
        double value = NAN;
        for (size_t j = 0; j < stored->count; j++)
            if (!strcmp(stored->named[j].name, last->named[i].name)) value = stored->named[j].value;
        if (ts_recount_number(e, "parameters.", last->named[i].name, value, last->named[i].value)) return -1;
    }
    return 0;
}

static int summary(ts_recount *e, const tally *chain)
{
    const ts_stored_result *stored = e->of->result;
    double evaluations = 0;
    ts_metrics metrics;
    if (!chain->last) return ts_fail(e->error, TS_BAD_DATA, "walk_forward: folds: expected one with parameters");
    for (size_t i = 0; i < stored->folds; i++) evaluations += (double)stored->fold[i].evaluations;
    if (handed_on(e, &stored->parameters, &chain->last->parameters) ||
        ts_recount_number(e, "", "evaluations", (double)stored->evaluations, evaluations) ||
        ts_recount_number(e, "walk_forward.", "in_sample_score", stored->in_sample_score,
                          chain->scores / chain->chosen))
        return -1;
    ts_stitched_metrics(&chain->stitched, &metrics);
    return ts_recount_equity(e, &metrics, chain->stitched.equity, chain->stitched.bars);
}

int ts_recount_folds(ts_recount *e)
{
    const ts_stored_result *stored = e->of->result;
    ts_train_test *when = NULL;
    size_t count = 0;
    tally chain = {.chosen = 0};
    if (ts_walk_forward_windows(&stored->walk_forward, e->of->origin->start_ms, e->of->origin->end_ms, TS_TOGETHER_MAX,
                                &when, &count, e->error))
        return -1;
    ts_stitched_init(&chain.stitched, e->of->market);
    int status = 0;
    if (count != stored->folds)
        status = ts_fail(e->error, TS_BAD_DATA, "walk_forward: folds: expected %zu of these windows, found %zu", count,
                         stored->folds);
    for (size_t i = 0; i < count && !status; i++) status = fold(e, i, &when[i], &chain);
    if (!status) status = summary(e, &chain);
    ts_stitched_clear(&chain.stitched);
    free(when);
    return status;
}

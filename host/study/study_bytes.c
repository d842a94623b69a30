/* Each struct has a pair of functions that name its members in one order. */
#include "host/study/study_bytes.h"

#include "common/memory.h"

#include <string.h>

static void put_reals(ts_strbuf *out, const double *values, size_t count)
{
    for (size_t i = 0; i < count; i++) ts_put_real(out, values[i]);
}

static void take_reals(ts_reader *in, double *values, size_t count)
{
    for (size_t i = 0; i < count; i++) values[i] = ts_take_real(in);
}

static void put_genome(ts_strbuf *out, const ts_genome *genome)
{
    for (int i = 0; i < TS_PARAMETERS_MAX; i++) ts_put_u64(out, (uint64_t)(int64_t)genome->gene[i]);
}

static void take_genome(ts_reader *in, ts_genome *genome)
{
    for (int i = 0; i < TS_PARAMETERS_MAX; i++) genome->gene[i] = (int32_t)ts_take_u64(in);
}

static void put_candidate(ts_strbuf *out, const ts_candidate *candidate)
{
    const ts_standing *standing = &candidate->standing;
    put_genome(out, &candidate->genome);
    ts_put_real(out, standing->score);
    put_reals(out, standing->also, TS_ALSO_MAX);
    ts_put_real(out, standing->trades);
    ts_put_real(out, standing->drawdown);
    ts_put_u64(out, standing->feasible);
    put_reals(out, candidate->metrics.value, TS_METRICS);
}

static void take_candidate(ts_reader *in, ts_candidate *candidate)
{
    ts_standing *standing = &candidate->standing;
    take_genome(in, &candidate->genome);
    standing->score = ts_take_real(in);
    take_reals(in, standing->also, TS_ALSO_MAX);
    standing->trades = ts_take_real(in);
    standing->drawdown = ts_take_real(in);
    standing->feasible = ts_take_u64(in) != 0;
    take_reals(in, candidate->metrics.value, TS_METRICS);
}

static void put_step(ts_strbuf *out, const ts_search_step *step)
{
    ts_put_u64(out, step->evaluations);
    ts_put_real(out, step->best);
    ts_put_u64(out, step->feasible);
    ts_put_real(out, step->median);
    ts_put_real(out, step->diversity);
}

static void take_step(ts_reader *in, ts_search_step *step)
{
    step->evaluations = ts_take_u64(in);
    step->best = ts_take_real(in);
    step->feasible = (size_t)ts_take_u64(in);
    step->median = ts_take_real(in);
    step->diversity = ts_take_real(in);
}

static void put_fold(ts_strbuf *out, const ts_fold *fold)
{
    const int64_t when[] = {fold->when.train_from_ms, fold->when.train_to_ms, fold->when.test_from_ms,
                            fold->when.test_to_ms};
    for (int i = 0; i < 4; i++) ts_put_u64(out, (uint64_t)when[i]);
    ts_put_u64(out, fold->chosen);
    put_candidate(out, &fold->train);
    put_reals(out, fold->test.value, TS_METRICS);
    ts_put_u64(out, fold->evaluations);
}

static void take_fold(ts_reader *in, ts_fold *fold)
{
    int64_t when[4];
    for (int i = 0; i < 4; i++) when[i] = (int64_t)ts_take_u64(in);
    fold->when = (ts_train_test){when[0], when[1], when[2], when[3]};
    fold->chosen = ts_take_u64(in) != 0;
    take_candidate(in, &fold->train);
    take_reals(in, fold->test.value, TS_METRICS);
    fold->evaluations = ts_take_u64(in);
}

static void put_found(ts_strbuf *out, const ts_search_result *found)
{
    ts_put_u64(out, (uint64_t)found->kind);
    ts_put_u64(out, found->top_count);
    for (size_t i = 0; i < found->top_count; i++) put_candidate(out, &found->top[i]);
    ts_put_u64(out, found->front);
    ts_put_u64(out, found->steps);
    for (size_t i = 0; i < found->steps; i++) put_step(out, &found->step[i]);
    ts_put_u64(out, found->evaluations);
    ts_put_u64(out, found->feasible);
    ts_put_u64(out, found->profitable);
    ts_put_u64(out, found->sharpe.count);
    ts_put_real(out, found->sharpe.mean);
    ts_put_real(out, found->sharpe.variance);
}

/* Room for as many elements as the next count says; NULL with `in` failed when that cannot be. */
static void *take_array(ts_reader *in, size_t size, size_t *count)
{
    *count = ts_take_count(in, 8);
    void *array = ts_alloc(*count + 1, size);
    if (!array) in->failed = true, *count = 0;
    return array;
}

static void take_found(ts_reader *in, ts_search_result *found)
{
    uint64_t kind = ts_take_u64(in);
    if (kind > TS_SEARCH_LAST) in->failed = true;
    found->kind = in->failed ? TS_SEARCH_AUTO : (ts_search_kind)kind;
    found->top = take_array(in, sizeof *found->top, &found->top_count);
    for (size_t i = 0; i < found->top_count; i++) take_candidate(in, &found->top[i]);
    found->front = (size_t)ts_take_u64(in);
    found->step = take_array(in, sizeof *found->step, &found->steps);
    for (size_t i = 0; i < found->steps; i++) take_step(in, &found->step[i]);
    found->evaluations = ts_take_u64(in);
    found->feasible = ts_take_u64(in);
    found->profitable = ts_take_u64(in);
    found->sharpe.count = ts_take_u64(in);
    found->sharpe.mean = ts_take_real(in);
    found->sharpe.variance = ts_take_real(in);
}

void ts_study_put(ts_strbuf *out, const ts_study *study)
{
    put_found(out, &study->found);
    for (size_t i = 0; i < study->found.top_count; i++) {
        const ts_moments *m = &study->moments[i];
        put_reals(out, (const double[]){m->mean, m->deviation, m->skewness, m->kurtosis}, 4);
    }
    ts_put_u64(out, study->trials.trials);
    put_reals(out, (const double[]){study->trials.spread, study->trials.overfitting, study->trials.median_logit}, 3);
    ts_put_u64(out, study->folds);
    for (size_t i = 0; i < study->folds; i++) put_fold(out, &study->fold[i]);
}

int ts_study_take(ts_reader *in, ts_study *study, ts_error *error)
{
    *study = (ts_study){0};
    take_found(in, &study->found);
    study->moments = ts_alloc(study->found.top_count + 1, sizeof *study->moments);
    if (!study->moments) in->failed = true;
    for (size_t i = 0; !in->failed && i < study->found.top_count; i++) {
        double m[4];
        take_reals(in, m, 4);
        study->moments[i] = (ts_moments){m[0], m[1], m[2], m[3]};
    }
    study->trials.trials = ts_take_u64(in);
    study->trials.spread = ts_take_real(in);
    study->trials.overfitting = ts_take_real(in);
    study->trials.median_logit = ts_take_real(in);
    study->fold = take_array(in, sizeof *study->fold, &study->folds);
    for (size_t i = 0; i < study->folds; i++) take_fold(in, &study->fold[i]);
    if (!in->failed) return 0;
    ts_study_clear(study);
    return ts_fail(error, TS_BAD_DATA, "these bytes are not the whole of a search's result");
}

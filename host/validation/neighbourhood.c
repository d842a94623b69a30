#define _GNU_SOURCE /* qsort_r */
#include "host/validation/neighbourhood.h"

#include "common/memory.h"

#include <math.h>
#include <stdlib.h>

enum { BOX_PARAMETERS = 6 };

static bool within(const ts_strategy *strategy, const ts_genome *genome)
{
    for (int i = 0; i < strategy->parameters; i++)
        if (genome->gene[i] < 0 || genome->gene[i] >= strategy->parameter[i].steps) return false;
    return ts_genome_valid(strategy, genome);
}

static size_t axes(const ts_strategy *strategy, const ts_genome *genome, ts_genome *neighbours)
{
    size_t count = 0;
    for (int i = 0; i < strategy->parameters; i++)
        for (int32_t step = -1; step <= 1; step += 2) {
            ts_genome near = *genome;
            near.gene[i] += step;
            if (within(strategy, &near)) neighbours[count++] = near;
        }
    return count;
}

size_t ts_neighbours(const ts_strategy *strategy, const ts_genome *genome, ts_genome *neighbours)
{
    if (strategy->parameters > BOX_PARAMETERS) return axes(strategy, genome, neighbours);
    size_t count = 0, box = 1;
    for (int i = 0; i < strategy->parameters; i++) box *= 3;
    for (size_t corner = 0; corner < box; corner++) {
        ts_genome near = *genome;
        size_t digits = corner;
        for (int i = 0; i < strategy->parameters; i++, digits /= 3) near.gene[i] += (int32_t)(digits % 3) - 1;
        if (ts_genome_compare(&near, genome) && within(strategy, &near)) neighbours[count++] = near;
    }
    return count;
}

/* Best first; the infeasible last. */
static int by_score(const void *a, const void *b, void *lower)
{
    double x = *(const double *)a, y = *(const double *)b;
    if (isnan(x) || isnan(y)) return isnan(x) - isnan(y);
    if (*(const bool *)lower) return (x > y) - (x < y);
    return (x < y) - (x > y);
}

int ts_plateau_measure(ts_engine *engine, const ts_market *market, const ts_strategy *strategy, const ts_genome *genome,
                       const ts_objective *objective, ts_plateau *plateau, ts_error *error)
{
    ts_genome *near = ts_alloc(TS_NEIGHBOURS_MOST, sizeof *near);
    ts_metrics *metrics = ts_alloc(TS_NEIGHBOURS_MOST, sizeof *metrics);
    double *score = ts_alloc(TS_NEIGHBOURS_MOST, sizeof *score);
    *plateau = (ts_plateau){.median = NAN};
    int status = near && metrics && score ? 0 : ts_no_memory(error, "the neighbours");
    size_t count = status ? 0 : ts_neighbours(strategy, genome, near);
    if (!status) status = ts_evaluate(engine, market, strategy, near, count, metrics, error);
    for (size_t i = 0; !status && i < count; i++) {
        ts_standing standing = ts_objective_stand(objective, &metrics[i]);
        score[i] = standing.feasible ? standing.score : NAN;
        plateau->feasible += standing.feasible;
    }
    if (!status && count) {
        bool lower = objective->lower;
        qsort_r(score, count, sizeof *score, by_score, &lower);
        plateau->neighbours = count;
        plateau->median = (score[(count - 1) / 2] + score[count / 2]) / 2;
    }
    free(near), free(metrics), free(score);
    return status;
}

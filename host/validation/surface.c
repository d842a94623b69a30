#include "host/validation/surface.h"

#include "common/memory.h"

#include <math.h>
#include <stdlib.h>

enum { CELLS = TS_SURFACE_SIDE * TS_SURFACE_SIDE, SWEEPS = TS_SURFACE_SIDE * TS_PARAMETERS_MAX };

/* Genomes to evaluate and what came of them. */
typedef struct trials {
    ts_genome genome[SWEEPS > CELLS ? SWEEPS : CELLS];
    ts_metrics metrics[SWEEPS > CELLS ? SWEEPS : CELLS];
    int place[SWEEPS > CELLS ? SWEEPS : CELLS]; /* the parameter of a sweep, the cell of a surface */
    size_t count;
} trials;

typedef struct scene {
    ts_engine *engine;
    const ts_market *market;
    const ts_strategy *strategy;
    const ts_genome *genome;
    const ts_objective *objective;
} scene;

static void ask(trials *t, const scene *s, const ts_genome *genome, int place)
{
    if (!ts_genome_valid(s->strategy, genome)) return;
    t->place[t->count] = place;
    t->genome[t->count++] = *genome;
}

static int answer(trials *t, const scene *s, ts_error *error)
{
    if (!t->count) return 0;
    return ts_evaluate(s->engine, s->market, s->strategy, t->genome, t->count, t->metrics, error);
}

/* The genes around the winner's. */
static void reach(const scene *s, int parameter, int32_t *first, int32_t *count)
{
    int32_t own = s->genome->gene[parameter], steps = s->strategy->parameter[parameter].steps;
    int32_t from = own < TS_SURFACE_REACH ? 0 : own - TS_SURFACE_REACH;
    int32_t to = steps - 1 - own < TS_SURFACE_REACH ? steps - 1 : own + TS_SURFACE_REACH;
    *first = from;
    *count = to - from + 1;
}

/* How far the scores of each parameter's own steps lie apart; -1 of one that has a single value. */
static int sweep(trials *t, const scene *s, double spread[TS_PARAMETERS_MAX], ts_error *error)
{
    double low[TS_PARAMETERS_MAX], high[TS_PARAMETERS_MAX];
    t->count = 0;
    for (int p = 0; p < s->strategy->parameters; p++) {
        int32_t first, count;
        reach(s, p, &first, &count);
        low[p] = INFINITY, high[p] = -INFINITY;
        for (int32_t i = 0; i < count; i++) {
            ts_genome near = *s->genome;
            near.gene[p] = first + i;
            ask(t, s, &near, p);
        }
    }
    if (answer(t, s, error)) return -1;
    for (size_t i = 0; i < t->count; i++) {
        double score = ts_objective_score(s->objective, &t->metrics[i]);
        int p = t->place[i];
        if (score < low[p]) low[p] = score;
        if (score > high[p]) high[p] = score;
    }
    for (int p = 0; p < s->strategy->parameters; p++)
        spread[p] = s->strategy->parameter[p].steps < 2 ? -1 : high[p] > low[p] ? high[p] - low[p] : 0;
    return 0;
}

static void choose(const scene *s, const double *spread, ts_surface *surface)
{
    int *best = surface->parameter;
    best[0] = best[1] = -1;
    for (int p = 0; p < s->strategy->parameters; p++) {
        if (spread[p] < 0) continue;
        if (best[0] < 0 || spread[p] > spread[best[0]]) best[1] = best[0], best[0] = p;
        else if (best[1] < 0 || spread[p] > spread[best[1]]) best[1] = p;
    }
    for (int axis = 0; axis < 2; axis++) {
        surface->first[axis] = surface->own[axis] = 0;
        surface->count[axis] = 1;
        if (best[axis] < 0) continue;
        reach(s, best[axis], &surface->first[axis], &surface->count[axis]);
        surface->own[axis] = s->genome->gene[best[axis]] - surface->first[axis];
    }
}

static int fill(trials *t, const scene *s, ts_surface *surface, ts_error *error)
{
    t->count = 0;
    for (int32_t r = 0; r < surface->count[0]; r++)
        for (int32_t c = 0; c < surface->count[1]; c++) {
            ts_genome near = *s->genome;
            if (surface->parameter[0] >= 0) near.gene[surface->parameter[0]] = surface->first[0] + r;
            if (surface->parameter[1] >= 0) near.gene[surface->parameter[1]] = surface->first[1] + c;
            ask(t, s, &near, r * TS_SURFACE_SIDE + c);
        }
    if (answer(t, s, error)) return -1;
    for (size_t i = 0; i < t->count; i++) {
        int r = t->place[i] / TS_SURFACE_SIDE, c = t->place[i] % TS_SURFACE_SIDE;
        surface->valid[r][c] = true;
        surface->cell[r][c] = ts_objective_stand(s->objective, &t->metrics[i]);
    }
    return 0;
}

int ts_surface_measure(ts_engine *engine, const ts_market *market, const ts_strategy *strategy, const ts_genome *genome,
                       const ts_objective *objective, ts_surface *surface, ts_error *error)
{
    const scene s = {engine, market, strategy, genome, objective};
    double spread[TS_PARAMETERS_MAX];
    trials *t = ts_alloc(1, sizeof *t);
    *surface = (ts_surface){.parameter = {-1, -1}, .count = {1, 1}};
    int status = t ? sweep(t, &s, spread, error) : ts_no_memory(error, "the surface around a winner");
    if (!status) {
        choose(&s, spread, surface);
        status = fill(t, &s, surface, error);
    }
    free(t);
    return status;
}

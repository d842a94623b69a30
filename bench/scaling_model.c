/* Only rank 0's main thread decides anything, so that its clock is the model's: results wait until it has time for
 * them. A task's end is known when it is given. */
#include "bench/scaling_model.h"

#include "common/memory.h"

#include <math.h>
#include <stdlib.h>

enum { PLENTY = 4, IN_HAND = 2 }; /* as in cluster/deal.c */

typedef struct model_rank {
    double free;            /* when the last of its tasks ends */
    double result[IN_HAND]; /* when those of its tasks reach rank 0; INFINITY: no such task */
    int given;
} model_rank;

typedef struct model {
    const ts_scaling_costs *costs;
    model_rank *rank;
    int ranks;
    size_t next, unfinished;
    double now; /* of rank 0's main thread */
    double busy, coordinating, checkpointing, wrote;
} model;

static double later(double a, double b) { return a > b ? a : b; }

static void handle(model *m, double messages)
{
    m->now += messages * m->costs->message;
    m->coordinating += messages * m->costs->message;
}

static void give(model *m, int number)
{
    model_rank *rank = &m->rank[number];
    double cost = m->costs->task[m->next++ % m->costs->costs], latency = number ? m->costs->latency : 0;
    handle(m, 1);
    double begin = later(rank->free, m->now + latency);
    rank->free = begin + cost;
    rank->result[isinf(rank->result[0]) ? 0 : 1] = rank->free + latency;
    rank->given++;
    m->busy += cost;
}

static void deal(model *m)
{
    for (int in_hand = 0; in_hand < IN_HAND; in_hand++)
        for (int rank = m->ranks - 1; rank >= 0 && m->next < m->costs->tasks; rank--) {
            size_t waiting = m->costs->tasks - m->next;
            if (m->rank[rank].given > in_hand || (in_hand && waiting < (size_t)PLENTY * (size_t)m->ranks)) continue;
            give(m, rank);
        }
}

/* The result that comes first, or that lies there longest. */
static void take_result(model *m)
{
    double *first = &m->rank[0].result[0];
    model_rank *from = &m->rank[0];
    for (int rank = 0; rank < m->ranks; rank++)
        for (int i = 0; i < IN_HAND; i++)
            if (m->rank[rank].result[i] < *first) first = &m->rank[rank].result[i], from = &m->rank[rank];
    m->now = later(m->now, *first);
    *first = INFINITY;
    from->given--;
    m->unfinished--;
    handle(m, 1 + m->costs->answers);
}

static void save(model *m)
{
    if (!(m->costs->checkpoint > 0) || (m->unfinished && m->now - m->wrote < m->costs->checkpoint_every)) return;
    m->now += m->costs->checkpoint;
    m->checkpointing += m->costs->checkpoint;
    m->wrote = m->now;
}

int ts_scaling_forecast_make(const ts_scaling_costs *costs, int ranks, ts_scaling_forecast *forecast, ts_error *error)
{
    if (ranks < 1 || ranks > TS_SCALING_RANKS_MAX || !costs->costs || !costs->tasks)
        return ts_fail(error, TS_FAILED, "a model of %d ranks and %zu tasks: expected 1 to %d ranks and a task", ranks,
                       costs->tasks, TS_SCALING_RANKS_MAX);
    model m = {.costs = costs, .ranks = ranks, .unfinished = costs->tasks};
    if (!(m.rank = ts_alloc((size_t)ranks, sizeof *m.rank))) return ts_no_memory(error, "the model's ranks");
    for (int rank = 0; rank < ranks; rank++) m.rank[rank] = (model_rank){0, {INFINITY, INFINITY}, 0};
    while (m.unfinished) {
        deal(&m);
        take_result(&m);
        save(&m);
    }
    double seconds = m.now + costs->start;
    forecast->seconds = seconds;
    forecast->coordination = seconds > 0 ? m.coordinating / seconds : 0;
    forecast->checkpoints = seconds > 0 ? m.checkpointing / seconds : 0;
    forecast->idle = m.now > 0 ? 1 - m.busy / (m.now * ranks) : 0;
    free(m.rank);
    return 0;
}

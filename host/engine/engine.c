/* Evaluating genomes: sorted so that neighbours share rows, cut into batches, one plan and program for each batch. */
#define _GNU_SOURCE /* qsort_r */
#include "host/engine/engine_internal.h"

#include "common/memory.h"
#include "common/threads.h"
#include "host/language/functions.h"
#include "host/plan/instantiate.h"

#include <stdlib.h>
#include <string.h>

/* A batch shares rows among its genomes and its totals stay in the cache; a larger one gains nothing. */
enum { BATCH_GENOMES = 8192 };

ts_engine *ts_engine_new(const char *backend, int threads, ts_error *error)
{
    return ts_engine_open(backend, NULL, NULL, threads, error);
}

ts_engine *ts_engine_open(const char *backend, const char *device, const char *library, int threads, ts_error *error)
{
    if (ts_functions_ready(error)) return NULL;
    const ts_backend *chosen = ts_backend_choose(backend, error);
    if (!chosen) return NULL;
    ts_engine *engine = ts_alloc(1, sizeof *engine);
    if (!engine) {
        ts_no_memory(error, "the engine");
        return NULL;
    }
    engine->backend = chosen;
    engine->threads = ts_threads_new(threads, error);
    if (engine->threads && (!chosen->open || (engine->opened = chosen->open(library, device ? device : "auto", error))))
        return engine;
    ts_engine_free(engine);
    return NULL;
}

void ts_engine_free(ts_engine *engine)
{
    if (!engine) return;
    if (engine->opened) engine->backend->close(engine->opened);
    ts_threads_free(engine->threads);
    free(engine);
}

const char *ts_engine_backend(const ts_engine *engine) { return engine->backend->name; }
int ts_engine_threads(const ts_engine *engine) { return ts_threads_count(engine->threads); }
uint64_t ts_engine_genome_bars(const ts_engine *engine) { return engine->genome_bars; }
uint64_t ts_engine_host_rows(const ts_engine *engine) { return engine->host_rows; }

uint64_t ts_engine_launches(const ts_engine *engine)
{
    return engine->opened ? engine->backend->launches(engine->opened) : 0;
}

/* One ts_evaluate. */
typedef struct evaluation {
    ts_engine *engine;
    const ts_market *market;
    const ts_strategy *strategy;
    const ts_genome *genomes;
    size_t *order; /* the genomes, neighbours together */
    size_t count, batches;
    ts_metrics *out;
    ts_error *errors; /* by batch */
} evaluation;

int ts_engine_walk(ts_engine *engine, const ts_market *market, const ts_strategy *strategy, const ts_genome *genomes,
                   size_t count, ts_metrics *metrics, ts_recorder *recorder, ts_error *error)
{
    ts_dag *dag = ts_dag_new(error);
    ts_planned *planned = ts_alloc(count, sizeof *planned);
    int status = -1;
    if (!planned) ts_no_memory(error, "a batch");
    if (!dag || !planned) goto out;
    for (size_t i = 0; i < count; i++)
        if (ts_plan_genome(dag, strategy, &genomes[i], &planned[i], error)) goto out;
    const ts_demand demand = {.dag = dag, .planned = planned, .genomes = count};
    const ts_walk_job job = {&demand, market, strategy->direction, metrics, &engine->genome_bars, &engine->host_rows,
                             recorder};
    status = engine->backend->walk(engine->backend, engine->opened, &job, error);
out:
    ts_dag_free(dag);
    free(planned);
    return status;
}

static void run_batch(void *context, int worker, size_t batch)
{
    (void)worker;
    evaluation *e = context;
    size_t begin = e->count * batch / e->batches, end = e->count * (batch + 1) / e->batches, count = end - begin;
    ts_error *error = &e->errors[batch];
    ts_genome *genomes = ts_alloc(count, sizeof *genomes);
    ts_metrics *metrics = ts_alloc(count, sizeof *metrics);
    if (!genomes || !metrics) ts_no_memory(error, "a batch of genomes");
    else {
        for (size_t i = 0; i < count; i++) genomes[i] = e->genomes[e->order[begin + i]];
        if (!ts_engine_walk(e->engine, e->market, e->strategy, genomes, count, metrics, NULL, error))
            for (size_t i = 0; i < count; i++) e->out[e->order[begin + i]] = metrics[i];
    }
    free(genomes);
    free(metrics);
}

enum { NEAR = 8 };

/* How genomes are dealt to batches: by the cubes of one gene, in turn. */
typedef struct dealing {
    const ts_genome *genomes;
    int gene, batches;
} dealing;

/* The gene that is dealt by: that of the widest range, so that batches share as few rows as can be. */
static int gene_to_deal_by(const ts_genome *genomes, size_t count)
{
    int best = 0;
    int64_t widest = -1;
    for (int i = 0; i < TS_PARAMETERS_MAX; i++) {
        int32_t low = genomes[0].gene[i], high = low;
        for (size_t g = 1; g < count; g++) {
            low = genomes[g].gene[i] < low ? genomes[g].gene[i] : low;
            high = genomes[g].gene[i] > high ? genomes[g].gene[i] : high;
        }
        if ((int64_t)high - low > widest) widest = (int64_t)high - low, best = i;
    }
    return best;
}

/* Genomes that are near in every gene stand together: by cubes of NEAR steps, then within the cube. A block's rows are
 * then few, and each is read by many of its genomes. Batches get the cubes of one gene in turn: each reads a part of
 * that gene's rows, and all have alike genomes, which take as long. */
static int by_batch_and_nearness(const void *a, const void *b, void *context)
{
    const dealing *d = context;
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    int32_t p = d->genomes[x].gene[d->gene] / NEAR, q = d->genomes[y].gene[d->gene] / NEAR;
    if (p % d->batches != q % d->batches) return p % d->batches < q % d->batches ? -1 : 1;
    if (p != q) return p < q ? -1 : 1;
    for (int i = 0; i < TS_PARAMETERS_MAX; i++) {
        p = d->genomes[x].gene[i] / NEAR, q = d->genomes[y].gene[i] / NEAR;
        if (p != q) return p < q ? -1 : 1;
    }
    int order = ts_genome_compare(&d->genomes[x], &d->genomes[y]);
    return order ? order : x < y ? -1 : x > y;
}

/* As many batches as keep all threads busy to the end, none larger than BATCH_GENOMES. */
static size_t count_batches(size_t count, size_t threads, bool device)
{
    if (device) return (count + BATCH_GENOMES - 1) / BATCH_GENOMES; /* threads take turns there */
    size_t batches = (count + BATCH_GENOMES - 1) / BATCH_GENOMES;
    batches = (batches + threads - 1) / threads * threads;
    size_t groups = (count + TS_LANES_MAX - 1) / TS_LANES_MAX;
    return batches < groups ? batches : groups;
}

int ts_evaluate(ts_engine *engine, const ts_market *market, const ts_strategy *strategy, const ts_genome *genomes,
                size_t count, ts_metrics *out, ts_error *error)
{
    if (!count) return 0;
    evaluation e = {engine, market, strategy, genomes, NULL, count, 0, out, NULL};
    e.batches = count_batches(count, (size_t)ts_threads_count(engine->threads), engine->opened);
    e.order = ts_alloc(count, sizeof *e.order);
    e.errors = ts_alloc(e.batches, sizeof *e.errors);
    int status = 0;
    if (!e.order || !e.errors) status = ts_no_memory(error, "the genomes");
    else {
        for (size_t i = 0; i < count; i++) e.order[i] = i;
        dealing deal = {genomes, gene_to_deal_by(genomes, count), (int)e.batches};
        qsort_r(e.order, count, sizeof *e.order, by_batch_and_nearness, &deal);
        ts_threads_run(engine->threads, e.batches, run_batch, &e);
        for (size_t i = 0; i < e.batches && !status; i++)
            if (e.errors[i].code) status = ts_fail(error, e.errors[i].code, "%s", e.errors[i].text);
    }
    free(e.order);
    free(e.errors);
    return status;
}

/* An engine: a back end, opened, its threads and what it counts; and one batch of genomes through it. */
#include "host/engine/engine_internal.h"

#include "common/memory.h"
#include "host/language/functions.h"
#include "host/plan/instantiate.h"

#include <stdlib.h>

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
    engine->processor = chosen->kernels ? chosen : ts_backend_choose("auto", error);
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
uint64_t ts_engine_host_rows(const ts_engine *engine) { return engine->host_rows; }

uint64_t ts_engine_genome_bars(const ts_engine *engine) { return engine->genome_bars + engine->fallback_genome_bars; }

uint64_t ts_engine_launches(const ts_engine *engine)
{
    return engine->opened ? engine->backend->launches(engine->opened) : 0;
}

const ts_cpu_kernels *ts_engine_cpu_kernels(const ts_engine *engine) { return engine->processor->kernels; }

int ts_engine_walk(ts_engine *engine, const ts_strategy *strategy, const ts_genome *genomes, size_t count,
                   ts_walk_job *job, ts_error *error)
{
    ts_dag *dag = ts_dag_new(error);
    ts_planned *planned = ts_alloc(count, sizeof *planned);
    int status = -1;
    if (!planned) ts_no_memory(error, "a batch");
    if (!dag || !planned) goto out;
    for (size_t i = 0; i < count; i++)
        if (ts_plan_genome(dag, strategy, &genomes[i], &planned[i], error)) goto out;
    const ts_demand demand = {.dag = dag, .planned = planned, .genomes = count};
    job->demand = &demand;
    job->direction = strategy->direction;
    job->host_rows = &engine->host_rows;
    status = ts_engine_answer_walk(engine, job, error);
out:
    ts_dag_free(dag);
    free(planned);
    return status;
}

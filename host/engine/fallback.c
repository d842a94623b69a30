/* Going on without a device: what an opened back end fails at in the middle of a run is computed by the processor's
 * back end, from the same demand, and so is all that follows. Bits do not depend on the back end, so nothing but the
 * warning and the shares tell. */
#include "host/engine/engine_internal.h"

#include "common/log.h"

bool ts_engine_on_device(const ts_engine *engine) { return engine->opened && !engine->lost; }

/* A failure of the device or its driver is TS_UNAVAILABLE; others would be met on the processor, too. Only the first is
 * told: those of other threads are the same device's. */
static bool goes_on(ts_engine *engine, const ts_error *failure, ts_error *error)
{
    if (failure->code != TS_UNAVAILABLE) {
        ts_fail(error, failure->code, "%s", failure->text);
        return false;
    }
    if (!atomic_exchange(&engine->lost, true))
        ts_log_warning("back end %s failed: %s; back end %s goes on in its place, with the same results",
                       engine->backend->name, failure->text, engine->processor->name);
    return true;
}

/* Genome-bars count when the device is done with all of the job: a job that fails counts where it is finished. */
static int walk_on_device(ts_engine *engine, ts_walk_job *job, _Atomic uint64_t *counter, ts_error *failure)
{
    _Atomic uint64_t done = 0;
    job->genome_bars = &done;
    if (engine->backend->walk(engine->backend, engine->opened, job, failure)) return -1;
    *counter += done;
    return 0;
}

int ts_engine_answer_walk(ts_engine *engine, ts_walk_job *job, ts_error *error)
{
    _Atomic uint64_t *own = job->genome_bars;
    if (ts_engine_on_device(engine)) {
        ts_error failure = {0};
        if (!walk_on_device(engine, job, own ? own : &engine->genome_bars, &failure)) return 0;
        if (!goes_on(engine, &failure, error)) return -1;
        if (job->recorder) job->recorder->trades = 0;
    }
    job->genome_bars = own ? own : engine->opened ? &engine->fallback_genome_bars : &engine->genome_bars;
    return engine->processor->walk(engine->processor, NULL, job, error);
}

int ts_engine_answer_values(ts_engine *engine, const ts_values_job *job, ts_error *error)
{
    if (ts_engine_on_device(engine)) {
        ts_error failure = {0};
        if (!engine->backend->values(engine->backend, engine->opened, job, &failure)) return 0;
        if (!goes_on(engine, &failure, error)) return -1;
    }
    return engine->processor->values(engine->processor, NULL, job, error);
}

size_t ts_engine_shares(const ts_engine *engine, ts_share share[TS_SHARES])
{
    share[0] = (ts_share){engine->backend->name, engine->genome_bars};
    if (!engine->lost) return 1;
    share[1] = (ts_share){engine->processor->name, engine->fallback_genome_bars};
    return 2;
}

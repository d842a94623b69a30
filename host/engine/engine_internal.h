/* What the engine's own files share. */
#ifndef TS_HOST_ENGINE_INTERNAL_H
#define TS_HOST_ENGINE_INTERNAL_H

#include "common/threads.h"
#include "host/backend/backend.h"
#include "host/engine/engine.h"

struct ts_engine {
    const ts_backend *backend;   /* the one chosen */
    const ts_backend *processor; /* the same, or the best of this processor where the one chosen has a device */
    void *opened;                /* the back end's device; NULL: it has none */
    atomic_bool lost;            /* the device failed: `processor` evaluates */
    ts_threads *threads;
    _Atomic uint64_t genome_bars, fallback_genome_bars; /* by `backend`, and by `processor` in its place */
    _Atomic uint64_t host_rows;
};

/* The kernels of the engine's back end, or of the best of this processor where that is a device. */
const ts_cpu_kernels *ts_engine_cpu_kernels(const ts_engine *engine);

/* There is a device, and it has not failed. */
bool ts_engine_on_device(const ts_engine *engine);

/* What a back end is asked, answered by the one chosen or, when its device has failed, by the processor's. */
int ts_engine_answer_walk(ts_engine *engine, ts_walk_job *job, ts_error *error);
int ts_engine_answer_values(ts_engine *engine, const ts_values_job *job, ts_error *error);

/* Plan and walk one batch on the calling thread: `job` says which windows, walkers and blocks, and what to record;
 * its genome-bars are counted as the engine's unless it counts them itself. */
int ts_engine_walk(ts_engine *engine, const ts_strategy *strategy, const ts_genome *genomes, size_t count,
                   ts_walk_job *job, ts_error *error);

#endif

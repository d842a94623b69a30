/* What the engine's own files share. */
#ifndef TS_HOST_ENGINE_INTERNAL_H
#define TS_HOST_ENGINE_INTERNAL_H

#include "common/threads.h"
#include "host/backend/backend.h"
#include "host/engine/engine.h"

struct ts_engine {
    const ts_backend *backend;
    void *opened; /* the back end's device; NULL: it has none */
    ts_threads *threads;
    _Atomic uint64_t genome_bars, host_rows;
};

/* The kernels of the engine's back end, or of the best of this processor where that is a device. */
const ts_cpu_kernels *ts_engine_cpu_kernels(const ts_engine *engine);

/* Plan and walk one batch on the calling thread: `job` says which windows, walkers and blocks, and what to record;
 * its genome-bars are counted as the engine's unless it counts them itself. */
int ts_engine_walk(ts_engine *engine, const ts_strategy *strategy, const ts_genome *genomes, size_t count,
                   ts_walk_job *job, ts_error *error);

#endif

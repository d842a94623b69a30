/* What the engine's own files share. */
#ifndef TS_HOST_ENGINE_INTERNAL_H
#define TS_HOST_ENGINE_INTERNAL_H

#include "common/threads.h"
#include "host/backend/backend.h"
#include "host/backend/cpu_run.h"
#include "host/engine/engine.h"

struct ts_engine {
    const ts_backend *backend;
    void *opened; /* the back end's device; NULL: it has none */
    ts_threads *threads;
    _Atomic uint64_t genome_bars, host_rows;
};

/* Plan and walk one batch on the calling thread. */
int ts_engine_walk(ts_engine *engine, const ts_market *market, const ts_strategy *strategy, const ts_genome *genomes,
                   size_t count, ts_metrics *metrics, ts_recorder *recorder, ts_error *error);

#endif

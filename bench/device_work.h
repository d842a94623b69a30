/* What a batch costs an OpenCL device, counted from its plan: bytes moved and operations for each genome-bar. */
#ifndef TS_BENCH_DEVICE_WORK_H
#define TS_BENCH_DEVICE_WORK_H

#include "host/backend/opencl/layout.h"
#include "host/engine/engine.h"

/* For each genome-bar. Of bytes there are two counts, and what memory and caches carry lies between them: `least` when
 * a launch moves each value that it needs once, `asked` when nothing that a work-item loads is still near from another.
 */
typedef struct ts_device_work {
    double least_bytes, asked_bytes;
    double double_ops, word_ops; /* NaN where a row's kernel has not been counted */
} ts_device_work;

/* metrics: of the genomes, for their trades. room: the device's, since it chooses the tile. */
int ts_device_work_count(const ts_cl_room *room, const ts_market *market, const ts_strategy *strategy,
                         const ts_genome *genomes, const ts_metrics *metrics, size_t count, ts_device_work *work,
                         ts_error *error);

#endif

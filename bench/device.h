/* What an evaluation on an OpenCL device is beside what the device can do. */
#ifndef TS_BENCH_DEVICE_H
#define TS_BENCH_DEVICE_H

#include "bench/bench.h"

/* A batch that has been evaluated. */
typedef struct ts_device_batch {
    ts_engine *engine;
    const ts_market *market;
    const ts_strategy *strategy;
    const ts_genome *genomes;
    ts_metrics *metrics; /* of the genomes; written again */
    size_t count;
} ts_device_batch;

/* Fill the fields of the device, from the rate that the line holds already: evaluates once more, with its launches
 * timed. Does nothing for a back end of the processor. */
int ts_bench_device(ts_bench *bench, const ts_device_batch *batch, ts_bench_line *line, ts_error *error);

#endif

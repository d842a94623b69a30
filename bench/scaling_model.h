/* A job on many ranks, played through event by event: what cluster/deal.c would need for tasks whose costs are known.
 */
#ifndef TS_BENCH_SCALING_MODEL_H
#define TS_BENCH_SCALING_MODEL_H

#include "common/error.h"

#include <stddef.h>

/* All in seconds. Parts of tasks that idle ranks help with are not modelled, nor that ranks share cores and memory. */
typedef struct ts_scaling_costs {
    const double *task; /* given out in this order, from the first again until `tasks` have been */
    size_t costs, tasks;
    double start;            /* before the first task and after the last, the same for any number of ranks */
    double latency;          /* until a message between two ranks is looked at */
    double message;          /* of rank 0's main thread, for each message */
    double answers;          /* messages of a task besides the one that gives it and its result */
    double checkpoint;       /* for writing one, in which rank 0 deals nothing; 0: none are written */
    double checkpoint_every; /* the least time between two */
} ts_scaling_costs;

typedef struct ts_scaling_forecast {
    double seconds;
    double coordination, checkpoints; /* shares of them that rank 0's main thread spends so */
    double idle;                      /* share of the ranks' time between start and end in which they have no task */
} ts_scaling_forecast;

enum { TS_SCALING_RANKS_MAX = 65536 };

int ts_scaling_forecast_make(const ts_scaling_costs *costs, int ranks, ts_scaling_forecast *forecast, ts_error *error);

#endif

/* A device at work: its program, what it keeps of markets, and its lanes. A lane computes one batch at a time; while
 * its kernels run, another's batch is laid out, goes up or comes down. Calls of several threads each take a free lane.
 */
#ifndef TS_HOST_OPENCL_DEVICE_H
#define TS_HOST_OPENCL_DEVICE_H

#include "host/backend/cpu_run.h"
#include "host/backend/opencl/layout.h"
#include "host/backend/opencl/opencl.h"

#include <pthread.h>

typedef enum ts_cl_walk_kernel {
    TS_CL_WALK_LATCHED,
    TS_CL_WALK_LONGS,
    TS_CL_WALK_SHORTS,
    TS_CL_CLOSE_LONGS,
    TS_CL_CLOSE_SHORTS,
    TS_CL_WALKS
} ts_cl_walk_kernel;

/* What a batch has on the device; kept from one to the next, and grown. */
typedef enum ts_cl_part {
    TS_CL_MEMORY,
    TS_CL_ROWS,
    TS_CL_SINGLE,
    TS_CL_SINGLES,
    TS_CL_MASKS,
    TS_CL_WANTED,
    TS_CL_WORDS,
    TS_CL_ORDER,
    TS_CL_GENOMES,
    TS_CL_RULES,
    TS_CL_STANDS,
    TS_CL_TOTALS,
    TS_CL_TOLD,
    TS_CL_TOLD_COUNT,
    TS_CL_PARTS
} ts_cl_part;

/* A market on the device; the tables are NULL where only rows are asked for. */
typedef struct ts_cl_market {
    uint64_t serial, used;
    int users; /* lanes at work with it */
    size_t padded;
    ts_cl_buffer *candles, *bars, *suffix_extremes, *blocks;
} ts_cl_market;

/* More markets than lanes: one that no lane works with can always make room. */
enum { TS_CL_LANES = 2, TS_CL_MARKETS = 4 };

/* Kernels hold their arguments, so each lane has its own. */
typedef struct ts_cl_lane {
    struct ts_cl_engine *engine;
    ts_cl_queue *queue;
    ts_cl_kernel *rows[TS_KERNELS], *load_columns, *carry_over, *singles_of_rows, *masks_of_rows, *masks_of_masks,
        *walk[TS_CL_WALKS];
    ts_cl_buffer *part[TS_CL_PARTS];
    size_t size[TS_CL_PARTS];
    bool taken;
} ts_cl_lane;

typedef struct ts_cl_engine {
    ts_cl *cl;
    ts_cl_context *context;
    ts_cl_program *program;
    ts_cl_lane lane[TS_CL_LANES];
    _Atomic uint64_t launches, batches; /* so far */
    size_t group;                       /* work-items of a group where each goes its own way */
    size_t pieces;                      /* of a mask that a work-item makes at once */
    size_t mask_group[2];               /* work-items of a group of masks: pieces, masks */
    ts_cl_room room;                    /* of a lane */
    pthread_mutex_t lock;               /* guards which lanes are taken, and the markets */
    pthread_cond_t given_back;
    ts_cl_market market[TS_CL_MARKETS];
    uint64_t calls; /* for markets, so far */
} ts_cl_engine;

/* Open the device "P:D" or "auto" of a library (NULL: the usual one). */
ts_cl_engine *ts_cl_engine_new(const char *library, const char *device, ts_error *error);
void ts_cl_engine_free(ts_cl_engine *engine);

uint64_t ts_cl_engine_launches(void *engine);

/* A lane's queue and kernels; _close is for what _open left, also when it failed. */
int ts_cl_lane_open(ts_cl_lane *lane, ts_cl_engine *engine, ts_error *error);
void ts_cl_lane_close(ts_cl_lane *lane);

/* The first free lane, waited for, until it is given back. */
ts_cl_lane *ts_cl_lane_take(ts_cl_engine *engine);
void ts_cl_lane_give_back(ts_cl_lane *lane);

/* Memory for a part, of at least `size` bytes; what it held is lost when it grows. */
int ts_cl_lane_reserve(ts_cl_lane *lane, ts_cl_part part, size_t size, ts_error *error);

/* The kernel of a row, made when it is used first. */
ts_cl_kernel *ts_cl_lane_rows(ts_cl_lane *lane, int kernel, ts_error *error);

/* The market on the device, brought there when it is not, until it is released; the longest unused one makes room. */
ts_cl_market *ts_cl_market_hold(ts_cl_lane *lane, const ts_market *market, ts_error *error);
void ts_cl_market_release(ts_cl_lane *lane, ts_cl_market *market);

/* Columns of `bars` values, padded with undefined ones; for rows alone. */
int ts_cl_market_candles(ts_cl_lane *lane, double *const column[TS_COLUMNS], size_t bars, ts_cl_market *market,
                         ts_error *error);
void ts_cl_market_clear(ts_cl_market *market);

/* As ts_cpu_walk and ts_cpu_rows, on the device. TS_UNAVAILABLE: the device failed, or has no room. */
int ts_cl_engine_walk(ts_cl_engine *engine, const ts_walk_job *job, ts_error *error);
int ts_cl_engine_values(ts_cl_engine *engine, const ts_demand *demand, double *const column[TS_COLUMNS], size_t bars,
                        double *const *rows, ts_error *error);

#endif

/* Lanes of a device: each has a queue, kernels and memory for one batch. */
#include "host/backend/opencl/device.h"

#include "host/plan/kernel_table.h"

#include <stdio.h>

static const char *const walk_names[TS_CL_WALKS] = {"walk_latched", "walk_longs", "walk_shorts", "close_longs",
                                                    "close_shorts"};

int ts_cl_lane_open(ts_cl_lane *lane, ts_cl_engine *engine, ts_error *error)
{
    lane->engine = engine;
    lane->queue = ts_cl_queue_new(engine->context, error);
    bool failed = !lane->queue;
#define MAKE(member, name) failed = failed || !((member) = ts_cl_kernel_new(engine->program, name, error))
    MAKE(lane->load_columns, "load_columns");
    MAKE(lane->carry_over, "carry_over");
    MAKE(lane->singles_of_rows, "singles_of_rows");
    MAKE(lane->masks_of_rows, "masks_of_rows");
    MAKE(lane->masks_of_masks, "masks_of_masks");
    for (int i = 0; i < TS_CL_WALKS; i++) MAKE(lane->walk[i], walk_names[i]);
#undef MAKE
    return failed ? -1 : 0;
}

void ts_cl_lane_close(ts_cl_lane *lane)
{
    for (int i = 0; i < TS_CL_PARTS; i++) ts_cl_buffer_free(lane->part[i]);
    for (int i = 0; i < TS_KERNELS; i++) ts_cl_kernel_free(lane->rows[i]);
    for (int i = 0; i < TS_CL_WALKS; i++) ts_cl_kernel_free(lane->walk[i]);
    ts_cl_kernel_free(lane->load_columns), ts_cl_kernel_free(lane->carry_over);
    ts_cl_kernel_free(lane->singles_of_rows);
    ts_cl_kernel_free(lane->masks_of_rows), ts_cl_kernel_free(lane->masks_of_masks);
    ts_cl_queue_free(lane->queue);
    *lane = (ts_cl_lane){0};
}

static ts_cl_lane *first_free(ts_cl_engine *engine)
{
    for (int i = 0; i < TS_CL_LANES; i++)
        if (!engine->lane[i].taken) return &engine->lane[i];
    return NULL;
}

/* The first one, so that a single thread has memory on one lane only. */
ts_cl_lane *ts_cl_lane_take(ts_cl_engine *engine)
{
    ts_cl_lane *lane;
    pthread_mutex_lock(&engine->lock);
    while (!(lane = first_free(engine))) pthread_cond_wait(&engine->given_back, &engine->lock);
    lane->taken = true;
    pthread_mutex_unlock(&engine->lock);
    return lane;
}

void ts_cl_lane_give_back(ts_cl_lane *lane)
{
    ts_cl_engine *engine = lane->engine;
    pthread_mutex_lock(&engine->lock);
    lane->taken = false;
    pthread_cond_signal(&engine->given_back);
    pthread_mutex_unlock(&engine->lock);
}

int ts_cl_lane_reserve(ts_cl_lane *lane, ts_cl_part part, size_t size, ts_error *error)
{
    if (lane->size[part] >= size && lane->part[part]) return 0;
    ts_cl_buffer_free(lane->part[part]);
    lane->size[part] = 0;
    lane->part[part] = ts_cl_buffer_new(lane->engine->context, size ? size : 1, error);
    if (!lane->part[part]) return -1;
    lane->size[part] = size;
    return 0;
}

ts_cl_kernel *ts_cl_lane_rows(ts_cl_lane *lane, int kernel, ts_error *error)
{
    if (!lane->rows[kernel]) {
        char name[64];
        snprintf(name, sizeof name, "rows_%s", ts_kernel_table[kernel].name);
        lane->rows[kernel] = ts_cl_kernel_new(lane->engine->program, name, error);
    }
    return lane->rows[kernel];
}

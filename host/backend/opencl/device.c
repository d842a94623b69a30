/* Opening a device: its program and its lanes, and how much of its memory each may use. */
#include "host/backend/opencl/device.h"

#include "common/memory.h"
#include "host/backend/opencl/texts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bars of a tile, and work-items of a group: a processor keeps rows in its caches and goes from one item to the next; a
 * card hides what waits behind what does not, and wants much of both. */
enum { CPU_BARS = 8192, GPU_BARS = 1 << 16, CPU_GROUP = 8, GPU_GROUP = 32 };

/* Masks by a processor: a block at a time, one mask after the other. By a card: two blocks of a few masks. */
enum { CPU_MASKS = 64, GPU_PIECES = 32, GPU_MASKS = 8 };

static bool is_cpu(const ts_cl_engine *engine)
{
    return strcmp(ts_cl_context_device(engine->context)->type, "cpu") == 0;
}

/* All lanes' rows may fill half of the memory and their words a quarter; the rest is for markets and records. */
static void measure_room(ts_cl_engine *engine)
{
    const ts_cl_device *device = ts_cl_context_device(engine->context);
    bool cpu = is_cpu(engine);
    uint64_t most = device->largest_allocation, rows = device->memory / 2 / TS_CL_LANES, words = rows / 2;
    engine->room = (ts_cl_room){most < rows ? most : rows, most < words ? most : words, cpu ? CPU_BARS : GPU_BARS};
    engine->group = cpu ? CPU_GROUP : GPU_GROUP;
    engine->mask_group[0] = cpu ? 1 : GPU_PIECES;
    engine->mask_group[1] = cpu ? CPU_MASKS : GPU_MASKS;
}

static ts_cl_program *build(ts_cl_engine *engine, ts_error *error)
{
    char options[32];
    engine->pieces = is_cpu(engine) ? TS_DEVICE_PIECES : 1;
    snprintf(options, sizeof options, "-D TS_PIECES=%zu", engine->pieces);
    return ts_cl_program_new(engine->context, "engine", ts_cl_text_engine, options, error);
}

static int open_lanes(ts_cl_engine *engine, ts_error *error)
{
    for (int i = 0; i < TS_CL_LANES; i++)
        if (ts_cl_lane_open(&engine->lane[i], engine, error)) return -1;
    return 0;
}

ts_cl_engine *ts_cl_engine_new(const char *library, const char *device, ts_error *error)
{
    ts_cl_engine *e = ts_alloc(1, sizeof *e);
    if (!e) {
        ts_no_memory(error, "the OpenCL back end");
        return NULL;
    }
    pthread_mutex_init(&e->lock, NULL);
    pthread_cond_init(&e->given_back, NULL);
    e->cl = ts_cl_open(library, error);
    e->context = e->cl ? ts_cl_use(e->cl, device, error) : NULL;
    e->program = e->context ? build(e, error) : NULL;
    if (e->program && !open_lanes(e, error)) {
        measure_room(e);
        return e;
    }
    ts_cl_engine_free(e);
    return NULL;
}

void ts_cl_engine_free(ts_cl_engine *e)
{
    if (!e) return;
    for (int i = 0; i < TS_CL_MARKETS; i++) ts_cl_market_clear(&e->market[i]);
    for (int i = 0; i < TS_CL_LANES; i++) ts_cl_lane_close(&e->lane[i]);
    ts_cl_program_free(e->program);
    ts_cl_context_free(e->context);
    ts_cl_free(e->cl);
    pthread_cond_destroy(&e->given_back);
    pthread_mutex_destroy(&e->lock);
    free(e);
}

uint64_t ts_cl_engine_launches(void *engine) { return ((ts_cl_engine *)engine)->launches; }

#include "host/backend/opencl/device.h"

#include "common/memory.h"
#include "host/backend/opencl/texts.h"
#include "host/plan/kernel_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bars of a tile, and work-items of a group: a processor keeps rows in its caches and goes from one item to the next; a
 * card hides what waits behind what does not, and wants much of both. */
enum { CPU_BARS = 8192, GPU_BARS = 1 << 16, CPU_GROUP = 8, GPU_GROUP = 32 };

static const char *const walk_names[TS_CL_WALKS] = {"walk_latched", "walk_longs", "walk_shorts", "close_longs",
                                                    "close_shorts"};

static void measure_room(ts_cl_engine *engine)
{
    const ts_cl_device *device = ts_cl_context_device(engine->context);
    bool cpu = strcmp(device->type, "cpu") == 0;
    uint64_t most = device->largest_allocation, half = device->memory / 2, quarter = half / 2;
    engine->room = (ts_cl_room){most < half ? most : half, most < quarter ? most : quarter, cpu ? CPU_BARS : GPU_BARS};
    engine->group = cpu ? CPU_GROUP : GPU_GROUP;
}

static int make_kernels(ts_cl_engine *e, ts_error *error)
{
    bool failed = false;
#define MAKE(member, name) failed = failed || !((member) = ts_cl_kernel_new(e->program, name, error))
    MAKE(e->load_columns, "load_columns");
    MAKE(e->carry_over, "carry_over");
    MAKE(e->masks_of_rows, "masks_of_rows");
    MAKE(e->masks_of_masks, "masks_of_masks");
    for (int i = 0; i < TS_CL_WALKS; i++) MAKE(e->walk[i], walk_names[i]);
#undef MAKE
    return failed ? -1 : 0;
}

ts_cl_engine *ts_cl_engine_new(const char *library, const char *device, ts_error *error)
{
    ts_cl_engine *e = ts_alloc(1, sizeof *e);
    if (!e) {
        ts_no_memory(error, "the OpenCL back end");
        return NULL;
    }
    pthread_mutex_init(&e->turn, NULL);
    e->cl = ts_cl_open(library, error);
    e->context = e->cl ? ts_cl_use(e->cl, device, error) : NULL;
    e->program = e->context ? ts_cl_program_new(e->context, "engine", ts_cl_text_engine, "", error) : NULL;
    e->queue = e->program ? ts_cl_queue_new(e->context, error) : NULL;
    if (e->queue && !make_kernels(e, error)) {
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
    for (int i = 0; i < TS_CL_PARTS; i++) ts_cl_buffer_free(e->part[i]);
    for (int i = 0; i < TS_KERNELS; i++) ts_cl_kernel_free(e->rows[i]);
    for (int i = 0; i < TS_CL_WALKS; i++) ts_cl_kernel_free(e->walk[i]);
    ts_cl_kernel_free(e->load_columns), ts_cl_kernel_free(e->carry_over);
    ts_cl_kernel_free(e->masks_of_rows), ts_cl_kernel_free(e->masks_of_masks);
    ts_cl_queue_free(e->queue);
    ts_cl_program_free(e->program);
    ts_cl_context_free(e->context);
    ts_cl_free(e->cl);
    pthread_mutex_destroy(&e->turn);
    free(e);
}

uint64_t ts_cl_engine_launches(void *engine)
{
    ts_cl_engine *e = engine;
    pthread_mutex_lock(&e->turn);
    uint64_t launches = e->launches;
    pthread_mutex_unlock(&e->turn);
    return launches;
}

int ts_cl_engine_reserve(ts_cl_engine *engine, ts_cl_part part, size_t size, ts_error *error)
{
    if (engine->size[part] >= size && engine->part[part]) return 0;
    ts_cl_buffer_free(engine->part[part]);
    engine->size[part] = 0;
    engine->part[part] = ts_cl_buffer_new(engine->context, size ? size : 1, error);
    if (!engine->part[part]) return -1;
    engine->size[part] = size;
    return 0;
}

ts_cl_kernel *ts_cl_engine_rows(ts_cl_engine *engine, int kernel, ts_error *error)
{
    if (!engine->rows[kernel]) {
        char name[64];
        snprintf(name, sizeof name, "rows_%s", ts_kernel_table[kernel].name);
        engine->rows[kernel] = ts_cl_kernel_new(engine->program, name, error);
    }
    return engine->rows[kernel];
}

void ts_cl_market_clear(ts_cl_market *market)
{
    ts_cl_buffer_free(market->candles), ts_cl_buffer_free(market->bars);
    ts_cl_buffer_free(market->suffix_extremes), ts_cl_buffer_free(market->blocks);
    *market = (ts_cl_market){0};
}

static ts_cl_buffer *sent(ts_cl_engine *engine, const void *from, size_t size, ts_error *error)
{
    ts_cl_buffer *buffer = ts_cl_buffer_new(engine->context, size, error);
    if (!buffer || !ts_cl_write(engine->queue, buffer, 0, from, size, true, error)) return buffer;
    ts_cl_buffer_free(buffer);
    return NULL;
}

int ts_cl_market_candles(ts_cl_engine *engine, double *const column[TS_COLUMNS], size_t bars, ts_cl_market *market,
                         ts_error *error)
{
    market->padded = (bars + TS_TILE_MULTIPLE - 1) / TS_TILE_MULTIPLE * TS_TILE_MULTIPLE;
    size_t size = market->padded * sizeof(double);
    market->candles = ts_cl_buffer_new(engine->context, TS_COLUMNS * size, error);
    if (!market->candles) return -1;
    for (size_t c = 0; c < TS_COLUMNS; c++)
        if (ts_cl_write(engine->queue, market->candles, c * size, column[c], size, true, error)) return -1;
    return 0;
}

static size_t count_extremes(const ts_market *market)
{
    size_t count = market->history.block_count, levels = 1;
    while ((size_t)1 << levels < count) levels++;
    return 1 + count * levels;
}

const ts_cl_market *ts_cl_engine_market(ts_cl_engine *engine, const ts_market *market, ts_error *error)
{
    ts_cl_market *oldest = engine->market;
    engine->calls++;
    for (ts_cl_market *m = engine->market; m < engine->market + TS_CL_MARKETS; m++) {
        if (m->serial == market->serial) {
            m->used = engine->calls;
            return m;
        }
        if (m->used < oldest->used) oldest = m;
    }
    ts_cl_market_clear(oldest);
    if (ts_cl_market_candles(engine, market->column, market->loaded, oldest, error) ||
        !(oldest->bars = sent(engine, market->bar, market->loaded * sizeof *market->bar, error)) ||
        !(oldest->suffix_extremes =
              sent(engine, market->suffix_extremes, market->loaded * sizeof *market->suffix_extremes, error)) ||
        !(oldest->blocks = sent(engine, market->blocks, count_extremes(market) * sizeof *market->blocks, error))) {
        ts_cl_market_clear(oldest);
        return NULL;
    }
    oldest->serial = market->serial;
    oldest->used = engine->calls;
    return oldest;
}

/* Each kernel runs for ever more rounds until a run is long enough to be timed; the first, which compiles and wakes the
 * device up, is not counted. */
#include "bench/device_limits.h"

#include "bench/stopwatch.h"
#include "host/backend/opencl/texts.h"

#include <string.h>

static const double LONG_ENOUGH = 0.03; /* s */

enum { ITEMS_A_UNIT = 2048, MOST_ROUNDS = 1 << 24, VECTOR = 32 /* bytes */ };

typedef struct trial {
    ts_cl_context *context;
    const ts_cl_device *device;
    ts_cl_queue *queue;
    ts_cl_program *program;
    ts_cl_buffer *a, *b;
    size_t bytes; /* of each buffer, a power of two */
    size_t items;
} trial;

typedef int measurement(trial *t, ts_cl_kernel *kernel, uint64_t rounds, ts_error *error);

static int copy(trial *t, ts_cl_kernel *kernel, uint64_t rounds, ts_error *error)
{
    const ts_cl_range range = {.dimensions = 1, .items = {t->bytes / VECTOR}};
    for (uint64_t i = 0; i < rounds; i++) { /* forth and back: so both have been written before they are timed */
        const ts_cl_argument argument[] = {TS_CL_BUFFER(i % 2 ? t->b : t->a), TS_CL_BUFFER(i % 2 ? t->a : t->b)};
        if (ts_cl_launch(t->queue, kernel, argument, 2, &range, error)) return -1;
    }
    return 0;
}

static int read_cache(trial *t, ts_cl_kernel *kernel, uint64_t rounds, ts_error *error)
{
    const ts_cl_range range = {.dimensions = 1, .items = {t->items}};
    uint64_t most = t->device->cache / 2, size = 1 << 20; /* the larger caches of a card outlast its many small ones */
    while (size * 2 <= most && size < t->bytes && size < 32 << 20) size *= 2;
    const uint64_t count = size / VECTOR;
    const ts_cl_argument argument[] = {TS_CL_BUFFER(t->a), TS_CL_BUFFER(t->b), TS_CL_VALUE(count), TS_CL_VALUE(rounds)};
    return ts_cl_launch(t->queue, kernel, argument, 4, &range, error);
}

static int compute_doubles(trial *t, ts_cl_kernel *kernel, uint64_t rounds, ts_error *error)
{
    const ts_cl_range range = {.dimensions = 1, .items = {t->items}};
    const double factor = 1 - 0x1p-30, term = 0x1p-30;
    const ts_cl_argument argument[] = {TS_CL_BUFFER(t->b), TS_CL_VALUE(factor), TS_CL_VALUE(term), TS_CL_VALUE(rounds)};
    return ts_cl_launch(t->queue, kernel, argument, 4, &range, error);
}

static int compute_words(trial *t, ts_cl_kernel *kernel, uint64_t rounds, ts_error *error)
{
    const ts_cl_range range = {.dimensions = 1, .items = {t->items}};
    const uint64_t mask = 0x5555aaaa3333cccc, term = 0x9e3779b97f4a7c15;
    const ts_cl_argument argument[] = {TS_CL_BUFFER(t->b), TS_CL_VALUE(mask), TS_CL_VALUE(term), TS_CL_VALUE(rounds)};
    return ts_cl_launch(t->queue, kernel, argument, 4, &range, error);
}

/* Rounds a second. */
static int rate_of(trial *t, const char *name, measurement *run, double *rate, ts_error *error)
{
    ts_cl_kernel *kernel = ts_cl_kernel_new(t->program, name, error);
    int status = kernel && !run(t, kernel, 2, error) ? ts_cl_finish(t->queue, error) : -1;
    ts_lap lap = {0};
    for (uint64_t rounds = 2; !status && lap.wall < LONG_ENOUGH && rounds < MOST_ROUNDS; rounds *= 2) {
        ts_lap start = ts_stopwatch();
        status = run(t, kernel, rounds, error) ? -1 : ts_cl_finish(t->queue, error);
        lap = ts_stopwatch_since(start);
        *rate = (double)rounds / lap.wall;
    }
    ts_cl_kernel_free(kernel);
    return status;
}

/* What no cache holds, and a small part of the memory. */
static size_t choose_bytes(const ts_cl_device *device)
{
    bool cpu = strcmp(device->type, "cpu") == 0;
    uint64_t most = device->memory / 16, bytes = 1 << 20;
    if (most > device->largest_allocation) most = device->largest_allocation;
    while (bytes * 2 <= most && bytes < (uint64_t)(cpu ? 128 : 512) << 20) bytes *= 2;
    return (size_t)bytes;
}

static int measure(trial *t, ts_device_limits *limits, ts_error *error)
{
    double copies, reads, doubles, words, items = (double)t->items;
    if (rate_of(t, "limit_copy", copy, &copies, error) || rate_of(t, "limit_read", read_cache, &reads, error) ||
        rate_of(t, "limit_doubles", compute_doubles, &doubles, error) ||
        rate_of(t, "limit_words", compute_words, &words, error))
        return -1;
    *limits = (ts_device_limits){.memory_bytes = 2 * copies * (double)t->bytes,
                                 .cache_bytes = reads * items * VECTOR,
                                 .double_ops = 16 * doubles * items,
                                 .word_ops = 32 * words * items,
                                 .unit_cycles = 1e6 * t->device->clock_mhz * t->device->compute_units};
    return 0;
}

int ts_device_limits_measure(ts_cl_context *context, ts_device_limits *limits, ts_error *error)
{
    trial t = {.context = context, .device = ts_cl_context_device(context)};
    t.bytes = choose_bytes(t.device);
    t.items = (size_t)t.device->compute_units * ITEMS_A_UNIT;
    if (t.items > t.bytes / sizeof(double)) t.items = t.bytes / sizeof(double);
    t.queue = ts_cl_queue_new(context, error);
    t.program = t.queue ? ts_cl_program_new(context, "limits", ts_cl_text_limits, "", error) : NULL;
    t.a = t.program ? ts_cl_buffer_new(context, t.bytes, error) : NULL;
    t.b = t.a ? ts_cl_buffer_new(context, t.bytes, error) : NULL;
    int status = t.b ? measure(&t, limits, error) : -1;
    ts_cl_buffer_free(t.b);
    ts_cl_buffer_free(t.a);
    ts_cl_program_free(t.program);
    ts_cl_queue_free(t.queue);
    return status;
}

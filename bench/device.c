/* Where the time goes, by kernels; what is moved and computed, beside the device's limits. */
#include "bench/device.h"

#include "bench/device_work.h"
#include "host/backend/opencl/device.h"
#include "host/engine/engine_internal.h"

#include <string.h>

enum { KERNELS_MAX = 256 };

/* The part of the work that a kernel belongs to, by how its name begins. */
static const struct {
    const char *begins;
    ts_field share;
} parts[] = {{"rows", TS_FIELD_rows_share},       {"load_columns", TS_FIELD_rows_share},
             {"carry_over", TS_FIELD_rows_share}, {"masks", TS_FIELD_masks_share},
             {"singles", TS_FIELD_masks_share},   {"walk", TS_FIELD_walks_share},
             {"close", TS_FIELD_walks_share},     {"settle", TS_FIELD_settlement_share}};

static void share_out(const ts_cl_spent *spent, size_t count, double *value)
{
    double all = 0, launches = 0;
    for (size_t i = 0; i < count; i++) all += spent[i].seconds, launches += (double)spent[i].launches;
    for (size_t i = 0; i < count; i++)
        for (size_t p = 0; p < sizeof parts / sizeof *parts; p++) {
            double *share = &value[parts[p].share];
            if (strncmp(spent[i].kernel, parts[p].begins, strlen(parts[p].begins)) != 0) continue;
            *share = (*share == *share ? *share : 0) + (all > 0 ? spent[i].seconds / all : 0);
            break;
        }
    value[TS_FIELD_device_seconds] = all;
    value[TS_FIELD_launches] = launches;
}

/* One evaluation with its launches timed, in all lanes. */
static int take_times(ts_cl_engine *device, const ts_device_batch *batch, double *value, ts_error *error)
{
    static ts_cl_spent spent[TS_CL_LANES * KERNELS_MAX];
    size_t count = 0;
    ts_error first = {0}, second = {0};
    for (int i = 0; i < TS_CL_LANES; i++)
        if (ts_cl_profile_begin(device->lane[i].queue, error)) return -1;
    ts_evaluate(batch->engine, batch->market, batch->strategy, batch->genomes, batch->count, batch->metrics, &first);
    for (int i = 0; i < TS_CL_LANES; i++)
        count += ts_cl_profile_end(device->lane[i].queue, spent + count, KERNELS_MAX, &second);
    const ts_error *failed = first.code ? &first : &second;
    if (failed->code) return ts_fail(error, failed->code, "%s", failed->text);
    if (!count) return ts_fail(error, TS_FAILED, "the device launched nothing while its launches were timed");
    share_out(spent, count, value);
    return 0;
}

static void compare(const ts_device_work *work, const ts_device_limits *limits, double *value)
{
    double rate = value[TS_FIELD_genome_bars_per_s];
    value[TS_FIELD_least_bytes_per_genome_bar] = work->least_bytes;
    value[TS_FIELD_asked_bytes_per_genome_bar] = work->asked_bytes;
    value[TS_FIELD_double_ops_per_genome_bar] = work->double_ops;
    value[TS_FIELD_word_ops_per_genome_bar] = work->word_ops;
    value[TS_FIELD_device_memory_bytes_per_s] = limits->memory_bytes;
    value[TS_FIELD_device_cache_bytes_per_s] = limits->cache_bytes;
    value[TS_FIELD_device_double_ops_per_s] = limits->double_ops;
    value[TS_FIELD_device_word_ops_per_s] = limits->word_ops;
    value[TS_FIELD_device_unit_cycles_per_s] = limits->unit_cycles;
    value[TS_FIELD_memory_fraction] = rate * work->least_bytes / limits->memory_bytes;
    value[TS_FIELD_cache_fraction] = rate * work->asked_bytes / limits->cache_bytes;
    value[TS_FIELD_double_fraction] = rate * work->double_ops / limits->double_ops;
    value[TS_FIELD_word_fraction] = rate * work->word_ops / limits->word_ops;
}

int ts_bench_device(ts_bench *bench, const ts_device_batch *batch, ts_bench_line *line, ts_error *error)
{
    ts_cl_engine *device = batch->engine->opened;
    ts_device_work work;
    if (!device) return 0;
    if (!ts_engine_on_device(batch->engine))
        return ts_fail(error, TS_UNAVAILABLE, "the device failed in the middle: what was measured is the processor");
    line->device = ts_cl_context_device(device->context)->name;
    if (!bench->device.memory_bytes && ts_device_limits_measure(device->context, &bench->device, error)) return -1;
    if (take_times(device, batch, line->value, error) ||
        ts_device_work_count(&device->room, batch->market, batch->strategy, batch->genomes, batch->metrics,
                             batch->count, &work, error))
        return -1;
    compare(&work, &bench->device, line->value);
    return 0;
}

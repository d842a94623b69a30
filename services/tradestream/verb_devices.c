/* tradestream devices: what OpenCL offers on this machine, and whether each device can be used. */
#include "common/json.h"
#include "host/backend/opencl/opencl.h"
#include "host/report/table.h"
#include "services/tradestream/options.h"
#include "services/tradestream/verb.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

static const ts_setting format_table[] = {{"format", TS_SETTING_CHOICE, offsetof(ts_options, format), "table", 0, 0,
                                           "table|json", NULL, "of what is printed"},
                                          {0}};
static const ts_setting *const tables[] = {ts_options_opencl, format_table, NULL};

typedef struct row {
    const ts_cl_device *device;
    ts_error fault; /* why it cannot be used */
} row;

static void yes_or_no(ts_strbuf *out, bool is) { ts_strbuf_puts(out, is ? "yes" : "no"); }

static void size(ts_strbuf *out, uint64_t bytes)
{
    if (bytes < 10ull << 20) ts_strbuf_printf(out, "%.0f KiB", (double)bytes / 1024);
    else if (bytes < 10ull << 30) ts_strbuf_printf(out, "%.0f MiB", (double)bytes / (1 << 20));
    else ts_strbuf_printf(out, "%.1f GiB", (double)bytes / (1 << 30));
}

static void label(ts_strbuf *out, const row *one) { ts_strbuf_puts(out, one->device->label); }
static void name(ts_strbuf *out, const row *one) { ts_strbuf_puts(out, one->device->name); }
static void type(ts_strbuf *out, const row *one) { ts_strbuf_puts(out, one->device->type); }
static void version(ts_strbuf *out, const row *one) { ts_strbuf_puts(out, one->device->language); }
static void fp64(ts_strbuf *out, const row *one) { yes_or_no(out, one->device->fp64); }
static void singles(ts_strbuf *out, const row *one) { yes_or_no(out, one->device->exact_singles); }
static void units(ts_strbuf *out, const row *one) { ts_strbuf_printf(out, "%u", one->device->compute_units); }
static void memory(ts_strbuf *out, const row *one) { size(out, one->device->memory); }
static void largest(ts_strbuf *out, const row *one) { size(out, one->device->largest_allocation); }
static void local(ts_strbuf *out, const row *one) { size(out, one->device->local_memory); }
static void verdict(ts_strbuf *out, const row *one) { ts_strbuf_puts(out, one->fault.code ? "refused" : "passed"); }

static const struct {
    const char *heading;
    bool left;
    void (*cell)(ts_strbuf *out, const row *one);
} columns[] = {{"device", true, label},     {"name", true, name},         {"type", true, type},
               {"language", true, version}, {"fp64", true, fp64},         {"exact singles", true, singles},
               {"units", false, units},     {"memory", false, memory},    {"largest buffer", false, largest},
               {"local", false, local},     {"self-check", true, verdict}};

static void as_table(ts_strbuf *out, const row *rows, size_t count)
{
    ts_table table = {0};
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++) {
        ts_table_column(&table, columns[c].heading, columns[c].left);
        for (size_t i = 0; i < count; i++) {
            columns[c].cell(&table.cells, &rows[i]);
            ts_table_cell(&table);
        }
    }
    ts_table_print(out, &table);
    ts_table_clear(&table);
    for (size_t i = 0; i < count; i++)
        if (rows[i].fault.code) ts_strbuf_printf(out, "%s\n", rows[i].fault.text);
}

static void add_object(ts_json *json, const row *one)
{
    const ts_cl_device *is = one->device;
    ts_json_object(json, NULL);
    ts_json_text(json, "device", is->label);
    ts_json_text(json, "platform", is->platform);
    ts_json_text(json, "name", is->name);
    ts_json_text(json, "vendor", is->vendor);
    ts_json_text(json, "driver", is->driver);
    ts_json_text(json, "version", is->version);
    ts_json_text(json, "language", is->language);
    ts_json_text(json, "type", is->type);
    ts_json_bool(json, "fp64", is->fp64);
    ts_json_bool(json, "denormals", is->denormals);
    ts_json_bool(json, "exact_singles", is->exact_singles);
    ts_json_bool(json, "shares_memory", is->shares_memory);
    ts_json_int(json, "compute_units", is->compute_units);
    ts_json_int(json, "clock_mhz", is->clock_mhz);
    ts_json_int(json, "work_group", (int64_t)is->work_group);
    ts_json_int(json, "memory_bytes", (int64_t)is->memory);
    ts_json_int(json, "largest_allocation_bytes", (int64_t)is->largest_allocation);
    ts_json_int(json, "local_memory_bytes", (int64_t)is->local_memory);
    ts_json_int(json, "cache_bytes", (int64_t)is->cache);
    ts_json_bool(json, "usable", !one->fault.code);
    ts_json_text(json, "error", one->fault.code ? one->fault.text : NULL);
    ts_json_object_end(json);
}

static void as_json(ts_strbuf *out, const row *rows, size_t count)
{
    ts_json json = {.indent = 2, .first = true};
    ts_json_array(&json, NULL);
    for (size_t i = 0; i < count; i++) add_object(&json, &rows[i]);
    ts_json_array_end(&json);
    ts_strbuf_putc(&json.out, '\n');
    *out = json.out;
}

static void check(const ts_cl *cl, row *one) { ts_cl_context_free(ts_cl_use(cl, one->device->label, &one->fault)); }

/* The devices asked for; returns their number, 0 with the error filled. */
static size_t choose(const ts_cl *cl, const char *label_asked, row *rows, ts_error *error)
{
    if (label_asked) {
        rows[0].device = ts_cl_device_find(cl, label_asked, error);
        return rows[0].device != NULL;
    }
    for (size_t i = 0; i < ts_cl_device_count(cl); i++) rows[i].device = ts_cl_device_at(cl, i);
    return ts_cl_device_count(cl);
}

static int show(const ts_cl *cl, const ts_options *options, row *rows, ts_error *error)
{
    ts_strbuf out = {0};
    size_t count = choose(cl, options->device, rows, error), usable = 0;
    if (!count) return -1;
    for (size_t i = 0; i < count; i++) {
        check(cl, &rows[i]);
        usable += !rows[i].fault.code;
    }
    if (options->format) as_json(&out, rows, count);
    else as_table(&out, rows, count);
    int status = ts_strbuf_failed(&out) ? ts_no_memory(error, "output") : 0;
    if (!status) fwrite(out.text, 1, out.length, stdout);
    ts_strbuf_clear(&out);
    if (status || usable || !options->device) return status;
    return ts_fail(error, rows[0].fault.code, "%s", rows[0].fault.text);
}

static int run(int argc, char **argv, ts_error *error)
{
    ts_options options = {0};
    if (ts_settings_read_all(tables, &options, argc, argv, NULL, error)) return -1;
    ts_cl *cl = ts_cl_open(options.opencl_library, error);
    if (!cl) return -1;
    row *rows = calloc(ts_cl_device_count(cl), sizeof *rows);
    int status = rows ? show(cl, &options, rows, error) : ts_no_memory(error, "the list of devices");
    free(rows);
    ts_cl_free(cl);
    return status;
}

const ts_verb ts_verb_devices = {
    .name = "devices",
    .summary = "The OpenCL devices of this machine, and whether their arithmetic gives the processor's bits.",
    .settings = tables,
    .run = run,
};

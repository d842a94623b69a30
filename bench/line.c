/* Lines as JSON and as a table, both from the table of fields. */
#include "bench/line.h"

#include "common/json.h"
#include "common/machine.h"
#include "common/version.h"
#include "host/report/table.h"

#include <math.h>

static const struct {
    const char *key, *heading;
    double scale;
    int digits;
} fields[TS_FIELDS] = {
#define TS_FIELD(key, heading, scale, digits) {#key, heading, scale, digits},
#include "bench/fields.def"
#undef TS_FIELD
};

ts_bench_line ts_bench_line_empty(void)
{
    ts_bench_line line = {0};
    for (int i = 0; i < TS_FIELDS; i++) line.value[i] = NAN;
    return line;
}

void ts_bench_line_json(ts_strbuf *into, const ts_bench_line *line)
{
    char cpu[TS_MACHINE_TEXT];
    ts_json json = {.out = *into, .first = true};
    ts_json_object(&json, NULL);
    ts_json_text(&json, "case", line->bench_case);
    if (line->item) ts_json_text(&json, "item", line->item);
    if (line->backend) ts_json_text(&json, "backend", line->backend);
    if (line->device) ts_json_text(&json, "device", line->device);
    for (int i = 0; i < TS_FIELDS; i++)
        if (!isnan(line->value[i])) ts_json_real(&json, fields[i].key, line->value[i]);
    ts_json_text(&json, "cpu", ts_machine_cpu(cpu));
    ts_json_text(&json, "version", ts_version());
    ts_json_text(&json, "commit", ts_commit());
    ts_json_object_end(&json);
    ts_strbuf_putc(&json.out, '\n');
    *into = json.out;
}

static void text_column(ts_table *table, const char *heading, const ts_bench_line *line, size_t count, size_t offset)
{
    ts_table_column(table, heading, true);
    for (size_t i = 0; i < count; i++) {
        const char *text = *(const char *const *)((const char *)&line[i] + offset);
        ts_strbuf_puts(&table->cells, text ? text : "");
        ts_table_cell(table);
    }
}

static void number_column(ts_table *table, int field, const ts_bench_line *line, size_t count)
{
    size_t present = 0;
    for (size_t i = 0; i < count; i++) present += !isnan(line[i].value[field]);
    if (!present || !fields[field].heading) return;
    ts_table_column(table, fields[field].heading, false);
    for (size_t i = 0; i < count; i++) {
        double value = line[i].value[field];
        if (isnan(value)) ts_strbuf_putc(&table->cells, '-');
        else ts_strbuf_printf(&table->cells, "%.*f", fields[field].digits, value * fields[field].scale);
        ts_table_cell(table);
    }
}

void ts_bench_line_table(ts_strbuf *into, const ts_bench_line *line, size_t count)
{
    ts_table table = {0};
    size_t items = 0;
    for (size_t i = 0; i < count; i++) items += line[i].item != NULL;
    text_column(&table, "case", line, count, offsetof(ts_bench_line, bench_case));
    if (items) text_column(&table, "item", line, count, offsetof(ts_bench_line, item));
    text_column(&table, "backend", line, count, offsetof(ts_bench_line, backend));
    for (int i = 0; i < TS_FIELDS; i++) number_column(&table, i, line, count);
    ts_table_print(into, &table);
    ts_table_clear(&table);
}

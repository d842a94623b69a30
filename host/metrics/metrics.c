/* The table of metrics.def, and its JSON. */
#include "host/metrics/metrics.h"

#include <math.h>
#include <string.h>

const ts_metric_row ts_metric_table[TS_METRICS] = {
#define TS_METRIC(name, kind, better, description) {#name, TS_KIND_##kind, TS_##better, description},
#include "host/metrics/metrics.def"
#undef TS_METRIC
};

int ts_metric_find(const char *name)
{
    for (int i = 0; i < TS_METRICS; i++)
        if (strcmp(ts_metric_table[i].name, name) == 0) return i;
    return -1;
}

void ts_metrics_json(ts_json *json, const ts_metrics *metrics)
{
    for (int i = 0; i < TS_METRICS; i++) {
        const ts_metric_row *row = &ts_metric_table[i];
        double value = metrics->value[i];
        if (isnan(value)) ts_json_null(json, row->name);
        else if (row->kind == TS_KIND_COUNT) ts_json_int(json, row->name, (int64_t)value);
        else if (row->kind == TS_KIND_TRUTH) ts_json_bool(json, row->name, value != 0);
        else ts_json_real(json, row->name, value);
    }
}

void ts_metrics_cell(ts_strbuf *text, ts_metric metric, double value)
{
    ts_metric_kind kind = ts_metric_table[metric].kind;
    if (isnan(value)) ts_strbuf_putc(text, '-');
    else if (kind == TS_KIND_TRUTH) ts_strbuf_puts(text, value != 0 ? "yes" : "no");
    else ts_strbuf_printf(text, kind == TS_KIND_COUNT ? "%.0f" : "%.6g", value);
}

/* The metrics of a backtest: one table (metrics.def) gives the enum, the JSON keys and the docs. NaN is "undefined". */
#ifndef TS_HOST_METRICS_H
#define TS_HOST_METRICS_H

#include "common/json.h"

typedef enum ts_metric {
#define TS_METRIC(name, kind, better, description) TS_METRIC_##name,
#include "host/metrics/metrics.def"
#undef TS_METRIC
    TS_METRICS
} ts_metric;

typedef enum ts_metric_kind { TS_KIND_REAL, TS_KIND_COUNT, TS_KIND_TRUTH } ts_metric_kind;
typedef enum ts_better { TS_HIGHER, TS_LOWER, TS_NEITHER } ts_better;

typedef struct ts_metric_row {
    const char *name;
    ts_metric_kind kind;
    ts_better better;
    const char *description;
} ts_metric_row;

extern const ts_metric_row ts_metric_table[TS_METRICS];

typedef struct ts_metrics {
    double value[TS_METRICS];
} ts_metrics;

/* The metric's number by key, -1 when there is none. */
int ts_metric_find(const char *name);

/* Write every metric as a member of the open JSON object: counts as integers, truths as booleans, NaN as null. */
void ts_metrics_json(ts_json *json, const ts_metrics *metrics);

/* One value for people: counts whole, truths as yes and no, reals to six digits, undefined as "-". */
void ts_metrics_cell(ts_strbuf *text, ts_metric metric, double value);

#endif

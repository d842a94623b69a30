/* What a service measures, declared in tables and shown at /metrics as Prometheus text 0.0.4:
 * https://prometheus.io/docs/instrumenting/exposition_formats/. Threads may use all of this at once.
 *
 * Names begin with tradestream_, counters end in _total, units are base units (_seconds, _bytes). A label has few
 * values: never an id or a parameter. */
#ifndef TS_SERVICES_SERVICE_METER_H
#define TS_SERVICES_SERVICE_METER_H

#include "common/error.h"
#include "common/strbuf.h"

enum { TS_METER_LABELS = 4, TS_METER_BUCKETS = 16, TS_METER_SERIES = 2000 };

typedef enum ts_meter_type { TS_COUNTER, TS_GAUGE, TS_HISTOGRAM } ts_meter_type;

typedef struct ts_meter {
    const char *name; /* NULL ends a table */
    ts_meter_type type;
    const char *labels;    /* "topic,reason", or NULL */
    const double *buckets; /* of a histogram: upper bounds, rising, ended by INFINITY */
    const char *help;
} ts_meter;

/* Bounds for durations from a millisecond to a minute. */
extern const double ts_meter_seconds[];

/* Make the rows of a table known; one without labels shows 0 from the start. The table is borrowed for ever. TS_FAILED
 * (our own mistake) when a row is malformed or a name is known already. */
int ts_meters_add(const ts_meter *table, ts_error *error);

/* Count, set, observe; after `value` one text for each label, then NULL. A row that is not known, a counter that would
 * fall, and a label set beyond TS_METER_SERIES of one row are dropped; the last is counted in
 * tradestream_metrics_dropped_total. */
void ts_meter_count(const ts_meter *meter, double value, ...) __attribute__((sentinel));
void ts_meter_set(const ts_meter *meter, double value, ...) __attribute__((sentinel));
void ts_meter_observe(const ts_meter *meter, double value, ...) __attribute__((sentinel));

/* Append the text of all: rows in the order they were added, label sets in the order they were first used. */
void ts_meters_text(ts_strbuf *into);

/* Forget all rows; for tests. */
void ts_meters_forget(void);

#endif

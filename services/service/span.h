/* Spans: how long which piece of work of a trace took, exported as OTLP/HTTP JSON to OTEL_EXPORTER_OTLP_ENDPOINT when
 * that is set: https://opentelemetry.io/docs/specs/otlp/#otlphttp. Nobody waits for the export: what does not fit into
 * the queue is dropped and counted. */
#ifndef TS_SERVICES_SERVICE_SPAN_H
#define TS_SERVICES_SERVICE_SPAN_H

#include "common/error.h"
#include "common/trace.h"

#include <stdbool.h>
#include <stdint.h>

enum { TS_SPAN_ATTRIBUTES = 6, TS_SPAN_TEXT = 96 };

typedef enum ts_span_kind { /* the numbers of OTLP */
                            TS_SPAN_INTERNAL = 1,
                            TS_SPAN_SERVER,
                            TS_SPAN_CLIENT,
                            TS_SPAN_PRODUCER,
                            TS_SPAN_CONSUMER
} ts_span_kind;

typedef struct ts_span { /* from _begin to _end on the stack of one thread; the fields are the span's own */
    ts_trace trace;
    ts_trace before; /* what the thread worked for; no trace_id: nothing */
    char parent_id[17], name[TS_SPAN_TEXT], failure[TS_SPAN_TEXT];
    ts_span_kind kind;
    int64_t start_ns, end_ns;
    int attributes;
    struct {
        char key[32], value[TS_SPAN_TEXT];
    } attribute[TS_SPAN_ATTRIBUTES];
} ts_span;

/* Begin a span below `parent`, NULL: below the thread's trace, or in a new one when there is none. It is the thread's
 * trace until it ends; spans of one thread end in the reverse order. Texts are copied and cut. */
void ts_span_begin(ts_span *span, const char *name, ts_span_kind kind, const ts_trace *parent);
void ts_span_note(ts_span *span, const char *key, const char *value); /* beyond TS_SPAN_ATTRIBUTES: left out */
void ts_span_end(ts_span *span, const ts_error *error);               /* NULL or code 0: it went well */

/* Start exporting when the environment says so (OTEL_EXPORTER_OTLP_ENDPOINT or _TRACES_ENDPOINT, _HEADERS,
 * OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES, OTEL_TRACES_SAMPLER, OTEL_SDK_DISABLED). The values of headers become
 * secrets. TS_BAD_CONFIG names the variable. Without these nothing is started. */
int ts_spans_open(const char *service, ts_error *error);

/* Export what is left, for at most two seconds, and stop. */
void ts_spans_close(void);

#endif

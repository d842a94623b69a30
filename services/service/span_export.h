/* The queue between spans that ended and the thread that posts them; used by the spans' own files only. */
#ifndef TS_SERVICES_SERVICE_SPAN_EXPORT_H
#define TS_SERVICES_SERVICE_SPAN_EXPORT_H

#include "common/strbuf.h"
#include "services/service/span.h"

#include <stddef.h>

/* Copy an ended span into the queue; never waits for the exporter. */
void ts_spans_queue(const ts_span *span);

/* Are new traces to be exported? */
bool ts_spans_sampled(void);

/* Append the OTLP document of `count` spans. `attributes` is OTEL_RESOURCE_ATTRIBUTES, "key=value,...", or NULL. */
void ts_spans_json(const ts_span *spans, size_t count, const char *service, const char *attributes, ts_strbuf *into);

#endif

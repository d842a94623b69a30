#define _GNU_SOURCE
#include "services/service/span.h"

#include "services/service/span_export.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void ts_span_begin(ts_span *span, const char *name, ts_span_kind kind, const ts_trace *parent)
{
    const ts_trace *current = ts_trace_current();
    memset(span, 0, sizeof *span);
    if (current) span->before = *current;
    if (!parent) parent = current;
    if (parent) {
        ts_trace_child(parent, &span->trace);
        snprintf(span->parent_id, sizeof span->parent_id, "%s", parent->span_id);
    } else {
        ts_trace_new(&span->trace);
        span->trace.flags = ts_spans_sampled() ? TS_TRACE_SAMPLED : 0;
    }
    snprintf(span->name, sizeof span->name, "%s", name);
    span->kind = kind;
    span->start_ns = now_ns();
    ts_trace_set(&span->trace);
}

void ts_span_note(ts_span *span, const char *key, const char *value)
{
    if (span->attributes == TS_SPAN_ATTRIBUTES) return;
    snprintf(span->attribute[span->attributes].key, sizeof span->attribute[0].key, "%s", key);
    snprintf(span->attribute[span->attributes].value, sizeof span->attribute[0].value, "%s", value);
    span->attributes++;
}

void ts_span_end(ts_span *span, const ts_error *error)
{
    span->end_ns = now_ns();
    if (error && error->code) snprintf(span->failure, sizeof span->failure, "%s", error->text);
    if (span->trace.flags & TS_TRACE_SAMPLED) ts_spans_queue(span);
    ts_trace_set(span->before.trace_id[0] ? &span->before : NULL);
}

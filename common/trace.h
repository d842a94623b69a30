/* W3C trace context: which request a piece of work belongs to, across processes. The text is the header `traceparent`
 * of HTTP and Kafka, 00-<32 hex>-<16 hex>-<2 hex>, as in https://www.w3.org/TR/trace-context/. */
#ifndef TS_COMMON_TRACE_H
#define TS_COMMON_TRACE_H

#include <stdbool.h>

enum { TS_TRACE_TEXT = 56, TS_TRACE_STATE = 513, TS_TRACE_SAMPLED = 1 };

typedef struct ts_trace {
    char trace_id[33], span_id[17]; /* lower-case hex; an empty trace_id: no trace */
    unsigned char flags;            /* TS_TRACE_SAMPLED: spans of this trace are exported */
    char state[TS_TRACE_STATE];     /* the header `tracestate`, passed on as it came; "" when there was none */
} ts_trace;

/* Read a traceparent; `state` may be NULL, and is dropped when it is too long. False on anything malformed (capitals,
 * zero ids, version ff, a version 00 of another length); later versions are read by their first 55 characters. */
bool ts_trace_parse(const char *text, const char *state, ts_trace *into);

/* The traceparent of a trace. Returns `text`. */
const char *ts_trace_text(const ts_trace *trace, char text[TS_TRACE_TEXT]);

/* A new trace with random ids, sampled. */
void ts_trace_new(ts_trace *trace);

/* A new span within the trace of `parent`, which may be the same struct. */
void ts_trace_child(const ts_trace *parent, ts_trace *child);

/* The trace that this thread works for: log lines carry its ids. NULL when there is none. */
const ts_trace *ts_trace_current(void);
void ts_trace_set(const ts_trace *trace); /* copied; NULL: none */

#endif

/* Answers on their way to Kafka, each under the trace of its request: what a request's record says in `traceparent` is
 * what its answers carry on, with a span of this service. */
#ifndef TS_SERVICES_BACKTEST_CONSUMER_PUBLISHING_H
#define TS_SERVICES_BACKTEST_CONSUMER_PUBLISHING_H

#include "services/backtest_consumer/answering.h"
#include "services/service/span.h"

/* The trace that a record was sent under; false, and no trace_id, when it says none or a malformed one. */
bool ts_asked_trace(const ts_bus_record *record, ts_trace *trace);

/* Begin a span of work for who sent `record`: below its trace, else in a new one. */
void ts_asked_span(ts_span *span, const char *name, const ts_bus_record *record);

/* Winners first: who reads the outcome knows how many have come before. In the thread's trace. */
int ts_publish_reply(const ts_answering *answering, const ts_request *request, const ts_reply *reply, ts_error *error);

/* An answer without a search. In the thread's trace. */
int ts_publish_outcome(const ts_answering *answering, const ts_request *request, ts_outcome status, const char *why,
                       ts_error *error);

#endif

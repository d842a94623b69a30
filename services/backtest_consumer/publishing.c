#include "services/backtest_consumer/publishing.h"

#include <string.h>

static int publish(const ts_answering *a, const ts_request *request, const char *id, ts_json *json, ts_error *error)
{
    char trace[TS_TRACE_TEXT];
    ts_bus_record record = {.topic = a->answers,
                            .partition = -1,
                            .key = request->symbol,
                            .key_size = strlen(request->symbol),
                            .value = json->out.text,
                            .value_size = json->out.length};
    ts_bus_record_header(&record, "message-id", id);
    ts_bus_record_header(&record, "content-type", "application/json");
    if (ts_trace_current()) ts_bus_record_header(&record, "traceparent", ts_trace_text(ts_trace_current(), trace));
    int status =
        ts_strbuf_failed(&json->out) ? ts_no_memory(error, "an answer") : ts_producer_send(a->producer, &record, error);
    ts_strbuf_clear(&json->out);
    return status;
}

int ts_publish_reply(const ts_answering *a, const ts_request *request, const ts_reply *reply, ts_error *error)
{
    for (size_t i = 0; i < reply->outcome.winners; i++) {
        const ts_found *found = &reply->winner[i];
        ts_json json = {.first = true};
        ts_discovered_line(&json, &found->ids, found->line, strlen(found->line));
        if (publish(a, request, found->ids.result_id, &json, error)) return -1;
    }
    ts_json json = {.first = true};
    ts_outcome_json(&json, &reply->outcome);
    if (publish(a, request, request->request_id, &json, error)) return -1;
    ts_meter_count(&ts_answering_meters[TS_ANSWERED_REQUESTS], 1, ts_outcome_names[reply->outcome.status], NULL);
    ts_meter_count(&ts_answering_meters[TS_ANSWERED_WINNERS], (double)reply->outcome.winners, NULL);
    return 0;
}

int ts_publish_outcome(const ts_answering *a, const ts_request *request, ts_outcome status, const char *why,
                       ts_error *error)
{
    ts_reply reply = {.outcome = {.status = status}};
    memcpy(reply.outcome.request_id, request->request_id, sizeof reply.outcome.request_id);
    ts_outcome_explain(&reply.outcome, why);
    return ts_publish_reply(a, request, &reply, error);
}

bool ts_asked_trace(const ts_bus_record *record, ts_trace *trace)
{
    char text[TS_TRACE_TEXT + 200] = "";
    const ts_bus_header *header = ts_bus_record_find_header(record, "traceparent");
    *trace = (ts_trace){.flags = 0};
    if (!header || !header->value || header->size >= sizeof text) return false;
    memcpy(text, header->value, header->size);
    return strlen(text) == header->size && ts_trace_parse(text, NULL, trace);
}

void ts_asked_span(ts_span *span, const char *name, const ts_bus_record *record)
{
    const ts_trace *current = ts_trace_current();
    ts_trace asked, before = current ? *current : (ts_trace){.flags = 0};
    bool known = ts_asked_trace(record, &asked);
    if (!known) ts_trace_set(NULL);
    ts_span_begin(span, name, TS_SPAN_CONSUMER, known ? &asked : NULL);
    span->before = before;
}

#define _POSIX_C_SOURCE 200809L
#include "services/backtest_consumer/answering.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/memory.h"
#include "services/service/service.h"
#include "services/service/span.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A group whose run fails so often is not tried again: the same input would kill it for ever. */
enum { TRIES = 3 };
static const double pause_seconds = 5, flush_seconds = 60;

enum { REQUESTS, WINNERS, DEAD, RUN_SECONDS };
static const double run_buckets[] = {0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3000, INFINITY};
const ts_meter ts_answering_meters[] = {
    [REQUESTS] = {"tradestream_requests_total", TS_COUNTER, "status", NULL, "Requests answered."},
    [WINNERS] = {"tradestream_winners_total", TS_COUNTER, NULL, NULL, "Winners published."},
    [DEAD] = {"tradestream_dlq_messages_total", TS_COUNTER, "topic,reason", NULL, "Dead letters."},
    [RUN_SECONDS] = {"tradestream_run_duration_seconds", TS_HISTOGRAM, NULL, run_buckets, "Time of one search run."},
    {0}};

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

/* Winners first: who reads the outcome knows how many have come before. */
static int publish_reply(const ts_answering *a, const ts_request *request, const ts_reply *reply, ts_error *error)
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
    ts_meter_count(&ts_answering_meters[REQUESTS], 1, ts_outcome_names[reply->outcome.status], NULL);
    ts_meter_count(&ts_answering_meters[WINNERS], (double)reply->outcome.winners, NULL);
    return 0;
}

/* An answer without a search. */
static int publish_outcome(const ts_answering *a, const ts_request *request, ts_outcome status, const char *why,
                           ts_error *error)
{
    ts_reply reply = {.outcome = {.status = status}};
    memcpy(reply.outcome.request_id, request->request_id, sizeof reply.outcome.request_id);
    ts_outcome_explain(&reply.outcome, why);
    return publish_reply(a, request, &reply, error);
}

/* Run a group until it ends well, or has failed too often. What is away is waited for: a back end, or the folder of the
 * run, which one that outlived its service still has. */
static int search(const ts_answering *a, const ts_group *group, ts_reply *reply, ts_error *error)
{
    for (int failures = 0;;) {
        ts_error why = {0};
        double began = ts_clock_seconds();
        if (!ts_run_group(a->run, group, reply, &why)) {
            ts_meter_observe(&ts_answering_meters[RUN_SECONDS], ts_clock_seconds() - began, NULL);
            return 0;
        }
        if (why.code == TS_RUN_AGAIN || ts_service_stopping()) return ts_fail(error, TS_RUN_AGAIN, "%s", why.text);
        failures += why.code != TS_UNAVAILABLE;
        ts_log_event(TS_LOG_WARNING, "a run failed", TS_INT("failures", failures),
                     TS_TEXT("symbol", group->member[0]->symbol), TS_TEXT("error", why.text));
        if (failures == TRIES) return ts_fail(error, TS_FAILED, "%s", why.text);
        if (ts_service_wait(pause_seconds)) return ts_fail(error, TS_RUN_AGAIN, "stopped");
    }
}

/* `failure`: why there is nothing to reply, or NULL. */
static int publish_group(const ts_answering *a, const ts_group *group, const ts_reply *reply, const char *failure,
                         ts_error *error)
{
    uint64_t winners = 0;
    for (size_t i = 0; i < group->count; i++) {
        const ts_request *request = group->member[i];
        if (failure && publish_outcome(a, request, TS_OUTCOME_FAILED, failure, error)) return -1;
        if (!failure && publish_reply(a, request, &reply[i], error)) return -1;
        winners += failure ? 0 : reply[i].outcome.winners;
    }
    ts_log_event(TS_LOG_INFO, "requests answered", TS_TEXT("symbol", group->member[0]->symbol),
                 TS_INT("requests", (int64_t)group->count), TS_INT("strategies", (int64_t)group->strategies),
                 TS_INT("windows", (int64_t)group->starts), TS_INT("winners", (int64_t)winners));
    return 0;
}

static int answer_group(const ts_answering *a, const ts_group *group, ts_error *error)
{
    ts_reply *reply = ts_alloc(group->count, sizeof *reply);
    ts_error why = {0};
    ts_span span;
    if (!reply) return ts_no_memory(error, "answers");
    ts_span_begin(&span, "search run", TS_SPAN_INTERNAL, NULL);
    ts_span_note(&span, "symbol", group->member[0]->symbol);
    bool found = !search(a, group, reply, &why);
    int status = why.code == TS_RUN_AGAIN ? ts_fail(error, why.code, "%s", why.text)
                                          : publish_group(a, group, reply, found ? NULL : why.text, error);
    if (found) ts_replies_clear(reply, group->count);
    free(reply);
    ts_span_end(&span, error);
    return status;
}

static int bury(const ts_answering *a, const ts_bus_record *record, const ts_error *why, ts_error *error)
{
    ts_log_event(TS_LOG_WARNING, "a record is no request", TS_TEXT("topic", record->topic),
                 TS_INT("partition", record->partition), TS_INT("offset", record->offset), TS_TEXT("error", why->text));
    ts_meter_count(&ts_answering_meters[DEAD], 1, record->topic, "no-request", NULL);
    return ts_producer_dead_letter(a->producer, record, "no-request", why->text, a->service, error);
}

/* Sort the records out: what can be searched is left in `requests`. */
static int sort_out(const ts_answering *a, const ts_bus_record *const *records, size_t count, ts_request *requests,
                    size_t *left, ts_error *error)
{
    int64_t now = ts_clock_now_ms();
    *left = 0;
    for (size_t i = 0; i < count; i++) {
        ts_request *request = &requests[*left];
        ts_error why = {0};
        int status = 0;
        if (ts_request_parse(records[i]->value, records[i]->value_size, request, &why))
            status = bury(a, records[i], &why, error);
        else if (request->expires_at_ms <= now)
            status = publish_outcome(a, request, TS_OUTCOME_EXPIRED, "it came to its turn too late", error);
        else if (!ts_catalogue_find(a->catalogue, request->strategy))
            status =
                publish_outcome(a, request, TS_OUTCOME_FAILED, "no strategy of that name is in the catalogue", error);
        else ++*left;
        if (status) return -1;
    }
    return 0;
}

int ts_answer_records(const ts_answering *a, const ts_bus_record *const *records, size_t count, ts_error *error)
{
    ts_request *requests = ts_alloc(count + 1, sizeof *requests);
    ts_groups groups = {0};
    size_t left;
    if (!requests) return ts_no_memory(error, "requests");
    int status = sort_out(a, records, count, requests, &left, error);
    if (!status) status = ts_groups_make(requests, left, &groups, error);
    for (size_t i = 0; i < groups.count && !status; i++) status = answer_group(a, &groups.group[i], error);
    if (!status) status = ts_producer_flush(a->producer, flush_seconds, error);
    ts_groups_clear(&groups);
    free(requests);
    return status;
}

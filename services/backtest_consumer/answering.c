#define _POSIX_C_SOURCE 200809L
#include "services/backtest_consumer/answering.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/memory.h"
#include "services/backtest_consumer/publishing.h"
#include "services/service/service.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A group whose run fails so often is not tried again as it is: the same input would kill it for ever. */
enum { TRIES = 3 };
static const double pause_seconds = 5, flush_seconds = 60;

static const double run_buckets[] = {0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3000, INFINITY};
const ts_meter ts_answering_meters[] = {
    [TS_ANSWERED_REQUESTS] = {"tradestream_requests_total", TS_COUNTER, "status", NULL, "Requests answered."},
    [TS_ANSWERED_WINNERS] = {"tradestream_winners_total", TS_COUNTER, NULL, NULL, "Winners published."},
    [TS_ANSWERED_DEAD] = {"tradestream_dlq_messages_total", TS_COUNTER, "topic,reason", NULL, "Dead letters."},
    [TS_ANSWERED_RUN_SECONDS] = {"tradestream_run_duration_seconds", TS_HISTOGRAM, NULL, run_buckets,
                                 "Time of one search run."},
    {0}};

/* The records under way. Requests are in the order of their records. */
typedef struct batch {
    const ts_answering *answering;
    const ts_bus_record *const *record;
    ts_request *request; /* those that can be searched */
    size_t records, requests;
    size_t *record_of; /* by request */
    size_t *twin;      /* by request: the next of those that are the same, in a ring */
    bool *open;        /* by record: its request waits for an answer */
    size_t told;       /* the first of the records, said to be answered */
} batch;

static size_t number_of(const batch *b, const ts_request *request) { return (size_t)(request - b->request); }

static const ts_bus_record *record_of(const batch *b, const ts_request *request)
{
    return b->record[b->record_of[number_of(b, request)]];
}

/* All that was sent is acknowledged: what that settles is told, as far as nothing before it is open. */
static int settle(batch *b, ts_error *error)
{
    const ts_answering *a = b->answering;
    size_t before = b->told;
    if (ts_producer_flush(a->producer, flush_seconds, error)) return -1;
    while (b->told < b->records && !b->open[b->told]) b->told++;
    return b->told > before ? a->answered(a->context, b->told, error) : 0;
}

/* Those that are the same are answered together. */
static void close_request(batch *b, const ts_request *request)
{
    size_t first = number_of(b, request), at = first;
    do {
        b->open[b->record_of[at]] = false;
        at = b->twin[at];
    } while (at != first);
}

static int by_id(const void *x, const void *y)
{
    return strcmp((*(const ts_request *const *)x)->request_id, (*(const ts_request *const *)y)->request_id);
}

static void find_twins(batch *b, const ts_request **sorted)
{
    for (size_t i = 0; i < b->requests; i++) sorted[i] = &b->request[i];
    qsort(sorted, b->requests, sizeof *sorted, by_id);
    for (size_t from = 0, to; from < b->requests; from = to) {
        for (to = from + 1; to < b->requests && !by_id(&sorted[from], &sorted[to]); to++)
            b->twin[number_of(b, sorted[to - 1])] = number_of(b, sorted[to]);
        b->twin[number_of(b, sorted[to - 1])] = number_of(b, sorted[from]);
    }
}

/* Answered at once, under its own trace. */
static int answer_alone(const batch *b, const ts_request *request, const ts_bus_record *record, ts_outcome status,
                        const char *why, ts_error *error)
{
    ts_span span;
    ts_asked_span(&span, "answer without a search", record);
    int failed = ts_publish_outcome(b->answering, request, status, why, error);
    ts_span_end(&span, error);
    return failed;
}

static int answer_expired(const batch *b, const ts_request *request, const ts_bus_record *record, ts_error *error)
{
    return answer_alone(b, request, record, TS_OUTCOME_EXPIRED, "it came to its turn too late", error);
}

/* Run a group until it ends well, or has failed `tries` times. What is away is waited for: a back end, or the folder of
 * the run, which one that outlived its service still has. */
static int search(const batch *b, const ts_group *group, int tries, ts_reply *reply, ts_error *error)
{
    for (int failures = 0;;) {
        ts_error why = {0};
        double began = ts_clock_seconds();
        if (!ts_run_group(b->answering->run, group, reply, &why)) {
            ts_meter_observe(&ts_answering_meters[TS_ANSWERED_RUN_SECONDS], ts_clock_seconds() - began, NULL);
            return 0;
        }
        if (why.code == TS_RUN_AGAIN || ts_service_stopping()) return ts_fail(error, TS_RUN_AGAIN, "%s", why.text);
        failures += why.code != TS_UNAVAILABLE;
        ts_log_event(TS_LOG_WARNING, "a run failed", TS_INT("failures", failures),
                     TS_TEXT("symbol", group->member[0]->symbol), TS_INT("strategies", (int64_t)group->strategies),
                     TS_TEXT("error", why.text));
        if (failures >= tries) return ts_fail(error, why.code, "%s", why.text);
        if (ts_service_wait(pause_seconds)) return ts_fail(error, TS_RUN_AGAIN, "stopped");
    }
}

static int publish_one(const batch *b, const ts_request *request, const ts_reply *reply, const char *failure,
                       ts_error *error)
{
    return failure ? ts_publish_outcome(b->answering, request, TS_OUTCOME_FAILED, failure, error)
                   : ts_publish_reply(b->answering, request, reply, error);
}

/* Under the trace of its request, which is mostly that of the whole group. */
static int publish_member(const batch *b, const ts_group *group, size_t i, const ts_reply *reply, const char *failure,
                          ts_error *error)
{
    const ts_request *request = group->member[i];
    ts_trace first, own;
    ts_asked_trace(record_of(b, group->member[0]), &first);
    ts_asked_trace(record_of(b, request), &own);
    if (!strcmp(first.trace_id, own.trace_id)) return publish_one(b, request, reply, failure, error);
    ts_span span;
    ts_asked_span(&span, "answer", record_of(b, request));
    int status = publish_one(b, request, reply, failure, error);
    ts_span_end(&span, error);
    return status;
}

/* `failure`: why there is nothing to reply, or NULL. When they are acknowledged, the run is forgotten. */
static int publish_group(batch *b, const ts_group *group, const ts_reply *reply, const char *failure, ts_error *error)
{
    uint64_t winners = 0;
    for (size_t i = 0; i < group->count; i++) {
        if (publish_member(b, group, i, &reply[i], failure, error)) return -1;
        winners += failure ? 0 : reply[i].outcome.winners;
    }
    for (size_t i = 0; i < group->count; i++) close_request(b, group->member[i]);
    if (settle(b, error)) return -1;
    ts_run_forget(b->answering->run, group);
    ts_log_event(TS_LOG_INFO, "requests answered", TS_TEXT("symbol", group->member[0]->symbol),
                 TS_INT("requests", (int64_t)group->count), TS_INT("strategies", (int64_t)group->strategies),
                 TS_INT("windows", (int64_t)group->starts), TS_INT("winners", (int64_t)winners));
    return 0;
}

/* Search and answer; *failed: the run itself did not end well, and nothing was answered. */
static int answer_searched(batch *b, const ts_group *group, int tries, bool *failed, ts_error *error)
{
    ts_reply *reply = ts_alloc(group->count, sizeof *reply);
    ts_error why = {0};
    ts_span span;
    int status;
    if (!reply) return ts_no_memory(error, "answers");
    ts_asked_span(&span, "search run", record_of(b, group->member[0]));
    ts_span_note(&span, "symbol", group->member[0]->symbol);
    bool found = !search(b, group, tries, reply, &why);
    *failed = why.code == TS_FAILED && group->strategies > 1;
    if (*failed) status = 0;
    else if (why.code == TS_RUN_AGAIN) status = ts_fail(error, why.code, "%s", why.text);
    else status = publish_group(b, group, reply, found ? NULL : why.text, error);
    if (found) ts_replies_clear(reply, group->count);
    free(reply);
    ts_span_end(&span, found ? error : &why);
    return status;
}

static int answer_requests(batch *b, const ts_request *const *requests, size_t count, int tries, ts_error *error);
static int answer_group(batch *b, const ts_group *group, int tries, ts_error *error);

/* Each half is tried once, as it was tried before as a part of the whole. */
static int answer_halves(batch *b, const ts_group *group, ts_error *error)
{
    size_t half = group->strategies / 2;
    ts_group first, second;
    ts_run_forget(b->answering->run, group);
    if (ts_group_part(group, 0, half, &first, error) ||
        ts_group_part(group, half, group->strategies - half, &second, error))
        return -1;
    return answer_group(b, &first, 1, error) || answer_group(b, &second, 1, error) ? -1 : 0;
}

/* Its turn has come: who waited too long is told so, the others are grouped again. */
static int answer_group(batch *b, const ts_group *group, int tries, ts_error *error)
{
    int64_t now = ts_clock_now_ms();
    const ts_request **left = ts_alloc(group->count, sizeof(const ts_request *));
    size_t count = 0;
    bool failed = false;
    int status = left ? 0 : ts_no_memory(error, "requests");
    for (size_t i = 0; i < group->count && !status; i++) {
        const ts_request *request = group->member[i];
        if (request->expires_at_ms > now) left[count++] = request;
        else if (!(status = answer_expired(b, request, record_of(b, request), error))) close_request(b, request);
    }
    if (!status && count < group->count) status = answer_requests(b, left, count, tries, error);
    else if (!status) status = answer_searched(b, group, tries, &failed, error);
    free(left);
    return failed ? answer_halves(b, group, error) : status;
}

/* Groups in the order in which their first requests came: what is committed is what was answered without a break. */
typedef struct turn {
    const ts_request *first;
    const ts_group *group;
} turn;

static int by_turn(const void *x, const void *y)
{
    const turn *a = x, *b = y;
    return a->first < b->first ? -1 : a->first > b->first;
}

static void order_groups(const ts_groups *groups, turn *turns)
{
    for (size_t i = 0; i < groups->count; i++) {
        turns[i] = (turn){groups->group[i].member[0], &groups->group[i]};
        for (size_t m = 0; m < groups->group[i].count; m++)
            if (groups->group[i].member[m] < turns[i].first) turns[i].first = groups->group[i].member[m];
    }
    qsort(turns, groups->count, sizeof *turns, by_turn);
}

static int answer_requests(batch *b, const ts_request *const *requests, size_t count, int tries, ts_error *error)
{
    ts_groups groups;
    if (ts_groups_make(requests, count, &groups, error)) return -1;
    turn *turns = ts_alloc(groups.count + 1, sizeof *turns);
    int status = turns ? 0 : ts_no_memory(error, "groups");
    if (!status) order_groups(&groups, turns);
    for (size_t i = 0; i < groups.count && !status; i++) status = answer_group(b, turns[i].group, tries, error);
    free(turns);
    ts_groups_clear(&groups);
    return status;
}

static int bury(const ts_answering *a, const ts_bus_record *record, const ts_error *why, ts_error *error)
{
    ts_log_event(TS_LOG_WARNING, "a record is no request", TS_TEXT("topic", record->topic),
                 TS_INT("partition", record->partition), TS_INT("offset", record->offset), TS_TEXT("error", why->text));
    ts_meter_count(&ts_answering_meters[TS_ANSWERED_DEAD], 1, record->topic, "no-request", NULL);
    return ts_producer_dead_letter(a->producer, record, "no-request", why->text, a->service, error);
}

/* Sort the records out: what can be searched is left in `request`, and open. */
static int sort_out(batch *b, ts_error *error)
{
    int64_t now = ts_clock_now_ms();
    for (size_t i = 0; i < b->records; i++) {
        const ts_bus_record *record = b->record[i];
        ts_request *request = &b->request[b->requests];
        ts_error why = {0};
        int status = 0;
        if (ts_request_parse(record->value, record->value_size, request, &why))
            status = bury(b->answering, record, &why, error);
        else if (request->expires_at_ms <= now) status = answer_expired(b, request, record, error);
        else if (!ts_catalogue_find(b->answering->catalogue, request->strategy))
            status = answer_alone(b, request, record, TS_OUTCOME_FAILED, "no strategy of that name is in the catalogue",
                                  error);
        else {
            b->open[i] = true;
            b->record_of[b->requests++] = i;
        }
        if (status) return -1;
    }
    return 0;
}

int ts_answer_records(const ts_answering *a, const ts_bus_record *const *records, size_t count, ts_error *error)
{
    batch b = {.answering = a,
               .record = records,
               .records = count,
               .request = ts_alloc(count + 1, sizeof *b.request),
               .record_of = ts_alloc(count + 1, sizeof *b.record_of),
               .twin = ts_alloc(count + 1, sizeof *b.twin),
               .open = ts_alloc(count + 1, sizeof *b.open)};
    const ts_request **all = ts_alloc(count + 1, sizeof(const ts_request *));
    int status =
        b.request && b.record_of && b.twin && b.open && all ? sort_out(&b, error) : ts_no_memory(error, "requests");
    if (!status) {
        find_twins(&b, all);
        status = answer_requests(&b, all, b.requests, TRIES, error);
    }
    if (!status) status = settle(&b, error);
    free(all);
    free(b.open);
    free(b.twin);
    free(b.record_of);
    free(b.request);
    return status;
}

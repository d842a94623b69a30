#include "services/strategy_consumer/storing.h"

#include "common/log.h"
#include "common/memory.h"
#include "common/trace.h"
#include "services/messages/answer.h"
#include "services/messages/request.h"
#include "services/results/ledger.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FLUSH_SECONDS = 30, CHUNK = 64 };

enum { RECORDS, DEAD };
const ts_meter ts_storing_meters[] = {
    [RECORDS] = {"tradestream_records_total", TS_COUNTER, "fate", NULL,
                 "Records stored, known already, buried, passed over."},
    [DEAD] = {"tradestream_dlq_messages_total", TS_COUNTER, "topic,reason", NULL, "Dead letters."},
    {0}};

/* What a batch of records becomes; `message` holds what the records point to. */
typedef struct message {
    ts_answer answer;
    ts_request request;
    bool answered; /* the answer is to be cleared */
} message;

typedef struct reading {
    const char *requests_topic;
    const ts_bus_record *const *from;
    ts_record *record;
    message *message;
    size_t count;
} reading;

static int read_answer(const ts_bus_record *from, message *into, ts_record *record, ts_error *error)
{
    if (ts_answer_parse(from->value, from->value_size, &into->answer, error)) return -1;
    into->answered = true;
    if (into->answer.kind == TS_MESSAGE_DISCOVERED) ts_record_discovered(record, &into->answer.discovered);
    else ts_record_outcome(record, &into->answer.outcome);
    return 0;
}

static int read_request(const ts_bus_record *from, message *into, ts_record *record, ts_error *error)
{
    if (ts_request_parse(from->value, from->value_size, &into->request, error)) return -1;
    ts_record_request(record, &into->request);
    return 0;
}

static void read_one(reading *r, size_t i)
{
    const ts_bus_record *from = r->from[i];
    ts_record *to = &r->record[i];
    ts_error why = {0};
    bool of_requests = r->requests_topic && !strcmp(from->topic, r->requests_topic);
    *to = (ts_record){.topic = from->topic,
                      .partition = from->partition,
                      .offset = from->offset,
                      .kind = TS_RECORD_DEAD,
                      .text = from->value,
                      .length = from->value_size};
    if ((of_requests ? read_request : read_answer)(from, &r->message[i], to, &why))
        snprintf(to->why, sizeof to->why, "%.*s", (int)sizeof to->why - 1, why.text);
}

static void read_chunk(void *context, int worker, size_t index)
{
    reading *r = context;
    (void)worker;
    for (size_t i = index * CHUNK; i < r->count && i < (index + 1) * CHUNK; i++) read_one(r, i);
}

static void reading_clear(reading *r)
{
    for (size_t i = 0; r->message && i < r->count; i++)
        if (r->message[i].answered) ts_answer_clear(&r->message[i].answer);
    free(r->record);
    free(r->message);
}

/* The part of a batch that one connection stores: a partition's records go to the same one, so that no two wait for
 * each other's rows. */
typedef struct lane {
    struct round_trip *trip;
    ts_db *db;
    ts_record *record;
    const ts_bus_record **from;
    size_t count;
    ts_results_counts counts;
    ts_error error;
} lane;

typedef struct round_trip {
    const ts_storing *storing;
    lane lane[TS_STORING_LANES];
    pthread_mutex_t burying; /* the producer is for one thread at a time */
    ts_trace trace;
} round_trip;

static const char *class_of(const ts_record *dead) { return dead->kind == TS_RECORD_DEAD ? "no-message" : "refused"; }

static int bury_all(const lane *l, const ts_record *const *dead, size_t count, ts_error *error)
{
    const ts_storing *storing = l->trip->storing;
    for (size_t i = 0; i < count; i++) {
        const ts_bus_record *from = l->from[dead[i] - l->record];
        ts_log_event(TS_LOG_WARNING, "a record is dead", TS_TEXT("topic", from->topic),
                     TS_INT("partition", from->partition), TS_INT("offset", from->offset),
                     TS_TEXT("error", dead[i]->why));
        if (ts_producer_dead_letter(storing->producer, from, class_of(dead[i]), dead[i]->why, storing->service, error))
            return -1;
    }
    return ts_producer_flush(storing->producer, FLUSH_SECONDS, error);
}

/* Dead letters are there before the transaction that counts them is. */
static int bury(const ts_record *const *dead, size_t count, void *context, ts_error *error)
{
    lane *l = context;
    pthread_mutex_lock(&l->trip->burying);
    int status = bury_all(l, dead, count, error);
    pthread_mutex_unlock(&l->trip->burying);
    return status;
}

/* What is committed, and no try that was not. */
static void count(const lane *l)
{
    const struct {
        const char *fate;
        uint64_t number;
    } all[] = {{"stored", l->counts.stored},
               {"duplicate", l->counts.duplicate},
               {"dead", l->counts.dead_lettered},
               {"skipped", l->counts.skipped}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        ts_meter_count(&ts_storing_meters[RECORDS], (double)all[i].number, all[i].fate, NULL);
    for (size_t i = 0; i < l->count && !l->error.code; i++)
        if (l->record[i].fate == TS_FATE_DEAD)
            ts_meter_count(&ts_storing_meters[DEAD], 1, l->record[i].topic, class_of(&l->record[i]), NULL);
}

static void store_lane(void *context, int worker, size_t index)
{
    round_trip *trip = context;
    lane *l = &trip->lane[index];
    const ts_results_settings settings = {.cluster_id = trip->storing->cluster, .bury = bury, .context = l};
    (void)worker;
    if (!l->count) return;
    ts_trace_set(&trip->trace); /* a lane may run on another thread than the round */
    ts_results_store(l->db, &settings, l->record, l->count, &l->counts, &l->error);
    count(l);
}

/* Share the records out; `record` and `from` are room for all of them. */
static void make_lanes(round_trip *trip, const reading *r, ts_record *record, const ts_bus_record **from)
{
    size_t lanes = trip->storing->lanes, next = 0;
    for (size_t l = 0; l < lanes; l++) {
        trip->lane[l] = (lane){.trip = trip, .db = trip->storing->db[l], .record = record + next, .from = from + next};
        for (size_t i = 0; i < r->count; i++) {
            if ((size_t)r->record[i].partition % lanes != l) continue;
            record[next] = r->record[i];
            from[next++] = r->from[i];
            trip->lane[l].count++;
        }
    }
}

static int check_partition(const ts_storing *storing, const ts_record *skipped, ts_error *error)
{
    int64_t seen, first, next;
    const char *topic = skipped->topic;
    if (ts_results_next_offset(storing->db[0], storing->cluster, topic, skipped->partition, &seen, error) ||
        ts_consumer_limits(storing->consumer, topic, skipped->partition, &first, &next, error))
        return -1;
    if (next >= seen) return 0;
    return ts_fail(error, TS_BAD_CONFIG,
                   "topic %s, partition %" PRId32 ": %" PRId64
                   " records were dealt with, but the broker has given out %" PRId64
                   " only: the topic was made anew; its rows of the table consumed must go before its records are read",
                   topic, skipped->partition, seen, next);
}

static bool is_of(const ts_record *record, const ts_record *const *others, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (others[i]->partition == record->partition && !strcmp(others[i]->topic, record->topic)) return true;
    return false;
}

/* Records that were dealt with before are delivered again after a crash or a rebalance, with their offsets of then. */
static int check_skipped(const ts_storing *storing, const lane *l, ts_error *error)
{
    const ts_record **checked = ts_alloc(l->count + 1, sizeof(const ts_record *)); /* one of each partition */
    size_t count = 0;
    int status = checked ? 0 : ts_no_memory(error, "partitions");
    for (size_t i = 0; i < l->count && !status; i++) {
        const ts_record *record = &l->record[i];
        if (record->fate != TS_FATE_SKIPPED || is_of(record, checked, count)) continue;
        status = check_partition(storing, record, error);
        checked[count++] = record;
    }
    free(checked);
    return status;
}

static int store_read(const ts_storing *storing, const reading *r, ts_results_counts *counts, ts_error *error)
{
    round_trip trip = {.storing = storing, .burying = PTHREAD_MUTEX_INITIALIZER};
    if (ts_trace_current()) trip.trace = *ts_trace_current();
    ts_record *record = ts_alloc(r->count + 1, sizeof *record);
    const ts_bus_record **from = ts_alloc(r->count + 1, sizeof *from);
    int status = record && from ? 0 : ts_no_memory(error, "records");
    if (!status) {
        make_lanes(&trip, r, record, from);
        ts_threads_run(storing->threads, storing->lanes, store_lane, &trip);
    }
    for (size_t l = 0; l < storing->lanes && !status; l++) {
        const lane *done = &trip.lane[l];
        if (done->error.code) status = ts_fail(error, done->error.code, "%s", done->error.text);
        counts->stored += done->counts.stored;
        counts->duplicate += done->counts.duplicate;
        counts->dead_lettered += done->counts.dead_lettered;
        counts->skipped += done->counts.skipped;
    }
    for (size_t l = 0; l < storing->lanes && !status && counts->skipped; l++)
        status = check_skipped(storing, &trip.lane[l], error);
    free(record);
    free(from);
    return status;
}

int ts_store_records(const ts_storing *storing, const ts_bus_record *const *records, size_t number, ts_error *error)
{
    reading r = {.requests_topic = storing->requests_topic,
                 .from = records,
                 .record = ts_alloc(number + 1, sizeof *r.record),
                 .message = ts_alloc(number + 1, sizeof *r.message),
                 .count = number};
    ts_results_counts counts = {0};
    int status = r.record && r.message ? 0 : ts_no_memory(error, "records");
    if (!status) ts_threads_run(storing->threads, (number + CHUNK - 1) / CHUNK, read_chunk, &r);
    if (!status) status = store_read(storing, &r, &counts, error);
    if (!status)
        ts_log_event(TS_LOG_INFO, "records stored", TS_INT("stored", (int64_t)counts.stored),
                     TS_INT("duplicate", (int64_t)counts.duplicate), TS_INT("dead", (int64_t)counts.dead_lettered),
                     TS_INT("skipped", (int64_t)counts.skipped));
    reading_clear(&r);
    return status;
}

#include "services/strategy_consumer/storing.h"

#include "common/log.h"
#include "common/memory.h"
#include "services/messages/answer.h"

#include <inttypes.h>
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

/* What a batch of records becomes; `answer` holds what the records point to. */
typedef struct reading {
    const ts_bus_record *const *from;
    ts_record *record;
    ts_answer *answer;
    bool *read;
    size_t count;
} reading;

static void read_one(reading *r, size_t i)
{
    const ts_bus_record *from = r->from[i];
    ts_answer *answer = &r->answer[i];
    ts_record *to = &r->record[i];
    ts_error why = {0};
    *to = (ts_record){.topic = from->topic,
                      .partition = from->partition,
                      .offset = from->offset,
                      .kind = TS_RECORD_DEAD,
                      .text = from->value,
                      .length = from->value_size};
    r->read[i] = !ts_answer_parse(from->value, from->value_size, answer, &why);
    if (!r->read[i]) {
        snprintf(to->why, sizeof to->why, "%.*s", (int)sizeof to->why - 1, why.text);
    } else if (answer->kind == TS_MESSAGE_DISCOVERED) {
        const ts_result_ids *ids = &answer->discovered.ids;
        to->kind = TS_RECORD_RESULT;
        to->result = &answer->discovered.result;
        memcpy(to->request_id, ids->request_id, sizeof to->request_id);
        memcpy(to->run_id, ids->run_id, sizeof to->run_id);
        memcpy(to->result_id, ids->result_id, sizeof to->result_id);
        memcpy(to->evaluation_id, ids->evaluation_id, sizeof to->evaluation_id);
    } else {
        const ts_outcome_message *outcome = &answer->outcome;
        to->kind = TS_RECORD_OUTCOME;
        memcpy(to->request_id, outcome->request_id, sizeof to->request_id);
        to->status = ts_outcome_names[outcome->status];
        to->reason = *outcome->reason ? outcome->reason : NULL;
        to->winners = outcome->winners;
        to->evaluations = outcome->evaluations;
    }
}

static void read_chunk(void *context, int worker, size_t index)
{
    reading *r = context;
    (void)worker;
    for (size_t i = index * CHUNK; i < r->count && i < (index + 1) * CHUNK; i++) read_one(r, i);
}

static void reading_clear(reading *r)
{
    for (size_t i = 0; r->read && i < r->count; i++)
        if (r->read[i]) ts_answer_clear(&r->answer[i]);
    free(r->record);
    free(r->answer);
    free(r->read);
}

typedef struct burial {
    const ts_storing *storing;
    const reading *reading;
} burial;

/* Dead letters are there before the transaction that counts them is. */
static int bury(const ts_record *const *dead, size_t count, void *context, ts_error *error)
{
    const burial *b = context;
    for (size_t i = 0; i < count; i++) {
        const ts_bus_record *from = b->reading->from[dead[i] - b->reading->record];
        const char *class = dead[i]->kind == TS_RECORD_DEAD ? "no-message" : "refused";
        ts_log_event(TS_LOG_WARNING, "a record is dead", TS_TEXT("topic", from->topic),
                     TS_INT("partition", from->partition), TS_INT("offset", from->offset),
                     TS_TEXT("error", dead[i]->why));
        ts_meter_count(&ts_storing_meters[DEAD], 1, from->topic, class, NULL);
        if (ts_producer_dead_letter(b->storing->producer, from, class, dead[i]->why, b->storing->service, error))
            return -1;
    }
    return ts_producer_flush(b->storing->producer, FLUSH_SECONDS, error);
}

static void count(const ts_results_counts *counts)
{
    const struct {
        const char *fate;
        uint64_t number;
    } all[] = {{"stored", counts->stored},
               {"duplicate", counts->duplicate},
               {"dead", counts->dead_lettered},
               {"skipped", counts->skipped}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        ts_meter_count(&ts_storing_meters[RECORDS], (double)all[i].number, all[i].fate, NULL);
}

int ts_store_records(const ts_storing *storing, const ts_bus_record *const *records, size_t number, ts_error *error)
{
    reading r = {.from = records,
                 .record = ts_alloc(number + 1, sizeof *r.record),
                 .answer = ts_alloc(number + 1, sizeof *r.answer),
                 .read = ts_alloc(number + 1, sizeof *r.read),
                 .count = number};
    burial context = {storing, &r};
    const ts_results_settings settings = {.cluster_id = storing->cluster, .bury = bury, .context = &context};
    ts_results_counts counts = {0};
    int status = r.record && r.answer && r.read ? 0 : ts_no_memory(error, "records");
    if (!status) ts_threads_run(storing->threads, (number + CHUNK - 1) / CHUNK, read_chunk, &r);
    if (!status) status = ts_results_store(storing->db, &settings, r.record, number, &counts, error);
    if (!status) count(&counts);
    if (!status)
        ts_log_event(TS_LOG_INFO, "records stored", TS_INT("stored", (int64_t)counts.stored),
                     TS_INT("duplicate", (int64_t)counts.duplicate), TS_INT("dead", (int64_t)counts.dead_lettered),
                     TS_INT("skipped", (int64_t)counts.skipped));
    reading_clear(&r);
    return status;
}

int ts_storing_check(const ts_storing *storing, ts_consumer *consumer, const char *topic, int32_t partition,
                     ts_error *error)
{
    int64_t seen, first, next;
    if (ts_results_next_offset(storing->db, storing->cluster, topic, partition, &seen, error) || seen < 0)
        return error->code ? -1 : 0;
    if (ts_consumer_limits(consumer, topic, partition, &first, &next, error)) return -1;
    if (next >= seen) return 0;
    return ts_fail(error, TS_BAD_CONFIG,
                   "topic %s, partition %" PRId32 ": %" PRId64
                   " records were dealt with, but the broker has given out %" PRId64
                   " only: the topic was made anew; its rows of the table consumed must go before its records are read",
                   topic, partition, seen, next);
}

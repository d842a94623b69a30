#include "data/bus/producer.h"

#include "common/clock.h"
#include "common/memory.h"
#include "data/bus/rdkafka.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Waiting longer than this for room in the queue means that nothing is delivered any more. */
static const double patience = 60;

enum { REPORTS_MS = 1000 }; /* for the reports of what was purged */

struct ts_producer {
    rd_kafka_t *kafka;          /* NULL: could not be opened again */
    rd_kafka_conf_t *conf;      /* to open it again */
    uint64_t delivered, failed; /* failed: since the last flush */
    char why[256];              /* of the first failure since then */
};

static const ts_bus_default defaults[] = {{"enable.idempotence", "true"},
                                          {"linger.ms", "5"},
                                          {"compression.type", "zstd"},
                                          {"message.max.bytes", "5242880"},
                                          {"queue.buffering.max.messages", "200000"},
                                          {NULL, NULL}};

static void reported(rd_kafka_t *kafka, const rd_kafka_message_t *message, void *opaque)
{
    ts_producer *producer = opaque;
    (void)kafka;
    if (!message->err) {
        producer->delivered++;
        return;
    }
    if (!producer->failed++) snprintf(producer->why, sizeof producer->why, "%s", rd_kafka_err2str(message->err));
}

static int open_client(ts_producer *producer, ts_error *error)
{
    char why[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_dup(producer->conf);
    producer->kafka = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
    if (producer->kafka) return 0;
    rd_kafka_conf_destroy(conf);
    return ts_fail(error, TS_BAD_CONFIG, "Kafka: %s", why);
}

/* What waits is lost; those who sent it are told by the next flush. */
static void close_client(ts_producer *producer)
{
    if (!producer->kafka) return;
    rd_kafka_purge(producer->kafka, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_flush(producer->kafka, REPORTS_MS);
    producer->failed += (uint64_t)rd_kafka_outq_len(producer->kafka);
    rd_kafka_destroy(producer->kafka);
    producer->kafka = NULL;
}

ts_producer *ts_producer_open(const ts_bus_config *config, const char *name, ts_error *error)
{
    char why[256];
    ts_producer *producer = ts_alloc(1, sizeof *producer);
    if (!producer) {
        ts_no_memory(error, "a producer");
        return NULL;
    }
    producer->conf = ts_bus_conf(config, defaults, error);
    if (producer->conf) {
        rd_kafka_conf_set(producer->conf, "client.id", name, why, sizeof why);
        rd_kafka_conf_set_opaque(producer->conf, producer);
        rd_kafka_conf_set_dr_msg_cb(producer->conf, reported);
        if (!open_client(producer, error)) return producer;
        rd_kafka_conf_destroy(producer->conf);
    }
    free(producer);
    return NULL;
}

void ts_producer_close(ts_producer *producer)
{
    if (!producer) return;
    close_client(producer);
    rd_kafka_conf_destroy(producer->conf);
    free(producer);
}

static rd_kafka_headers_t *headers_of(const ts_bus_record *record)
{
    rd_kafka_headers_t *headers = rd_kafka_headers_new(record->headers);
    for (size_t i = 0; i < record->headers; i++) {
        const ts_bus_header *header = &record->header[i];
        rd_kafka_header_add(headers, header->name, -1, header->value, (ssize_t)header->size);
    }
    return headers;
}

/* One try; headers are Kafka's when it was taken. */
static rd_kafka_resp_err_t put(ts_producer *producer, const ts_bus_record *record)
{
    union {
        const void *read;
        void *any;
    } key = {record->key}, value = {record->value}; /* are copied */
    rd_kafka_headers_t *headers = headers_of(record);
    rd_kafka_resp_err_t failed =
        rd_kafka_producev(producer->kafka, RD_KAFKA_V_TOPIC(record->topic), RD_KAFKA_V_PARTITION(record->partition),
                          RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(key.any, record->key_size),
                          RD_KAFKA_V_VALUE(value.any, record->value_size), RD_KAFKA_V_TIMESTAMP(record->timestamp_ms),
                          RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
    if (failed) rd_kafka_headers_destroy(headers);
    return failed;
}

/* A client that met a fatal error takes nothing any more: another one takes its place, and what waited is lost. */
static int replace_if_fatal(ts_producer *producer, ts_error *error)
{
    char why[256];
    ts_error again = {0};
    if (!rd_kafka_fatal_error(producer->kafka, why, sizeof why)) return 0;
    close_client(producer);
    open_client(producer, &again);
    return ts_fail(error, TS_UNAVAILABLE, "Kafka's producer could not go on and was opened anew: %s", why);
}

/* After a time when not even a client could be had. */
static int need_client(ts_producer *producer, ts_error *error)
{
    ts_error why = {0};
    if (producer->kafka || !open_client(producer, &why)) return 0;
    return ts_fail(error, TS_UNAVAILABLE, "%s", why.text);
}

int ts_producer_send(ts_producer *producer, const ts_bus_record *record, ts_error *error)
{
    double began = ts_clock_seconds();
    if (need_client(producer, error)) return -1;
    for (;;) {
        rd_kafka_resp_err_t failed = put(producer, record);
        rd_kafka_poll(producer->kafka, failed == RD_KAFKA_RESP_ERR__QUEUE_FULL ? 100 : 0);
        if (!failed) return 0;
        if (replace_if_fatal(producer, error)) return -1;
        if (failed == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
            return ts_fail(error, TS_BAD_DATA, "topic %s: a record of %zu bytes is too large for Kafka", record->topic,
                           record->value_size);
        if (failed != RD_KAFKA_RESP_ERR__QUEUE_FULL)
            return ts_fail(error, TS_UNAVAILABLE, "topic %s: %s", record->topic, rd_kafka_err2str(failed));
        if (ts_clock_seconds() - began > patience)
            return ts_fail(error, TS_UNAVAILABLE, "Kafka took nothing for %.0f s, the queue is full", patience);
    }
}

int ts_producer_flush(ts_producer *producer, double seconds, ts_error *error)
{
    if (need_client(producer, error)) return -1;
    rd_kafka_resp_err_t failed = rd_kafka_flush(producer->kafka, (int)(seconds * 1000));
    uint64_t waiting = (uint64_t)rd_kafka_outq_len(producer->kafka);
    int replaced = replace_if_fatal(producer, error);
    uint64_t lost = producer->failed;
    producer->failed = 0;
    if (replaced) return -1;
    if (lost) return ts_fail(error, TS_UNAVAILABLE, "Kafka did not take %" PRIu64 " records: %s", lost, producer->why);
    if (failed)
        return ts_fail(error, TS_UNAVAILABLE, "Kafka did not acknowledge %" PRIu64 " records within %.0f s", waiting,
                       seconds);
    return 0;
}

uint64_t ts_producer_delivered(const ts_producer *producer) { return producer->delivered; }

static const char dlq[] = "dlq.", attempt_name[] = "dlq.attempt";

/* How often the record has been a dead letter, this time included: one that was sent again may become one again. */
static int attempt_of(const ts_bus_record *record)
{
    const ts_bus_header *header = ts_bus_record_find_header(record, attempt_name);
    char text[12] = "";
    if (header && header->value && header->size < sizeof text) memcpy(text, header->value, header->size);
    long before = strtol(text, NULL, 10);
    return before > 0 && before < 1000000 ? (int)before + 1 : 1;
}

/* Its own headers, without those of an earlier death; `room` at most. */
static void keep_headers(ts_bus_record *letter, const ts_bus_record *record, size_t room)
{
    letter->headers = 0;
    for (size_t i = 0; i < record->headers && letter->headers < room; i++)
        if (strncmp(record->header[i].name, dlq, strlen(dlq)) != 0)
            letter->header[letter->headers++] = record->header[i];
}

int ts_producer_dead_letter(ts_producer *producer, const ts_bus_record *record, const char *class, const char *text,
                            const char *service, ts_error *error)
{
    char topic[256], partition[16], offset[24], timestamp[24], attempt[12];
    ts_bus_record letter = *record;
    if (snprintf(topic, sizeof topic, "%s.dlq", record->topic) >= (int)sizeof topic)
        return ts_fail(error, TS_FAILED, "the name of topic %.60s... is too long", record->topic);
    snprintf(partition, sizeof partition, "%" PRId32, record->partition);
    snprintf(offset, sizeof offset, "%" PRId64, record->offset);
    snprintf(timestamp, sizeof timestamp, "%" PRId64, record->timestamp_ms);
    snprintf(attempt, sizeof attempt, "%d", attempt_of(record));
    const char *const added[][2] = {{"dlq.error.class", class},
                                    {"dlq.error.message", text},
                                    {"dlq.original.topic", record->topic},
                                    {"dlq.original.partition", partition},
                                    {"dlq.original.offset", offset},
                                    {"dlq.original.timestamp", timestamp},
                                    {"dlq.service", service},
                                    {attempt_name, attempt}};
    enum { ADDED = sizeof added / sizeof *added };
    keep_headers(&letter, record, TS_HEADERS_MOST - ADDED);
    for (int i = 0; i < ADDED; i++) ts_bus_record_header(&letter, added[i][0], added[i][1]);
    letter.topic = topic;
    letter.partition = -1;
    letter.timestamp_ms = 0;
    return ts_producer_send(producer, &letter, error);
}

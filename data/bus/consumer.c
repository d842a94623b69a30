/* Partitions are forwarded to a queue of ours, which only ts_consumer_receive empties: what fills it is held back by
 * librdkafka's own limits, and the thread that polls never meets a record, but for a few that come while a partition is
 * being assigned. Each assignment of a partition has a number, and records carry that of theirs: what was received
 * under an earlier assignment is not committed. So that a number is that of the assignment which brought the record,
 * the queue is emptied and numbers change under one lock, and the thread that polls, which is also the one that is told
 * of assignments, numbers what it meets itself. */
#define _POSIX_C_SOURCE 200809L /* strdup */
#include "data/bus/consumer.h"

#include "common/clock.h"
#include "common/memory.h"
#include "data/bus/rdkafka.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { WAITING = 1000, POLL_MS = 100, PARTITIONS_MOST = 4096, ANSWER_MS = 10000, STRAYS_MOST = 1024 };

typedef struct ts_received {
    rd_kafka_message_t *message;
    uint64_t assignment;
} received;

typedef struct owned {
    char *topic;
    int32_t partition;
    uint64_t assignment;
} owned;

struct ts_consumer {
    rd_kafka_t *kafka;
    rd_kafka_queue_t *queue; /* of all partitions */
    int came;                /* eventfd: there is something in the queue, or a stray */
    pthread_t thread;
    pthread_mutex_t lock;
    received stray[STRAYS_MOST]; /* that the polling thread met, the oldest first */
    size_t strays;
    owned *owned;
    size_t owned_count;
    uint64_t assignments;
    bool running;
    atomic_bool closing;
    char fatal[256], complaint[256];
};

/* Not cooperative-sticky: librdkafka 2.0.2 ends the program on an assertion of that assignor when members join and
 * leave. The bytes that wait are limited, too, for each partition: 1000 records may be of 4 MiB. */
static const ts_bus_default defaults[] = {{"enable.auto.commit", "false"},
                                          {"enable.auto.offset.store", "false"},
                                          {"auto.offset.reset", "earliest"},
                                          {"partition.assignment.strategy", "range,roundrobin"},
                                          {"isolation.level", "read_committed"},
                                          {"queued.min.messages", "1000"},
                                          {"fetch.message.max.bytes", "5242880"},
                                          {"queued.max.messages.kbytes", "8192"},
                                          {NULL, NULL}};

/* With the lock held. */
static owned *find_owned(const ts_consumer *c, const char *topic, int32_t partition)
{
    for (size_t i = 0; i < c->owned_count; i++)
        if (c->owned[i].partition == partition && !strcmp(c->owned[i].topic, topic)) return &c->owned[i];
    return NULL;
}

static void own(ts_consumer *c, const rd_kafka_topic_partition_t *partition)
{
    owned *grown = c->owned_count < PARTITIONS_MOST ? ts_grow(c->owned, c->owned_count + 1, sizeof *grown) : NULL;
    char *topic = grown ? strdup(partition->topic) : NULL;
    if (grown) c->owned = grown;
    if (!topic) {
        snprintf(c->fatal, sizeof c->fatal, "no room for another partition");
        return;
    }
    c->owned[c->owned_count++] = (owned){topic, partition->partition, ++c->assignments};
}

/* Its records that wait are not handed out: see take. */
static void disown(ts_consumer *c, const rd_kafka_topic_partition_t *partition)
{
    owned *gone = find_owned(c, partition->topic, partition->partition);
    if (!gone) return;
    free(gone->topic);
    *gone = c->owned[--c->owned_count];
}

static void forward(const ts_consumer *c, const rd_kafka_topic_partition_t *partition)
{
    rd_kafka_queue_t *queue = rd_kafka_queue_get_partition(c->kafka, partition->topic, partition->partition);
    if (!queue) return;
    rd_kafka_queue_forward(queue, c->queue);
    rd_kafka_queue_destroy(queue);
}

static void rebalanced(rd_kafka_t *kafka, rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t *partitions,
                       void *opaque)
{
    ts_consumer *c = opaque;
    bool assigned = what == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;
    pthread_mutex_lock(&c->lock);
    for (int i = 0; i < partitions->cnt; i++) {
        disown(c, &partitions->elems[i]);
        if (assigned) own(c, &partitions->elems[i]);
    }
    pthread_mutex_unlock(&c->lock);
    for (int i = 0; assigned && i < partitions->cnt; i++) forward(c, &partitions->elems[i]);
    bool cooperative = !strcmp(rd_kafka_rebalance_protocol(kafka), "COOPERATIVE");
    rd_kafka_error_t *failed = NULL;
    if (cooperative && assigned) failed = rd_kafka_incremental_assign(kafka, partitions);
    else if (cooperative) failed = rd_kafka_incremental_unassign(kafka, partitions);
    else rd_kafka_assign(kafka, assigned ? partitions : NULL);
    if (!failed) return;
    pthread_mutex_lock(&c->lock);
    snprintf(c->complaint, sizeof c->complaint, "%s", rd_kafka_error_string(failed));
    pthread_mutex_unlock(&c->lock);
    rd_kafka_error_destroy(failed);
}

static void complain(rd_kafka_t *kafka, int code, const char *why, void *opaque)
{
    ts_consumer *c = opaque;
    char fatal[256];
    pthread_mutex_lock(&c->lock);
    snprintf(c->complaint, sizeof c->complaint, "%s", why);
    if (code == RD_KAFKA_RESP_ERR__FATAL && rd_kafka_fatal_error(kafka, fatal, sizeof fatal))
        snprintf(c->fatal, sizeof c->fatal, "%s", fatal);
    pthread_mutex_unlock(&c->lock);
}

static const uint64_t one = 1; /* what an eventfd is told */

static void put_aside(ts_consumer *c, rd_kafka_message_t *message)
{
    pthread_mutex_lock(&c->lock);
    const owned *of = find_owned(c, rd_kafka_topic_name(message->rkt), message->partition);
    if (of && c->strays < STRAYS_MOST) c->stray[c->strays++] = (received){message, of->assignment};
    else {
        if (of)
            snprintf(c->fatal, sizeof c->fatal, "more than %d records came before their partition was assigned",
                     STRAYS_MOST);
        rd_kafka_message_destroy(message);
    }
    pthread_mutex_unlock(&c->lock);
    (void)!write(c->came, &one, sizeof one);
}

static void *poll_until_closed(void *context)
{
    ts_consumer *c = context;
    while (!c->closing) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(c->kafka, POLL_MS);
        if (message && message->err) {
            complain(c->kafka, message->err, rd_kafka_message_errstr(message), c);
            rd_kafka_message_destroy(message);
        } else if (message) put_aside(c, message);
    }
    return NULL;
}

static int subscribe(ts_consumer *c, const ts_consumer_settings *settings, ts_error *error)
{
    rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new((int)settings->topics_count);
    for (size_t i = 0; i < settings->topics_count; i++)
        rd_kafka_topic_partition_list_add(topics, settings->topics[i], RD_KAFKA_PARTITION_UA);
    rd_kafka_resp_err_t failed = rd_kafka_subscribe(c->kafka, topics);
    rd_kafka_topic_partition_list_destroy(topics);
    return failed ? ts_fail(error, TS_UNAVAILABLE, "Kafka: %s", rd_kafka_err2str(failed)) : 0;
}

static int open_client(ts_consumer *c, const ts_bus_config *config, const ts_consumer_settings *settings,
                       ts_error *error)
{
    char why[256], waiting[24];
    rd_kafka_conf_t *conf = ts_bus_conf(config, defaults, error);
    if (!conf) return -1;
    rd_kafka_conf_set(conf, "client.id", settings->name, why, sizeof why);
    rd_kafka_conf_set(conf, "group.id", settings->group, why, sizeof why);
    snprintf(waiting, sizeof waiting, "%zu", settings->waiting ? settings->waiting : WAITING);
    rd_kafka_conf_set(conf, "queued.min.messages", waiting, why, sizeof why);
    rd_kafka_conf_set_opaque(conf, c);
    rd_kafka_conf_set_rebalance_cb(conf, rebalanced);
    rd_kafka_conf_set_error_cb(conf, complain);
    c->kafka = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof why);
    if (!c->kafka) {
        rd_kafka_conf_destroy(conf);
        return ts_fail(error, TS_BAD_CONFIG, "Kafka: %s", why);
    }
    rd_kafka_poll_set_consumer(c->kafka);
    c->queue = rd_kafka_queue_new(c->kafka);
    rd_kafka_queue_io_event_enable(c->queue, c->came, &one, sizeof one);
    return subscribe(c, settings, error);
}

ts_consumer *ts_consumer_open(const ts_bus_config *config, const ts_consumer_settings *settings, ts_error *error)
{
    ts_consumer *c = ts_alloc(1, sizeof *c);
    if (!c) {
        ts_no_memory(error, "a consumer");
        return NULL;
    }
    pthread_mutex_init(&c->lock, NULL);
    c->came = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    int status = c->came < 0 ? ts_fail(error, TS_FAILED, "no eventfd: %s", strerror(errno))
                             : open_client(c, config, settings, error);
    if (!status && pthread_create(&c->thread, NULL, poll_until_closed, c))
        status = ts_fail(error, TS_FAILED, "no thread could be started for Kafka");
    c->running = !status;
    if (!status) return c;
    ts_consumer_close(c);
    return NULL;
}

void ts_consumer_close(ts_consumer *c)
{
    if (!c) return;
    c->closing = true;
    if (c->running) pthread_join(c->thread, NULL);
    for (size_t i = 0; i < c->strays; i++) rd_kafka_message_destroy(c->stray[i].message);
    if (c->running) rd_kafka_consumer_close(c->kafka);
    if (c->queue) rd_kafka_queue_destroy(c->queue);
    if (c->kafka) rd_kafka_destroy(c->kafka);
    if (c->came >= 0) close(c->came);
    for (size_t i = 0; i < c->owned_count; i++) free(c->owned[i].topic);
    free(c->owned);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

/* With the lock held. */
static bool current(const ts_consumer *c, const received *r)
{
    const owned *of = find_owned(c, rd_kafka_topic_name(r->message->rkt), r->message->partition);
    return of && of->assignment == r->assignment;
}

static void describe(rd_kafka_message_t *message, ts_bus_record *record)
{
    rd_kafka_timestamp_type_t type;
    rd_kafka_headers_t *headers;
    *record = (ts_bus_record){.topic = rd_kafka_topic_name(message->rkt),
                              .partition = message->partition,
                              .offset = message->offset,
                              .timestamp_ms = rd_kafka_message_timestamp(message, &type),
                              .key = message->key,
                              .key_size = message->key_len,
                              .value = message->payload,
                              .value_size = message->len};
    if (rd_kafka_message_headers(message, &headers)) return;
    while (record->headers < TS_HEADERS_MOST) {
        ts_bus_header *header = &record->header[record->headers];
        if (rd_kafka_header_get_all(headers, record->headers, &header->name, &header->value, &header->size)) break;
        record->headers++;
    }
}

/* With the lock held. Hand a message over, if its partition is ours and has been since it came. */
static void take(ts_consumer *c, received message, ts_bus_batch *batch)
{
    if (message.message->err)
        snprintf(c->complaint, sizeof c->complaint, "%s", rd_kafka_message_errstr(message.message));
    if (message.message->err || !current(c, &message)) {
        rd_kafka_message_destroy(message.message);
        return;
    }
    describe(message.message, &batch->record[batch->count]);
    batch->received[batch->count++] = message;
}

/* With the lock held, as all below it: strays first, as they came first. */
static void take_strays(ts_consumer *c, size_t most, ts_bus_batch *batch)
{
    size_t count = c->strays < most ? c->strays : most;
    for (size_t i = 0; i < count; i++) take(c, c->stray[i], batch);
    c->strays -= count;
    memmove(c->stray, c->stray + count, c->strays * sizeof *c->stray);
}

static void take_queued(ts_consumer *c, size_t most, rd_kafka_message_t **came, ts_bus_batch *batch)
{
    ssize_t count = most > batch->count ? rd_kafka_consume_batch_queue(c->queue, 0, came, most - batch->count) : 0;
    for (ssize_t i = 0; i < count; i++) {
        const owned *of = came[i]->err ? NULL : find_owned(c, rd_kafka_topic_name(came[i]->rkt), came[i]->partition);
        take(c, (received){came[i], of ? of->assignment : 0}, batch);
    }
}

static int make_batch(size_t most, ts_bus_batch *batch, ts_error *error)
{
    *batch = (ts_bus_batch){.record = ts_alloc(most + 1, sizeof *batch->record),
                            .received = ts_alloc(most + 1, sizeof *batch->received)};
    if (batch->record && batch->received) return 0;
    ts_bus_batch_clear(batch);
    return ts_no_memory(error, "a batch");
}

int ts_consumer_receive(ts_consumer *c, size_t most, double seconds, ts_bus_batch *batch, ts_error *error)
{
    if (make_batch(most, batch, error)) return -1;
    rd_kafka_message_t **came = ts_alloc(most + 1, sizeof(rd_kafka_message_t *));
    if (!came) return ts_no_memory(error, "a batch");
    double until = ts_clock_seconds() + seconds, left;
    int status = 0;
    do {
        uint64_t told;
        (void)!read(c->came, &told, sizeof told);
        pthread_mutex_lock(&c->lock);
        take_strays(c, most, batch);
        take_queued(c, most, came, batch);
        if (!batch->count && *c->fatal)
            status = ts_fail(error, TS_UNAVAILABLE, "Kafka's consumer cannot go on: %s", c->fatal);
        pthread_mutex_unlock(&c->lock);
        left = until - ts_clock_seconds();
        struct pollfd something = {.fd = c->came, .events = POLLIN};
        if (!batch->count && !status && left > 0) poll(&something, 1, left > 0.1 ? 100 : 1 + (int)(1000 * left));
    } while (!batch->count && !status && left > 0);
    free(came);
    return status;
}

void ts_bus_batch_clear(ts_bus_batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) rd_kafka_message_destroy(batch->received[i].message);
    free(batch->record);
    free(batch->received);
    *batch = (ts_bus_batch){0};
}

bool ts_consumer_owns(ts_consumer *c, const ts_bus_batch *batch, size_t index)
{
    pthread_mutex_lock(&c->lock);
    bool owns = current(c, &batch->received[index]);
    pthread_mutex_unlock(&c->lock);
    return owns;
}

/* Answers to a commit that came after this member lost its place: somebody else receives the records now. */
static bool place_lost(rd_kafka_resp_err_t answer)
{
    return answer == RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION || answer == RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID ||
           answer == RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS;
}

int ts_consumer_commit(ts_consumer *c, const ts_bus_batch *batch, size_t *lost, ts_error *error)
{
    rd_kafka_topic_partition_list_t *offsets = rd_kafka_topic_partition_list_new(16);
    size_t left = 0;
    for (size_t i = 0; i < batch->count; i++) {
        const ts_bus_record *record = &batch->record[i];
        if (!ts_consumer_owns(c, batch, i)) {
            left++;
            continue;
        }
        rd_kafka_topic_partition_t *at = rd_kafka_topic_partition_list_find(offsets, record->topic, record->partition);
        if (!at) at = rd_kafka_topic_partition_list_add(offsets, record->topic, record->partition);
        if (at->offset < record->offset + 1) at->offset = record->offset + 1;
    }
    rd_kafka_resp_err_t failed = offsets->cnt ? rd_kafka_commit(c->kafka, offsets, 0) : RD_KAFKA_RESP_ERR_NO_ERROR;
    rd_kafka_topic_partition_list_destroy(offsets);
    if (place_lost(failed)) {
        failed = RD_KAFKA_RESP_ERR_NO_ERROR;
        left = batch->count;
    }
    if (lost) *lost = left;
    return failed ? ts_fail(error, TS_UNAVAILABLE, "Kafka: offsets were not committed: %s", rd_kafka_err2str(failed))
                  : 0;
}

int ts_consumer_seek(ts_consumer *c, const char *topic, int32_t partition, int64_t offset, ts_error *error)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, topic, partition)->offset = offset;
    pthread_mutex_lock(&c->lock); /* what waits of it was received before */
    owned *of = find_owned(c, topic, partition);
    if (of) of->assignment = ++c->assignments;
    pthread_mutex_unlock(&c->lock);
    rd_kafka_error_t *failed = rd_kafka_seek_partitions(c->kafka, list, ANSWER_MS);
    rd_kafka_topic_partition_list_destroy(list);
    if (!failed) return 0;
    ts_fail(error, TS_UNAVAILABLE, "Kafka: seek: %s", rd_kafka_error_string(failed));
    rd_kafka_error_destroy(failed);
    return -1;
}

int ts_consumer_limits(ts_consumer *c, const char *topic, int32_t partition, int64_t *first, int64_t *next,
                       ts_error *error)
{
    rd_kafka_resp_err_t failed = rd_kafka_query_watermark_offsets(c->kafka, topic, partition, first, next, ANSWER_MS);
    return failed ? ts_fail(error, TS_UNAVAILABLE, "Kafka: offsets of %s/%d: %s", topic, partition,
                            rd_kafka_err2str(failed))
                  : 0;
}

int ts_consumer_cluster(ts_consumer *c, char *id, size_t size, ts_error *error)
{
    char *found = rd_kafka_clusterid(c->kafka, ANSWER_MS);
    if (!found)
        return ts_fail(error, TS_UNAVAILABLE, "Kafka did not say its cluster's id within %d s", ANSWER_MS / 1000);
    snprintf(id, size, "%s", found);
    rd_kafka_mem_free(c->kafka, found);
    return 0;
}

int ts_consumer_ready(ts_consumer *c, ts_error *error)
{
    pthread_mutex_lock(&c->lock);
    if (!c->owned_count)
        ts_fail(error, TS_UNAVAILABLE, "no partitions assigned%s%s", *c->complaint ? ": " : "", c->complaint);
    pthread_mutex_unlock(&c->lock);
    return error->code ? -1 : 0;
}

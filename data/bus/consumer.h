/* Reading from Kafka as one of a group, at least once: a record is received again by somebody until it was committed.
 *
 * A thread of its own polls, so that work may take as long as it likes without the group expelling this member.
 * Receiving and committing are for one thread. */
#ifndef TS_DATA_BUS_CONSUMER_H
#define TS_DATA_BUS_CONSUMER_H

#include "data/bus/config.h"
#include "data/bus/record.h"

#include <stdbool.h>

typedef struct ts_consumer ts_consumer;

typedef struct ts_consumer_settings {
    const char *name, *group;
    const char *const *topics;
    size_t topics_count;
    size_t waiting; /* records of a partition that are fetched ahead; 0: 1000 */
} ts_consumer_settings;

/* Does not wait for a broker. */
ts_consumer *ts_consumer_open(const ts_bus_config *config, const ts_consumer_settings *settings, ts_error *error);
void ts_consumer_close(ts_consumer *consumer); /* leaves the group; what was not committed will be received again */

/* What was received; the records are valid until ts_bus_batch_clear. */
typedef struct ts_bus_batch {
    ts_bus_record *record;
    size_t count;
    struct ts_received *received; /* parallel to it */
} ts_bus_batch;

/* Up to `most` records, within `seconds`: as soon as there is one, what has come by then. An empty batch is no error.
 * TS_UNAVAILABLE: the consumer cannot go on. The batch is cleared by the caller. */
int ts_consumer_receive(ts_consumer *consumer, size_t most, double seconds, ts_bus_batch *batch, ts_error *error);
void ts_bus_batch_clear(ts_bus_batch *batch);

/* Say that all records of the batch are dealt with. Those of partitions that this member has lost since are left alone:
 * *lost (may be NULL) is their number, and their new owner receives them again; a group that is being dealt out anew is
 * no error, and all are lost then. TS_UNAVAILABLE: not committed. */
int ts_consumer_commit(ts_consumer *consumer, const ts_bus_batch *batch, size_t *lost, ts_error *error);

/* True while the record's partition has been this member's ever since it was received. */
bool ts_consumer_owns(ts_consumer *consumer, const ts_bus_batch *batch, size_t index);

/* Go back to `offset` in a partition that is owned: what follows is received anew. */
int ts_consumer_seek(ts_consumer *consumer, const char *topic, int32_t partition, int64_t offset, ts_error *error);

/* The broker's limits of a partition: the first offset it has, and the next one it will give. */
int ts_consumer_limits(ts_consumer *consumer, const char *topic, int32_t partition, int64_t *first, int64_t *next,
                       ts_error *error);

/* The id of the cluster, which a new cluster with the same topics does not have. */
int ts_consumer_cluster(ts_consumer *consumer, char *id, size_t size, ts_error *error);

/* For /readyz: 0 when partitions are assigned; else TS_UNAVAILABLE with what librdkafka complained of last. */
int ts_consumer_ready(ts_consumer *consumer, ts_error *error);

#endif

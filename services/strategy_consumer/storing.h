/* Records of discovered-strategies, and the requests they answer, into PostgreSQL: read, stored once, and what cannot
 * be stored buried. */
#ifndef TS_SERVICES_STRATEGY_CONSUMER_STORING_H
#define TS_SERVICES_STRATEGY_CONSUMER_STORING_H

#include "common/threads.h"
#include "data/bus/harvest.h"
#include "data/bus/producer.h"
#include "services/results/store.h"
#include "services/service/meter.h"

enum { TS_STORING_LANES = 16 };

typedef struct ts_storing {
    ts_db *db[TS_STORING_LANES]; /* connections that store side by side, `lanes` of them */
    size_t lanes;
    const char *requests_topic; /* its records are requests; NULL: none */
    ts_consumer *consumer;      /* of the records */
    ts_producer *producer;      /* of dead letters */
    ts_threads *threads;        /* that read the records */
    const char *cluster;        /* id of Kafka's cluster, for the ledger */
    const char *service;
} ts_storing;

extern const ts_meter ts_storing_meters[];

/* Store them all, in a transaction a lane with its part of the ledger; what is dead is acknowledged by Kafka before
 * that commits. On an error (TS_UNAVAILABLE: the database or Kafka is away) the same records may be given again.
 *
 * When some were dealt with before, by the ledger, the broker must have given out as many offsets as the ledger knows:
 * TS_BAD_CONFIG when it has not, as the topic was made anew and what was passed over is new. */
int ts_store_records(const ts_storing *storing, const ts_bus_record *const *records, size_t count, ts_error *error);

#endif

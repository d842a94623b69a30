/* Answering a batch of requests: every one of them gets its winners and exactly one outcome on the topic of answers. */
#ifndef TS_SERVICES_BACKTEST_CONSUMER_ANSWERING_H
#define TS_SERVICES_BACKTEST_CONSUMER_ANSWERING_H

#include "data/bus/consumer.h"
#include "data/bus/producer.h"
#include "host/language/catalogue.h"
#include "services/backtest_consumer/run.h"
#include "services/service/meter.h"

typedef struct ts_answering {
    const ts_run_settings *run;
    const ts_catalogue *catalogue;
    ts_producer *producer;
    const char *answers, *service; /* the topic; who says so in dead letters */

    /* Called again and again: the first `records` of those that are to be answered are, and Kafka has acknowledged it.
     */
    int (*answered)(void *context, size_t records, ts_error *error);
    void *context;
} ts_answering;

enum { TS_ANSWERED_REQUESTS, TS_ANSWERED_WINNERS, TS_ANSWERED_DEAD, TS_ANSWERED_RUN_SECONDS };
extern const ts_meter ts_answering_meters[];

/* Answer `count` records, all acknowledged by Kafka when this returns 0: records that are no requests become dead
 * letters, a request that came twice is answered once. TS_RUN_AGAIN: the service is to stop; what was not `answered`
 * may then not be committed. A run that fails thrice is made in halves, until only the strategy that it fails of is
 * answered `failed`; when it is Kafka that fails, TS_UNAVAILABLE. */
int ts_answer_records(const ts_answering *answering, const ts_bus_record *const *records, size_t count,
                      ts_error *error);

#endif

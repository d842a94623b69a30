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
} ts_answering;

extern const ts_meter ts_answering_meters[];

/* Answer `count` records, all acknowledged by Kafka when this returns 0: records that are no requests become dead
 * letters, a request that came twice is answered once. TS_RUN_AGAIN: the service is to stop; nothing may then be
 * committed. A run that fails thrice is answered `failed`; when it is Kafka that fails, TS_UNAVAILABLE. */
int ts_answer_records(const ts_answering *answering, const ts_bus_record *const *records, size_t count,
                      ts_error *error);

#endif

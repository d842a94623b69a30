/* Candles to Kafka: the outlet (data/outlet) that publishes message candle/1. Keys are symbols; what is published twice
 * has the same message-id. */
#ifndef TS_SERVICES_CANDLE_TOPIC_H
#define TS_SERVICES_CANDLE_TOPIC_H

#include "data/bus/config.h"
#include "data/outlet/outlet.h"

typedef struct ts_candle_topic ts_candle_topic;

/* Borrows `config`. Waits for no broker: one that is away is TS_UNAVAILABLE when the outlet is drained, after `seconds`
 * for each batch (0: 30). */
ts_candle_topic *ts_candle_topic_open(const ts_bus_config *config, const char *topic, double seconds, ts_error *error);
void ts_candle_topic_close(ts_candle_topic *topic);

/* The outlet; its sink is a ts_candle_topic. */
extern const ts_outlet_kind ts_outlet_kafka;

#endif

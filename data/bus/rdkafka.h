/* librdkafka, and what the files of the bus share of it. */
#ifndef TS_DATA_BUS_RDKAFKA_H
#define TS_DATA_BUS_RDKAFKA_H

#include "data/bus/config.h"

#include <librdkafka/rdkafka.h>

/* A property that a client of ours has unless the user says otherwise. */
typedef struct ts_bus_default {
    const char *name, *value;
} ts_bus_default;

/* The configuration of a client: defaults (ended by a row without a name), then what the user said. The caller owns it
 * until a client is made of it. NULL: TS_BAD_CONFIG. */
rd_kafka_conf_t *ts_bus_conf(const ts_bus_config *config, const ts_bus_default *defaults, ts_error *error);

#endif

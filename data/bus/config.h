/* How to reach Kafka: librdkafka's own properties, from the environment and the command line.
 *
 * KAFKA_BOOTSTRAP_SERVERS=host:9092 in the environment is `bootstrap.servers=host:9092`; `--kafka name=value` says the
 * same and wins. Every property that librdkafka knows may be said. */
#ifndef TS_DATA_BUS_CONFIG_H
#define TS_DATA_BUS_CONFIG_H

#include "common/error.h"
#include "common/settings.h"
#include "common/strbuf.h"

typedef struct ts_bus_property {
    char *name, *value;
} ts_bus_property;

typedef struct ts_bus_config {
    ts_bus_property *property; /* later ones win */
    size_t count;
} ts_bus_config;

/* `said`: texts of the form name=value. TS_BAD_CONFIG names what librdkafka does not know or take, and when nobody said
 * where the broker is; what the environment says of other things (KAFKA_HEAP_OPTS) is passed over with a warning. */
int ts_bus_config_read(const ts_texts *said, ts_bus_config *config, ts_error *error);
void ts_bus_config_clear(ts_bus_config *config);

/* For logs: "name=value name=value", secrets as "***". */
void ts_bus_config_text(const ts_bus_config *config, ts_strbuf *text);

#endif

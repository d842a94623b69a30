/* Making topics. */
#ifndef TS_DATA_BUS_TOPICS_H
#define TS_DATA_BUS_TOPICS_H

#include "data/bus/config.h"

#include <stdint.h>

typedef struct ts_topic {
    const char *name;
    int partitions;
    int64_t retention_ms;
    int64_t message_bytes; /* of the largest record */
} ts_topic;

/* Make those that are not there; existed[i] says which were. TS_UNAVAILABLE: no answer, or a refusal with its reason.
 */
int ts_topics_create(const ts_bus_config *config, const ts_topic *topics, size_t count, bool *existed, ts_error *error);

#endif

#include "data/bus/topic_list.h"

enum { PARTITIONS = 12, DAY_MS = 86400000, MIB = 1 << 20 };

/* A dead letter is larger than its record by the headers that say why. */
#define TOPIC(name, days)                                                                                              \
    {name, PARTITIONS, (int64_t)(days)*DAY_MS, 4 * MIB},                                                               \
    {                                                                                                                  \
        name TS_DEAD_LETTERS, PARTITIONS, INT64_C(30) * DAY_MS, 5 * MIB                                                \
    }

const ts_topic ts_topic_list[TS_TOPICS] = {TOPIC(TS_TOPIC_CANDLES, 7), TOPIC(TS_TOPIC_REQUESTS, 1),
                                           TOPIC(TS_TOPIC_RESULTS, 7), TOPIC(TS_TOPIC_APPROVED, 7),
                                           TOPIC(TS_TOPIC_SIZED, 7),   TOPIC(TS_TOPIC_SIGNALS, 7)};

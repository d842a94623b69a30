/* How far a group is behind. */
#ifndef TS_DATA_BUS_LAG_H
#define TS_DATA_BUS_LAG_H

#include "data/bus/config.h"

#include <stdint.h>

/* Records of a topic that the group has not committed yet, over all partitions; of a group that never committed all
 * that are there. TS_UNAVAILABLE: no answer, or no such topic. */
int ts_bus_lag(const ts_bus_config *config, const char *topic, const char *group, int64_t *records, ts_error *error);

#endif

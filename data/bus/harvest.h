/* What several receives brought: as many records as are worth a round of work. */
#ifndef TS_DATA_BUS_HARVEST_H
#define TS_DATA_BUS_HARVEST_H

#include "data/bus/consumer.h"

typedef struct ts_bus_harvest {
    ts_bus_batch *batch;
    size_t batches;
    const ts_bus_record **record; /* of all batches, those of one partition in the order of their offsets; without those
                                     whose partition was lost or assigned anew before the harvest was in */
    size_t records;
} ts_bus_harvest;

typedef struct ts_bus_patience {
    size_t most;            /* records */
    double first, linger;   /* seconds: until there is one, once partitions are assigned; without another one */
    bool (*stopping)(void); /* NULL, or looked at several times a second: true ends the wait */
} ts_bus_patience;

/* Wait for records and take what comes. None is no error. Cleared by the caller, in any case. */
int ts_bus_harvest_gather(ts_consumer *consumer, const ts_bus_patience *patience, ts_bus_harvest *harvest,
                          ts_error *error);
int ts_bus_harvest_commit(ts_consumer *consumer, const ts_bus_harvest *harvest, ts_error *error);
void ts_bus_harvest_clear(ts_bus_harvest *harvest);

#endif

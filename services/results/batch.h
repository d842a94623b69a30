/* A batch on its way into the database: what the files of this folder share. */
#ifndef TS_SERVICES_RESULTS_BATCH_H
#define TS_SERVICES_RESULTS_BATCH_H

#include "services/results/record.h"
#include "services/results/settings.h"

/* What the store knows of a record beside what it was given; made anew by every try. */
typedef struct ts_entry {
    ts_record *record;
    size_t place;                      /* its number within the batch */
    bool refused;                      /* by the database, alone: it is dead, and `why` is written */
    bool open;                         /* its fate is not known yet */
    char content[TS_FINGERPRINT_TEXT]; /* of its text */
    char known[TS_FINGERPRINT_TEXT];   /* of the text that its id has in the database now */
} ts_entry;

/* One partition of a topic within the batch, and its row of the ledger. */
typedef struct ts_batch_partition {
    const char *topic;
    int32_t partition;
    int64_t first, last; /* offsets in the batch */
    int64_t next;        /* in the ledger, before the batch */
    uint64_t counts[TS_FATE_SKIPPED + 1];
} ts_batch_partition;

typedef struct ts_batch {
    const ts_results_settings *settings;
    ts_entry *entry;
    size_t count;
    ts_batch_partition *partition; /* by topic and number; freed by the owner of the batch */
    size_t partitions;
} ts_batch;

/* A record's fate is known. `why` is NULL, or a text of its own. */
void ts_entry_settle(ts_entry *entry, ts_record_fate fate, const char *why);

#endif

/* Results and outcomes into PostgreSQL, each once: however often a record is delivered, on whatever day, in whatever
 * order and by however many programs. See data/db/migrations for the tables. */
#ifndef TS_SERVICES_RESULTS_STORE_H
#define TS_SERVICES_RESULTS_STORE_H

#include "data/db/postgres.h"
#include "services/results/record.h"
#include "services/results/settings.h"

typedef struct ts_results_counts {
    uint64_t stored, duplicate, dead_lettered, skipped;
} ts_results_counts;

/* Store a batch, in one transaction, or in several when PostgreSQL refuses some of it: then it is halved until the
 * refused record stands alone and is dead. The offsets of each partition must ascend within the batch. Adds to
 * `counts`, which may be NULL. On an error (the database is away: TS_UNAVAILABLE; burying failed) what was not
 * committed may be given again. */
int ts_results_store(ts_db *db, const ts_results_settings *settings, ts_record *records, size_t count,
                     ts_results_counts *counts, ts_error *error);

#endif

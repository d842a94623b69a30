/* The open records of a batch into their tables. */
#ifndef TS_SERVICES_RESULTS_STAGING_H
#define TS_SERVICES_RESULTS_STAGING_H

#include "data/db/postgres.h"
#include "services/results/batch.h"

/* Store the open records of one kind of a batch and settle them. */
int ts_staging_results(ts_db *db, ts_batch *batch, ts_error *error);
int ts_staging_outcomes(ts_db *db, ts_batch *batch, ts_error *error);
int ts_staging_requests(ts_db *db, ts_batch *batch, ts_error *error);

#endif

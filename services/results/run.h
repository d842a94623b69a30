/* What is kept of a run that was not asked for by a request: run.json, its answer, its winners' curves. Each may be
 * stored again and stays as it was. */
#ifndef TS_SERVICES_RESULTS_RUN_H
#define TS_SERVICES_RESULTS_RUN_H

#include "common/fingerprint.h"
#include "data/db/postgres.h"
#include "host/report/equity_days.h"

typedef struct ts_run_record {
    const char *run_id;
    const char *json; /* the text of run.json */
    uint64_t winners, evaluations;
} ts_run_record;

/* The run and that it is done. */
int ts_results_store_run(ts_db *db, const ts_run_record *run, ts_error *error);

/* The days of a result that is stored. */
int ts_results_store_equity(ts_db *db, const char *result_id, const ts_equity_days *days, ts_error *error);

#endif

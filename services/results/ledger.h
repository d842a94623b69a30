/* The ledger: which offsets of each partition are dealt with. It moves in the transaction that stores, so that the two
 * are never apart. */
#ifndef TS_SERVICES_RESULTS_LEDGER_H
#define TS_SERVICES_RESULTS_LEDGER_H

#include "data/db/postgres.h"
#include "services/results/batch.h"

/* Lock the ledger's rows of all partitions of the batch, and settle records below their next offset as skipped; and,
 * when all fates are known, move the offsets on and count. */
int ts_ledger_begin(ts_db *db, ts_batch *batch, ts_error *error);
int ts_ledger_end(ts_db *db, ts_batch *batch, ts_error *error);

/* What an earlier batch left: the next offset of a partition that is not yet dealt with, or -1 when none was. Asked in
 * a transaction of its own. */
int ts_results_next_offset(ts_db *db, const char *cluster_id, const char *topic, int32_t partition, int64_t *next,
                           ts_error *error);

#endif

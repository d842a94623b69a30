/* What is thrown away: days of results that are older than wanted, with their walk-forward windows, their rows of the
 * leaderboard and their identities; requests and runs with what they were answered, when that is as long ago; requests
 * that nobody has answered, when they were asked and have expired as long ago. Champions stay. */
#ifndef TS_SERVICES_RESULTS_RETENTION_H
#define TS_SERVICES_RESULTS_RETENTION_H

#include "data/db/postgres.h"

/* Keep the last `days` days (UTC), at least 8: records that a broker may still deliver again, for 7 days, must be
 * known. `dropped` counts the days that were thrown away. What a broken-off prune left is finished by the next one. */
int ts_results_prune(ts_db *db, int64_t days, size_t *dropped, ts_error *error);

#endif

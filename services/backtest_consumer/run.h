/* One run of `tradestream discover` for a group of requests, by itself or under mpirun, and what it found. */
#ifndef TS_SERVICES_BACKTEST_CONSUMER_RUN_H
#define TS_SERVICES_BACKTEST_CONSUMER_RUN_H

#include "services/backtest_consumer/groups.h"
#include "services/messages/discovered.h"
#include "services/messages/outcome.h"

typedef struct ts_run_settings {
    const char *program; /* of tradestream */
    const char *store, *work, *backend, *hostfile;
    int64_t ranks, threads; /* threads 0: as many as there are cores */
    bool statistics;
} ts_run_settings;

/* A winner as the run wrote it. */
typedef struct ts_found {
    char *line;
    ts_result_ids ids;
} ts_found;

/* By member of the group. */
typedef struct ts_reply {
    ts_outcome_message outcome;
    ts_found *winner; /* outcome.winners of them */
} ts_reply;

/* Run it to the end; reply[i] is for group->member[i]. What the candles or the request do not allow is an outcome, no
 * error. A run of the same group that had ended and was not forgotten is not made again. TS_RUN_AGAIN: the service is
 * to stop, and the run has left a checkpoint; TS_BAD_DATA: the store cannot be read; TS_UNAVAILABLE or TS_FAILED: the
 * run did not end well, its last words are in the error. */
int ts_run_group(const ts_run_settings *settings, const ts_group *group, ts_reply *reply, ts_error *error);
void ts_replies_clear(ts_reply *reply, size_t count);

/* Its answers are acknowledged: remove the folder of the run. */
void ts_run_forget(const ts_run_settings *settings, const ts_group *group);

#endif

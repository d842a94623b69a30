/* Rank 0's part in sharing one task among ranks: parts of tasks for ranks that have none. */
#ifndef TS_CLUSTER_HELPERS_H
#define TS_CLUSTER_HELPERS_H

#include "cluster/comm.h"
#include "cluster/worker.h"

typedef struct ts_helpers ts_helpers;
ts_helpers *ts_helpers_new(ts_comm *comm, ts_worker *worker, ts_error *error);
void ts_helpers_free(ts_helpers *helpers);

/* A rank asked for help with a part; a rank has helped with the part that was labelled so. */
int ts_helpers_asked(ts_helpers *helpers, int rank, ts_reader part, ts_error *error);
int ts_helpers_helped(ts_helpers *helpers, int rank, size_t label, ts_reader answer, ts_error *error);

/* Deal the parts; `given` says how many tasks each rank has, `waiting` whether there are tasks for those without. */
int ts_helpers_deal(ts_helpers *helpers, const int *given, bool waiting, ts_error *error);

#endif

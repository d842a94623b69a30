/* Rank 0's side of a job. */
#ifndef TS_CLUSTER_DEAL_H
#define TS_CLUSTER_DEAL_H

#include "cluster/checkpoint.h"
#include "cluster/comm.h"
#include "cluster/ledger.h"
#include "cluster/worker.h"

/* Deal what is not finished in the ledger, until all is done or the job is to stop; see ts_job_run. */
int ts_job_deal(ts_comm *comm, const ts_job *job, ts_worker *worker, ts_ledger *ledger, ts_checkpoint *checkpoint,
                ts_error *error);

#endif

/* The side of a job of all ranks but the first. */
#ifndef TS_CLUSTER_SERVE_H
#define TS_CLUSTER_SERVE_H

#include "cluster/comm.h"
#include "cluster/worker.h"

/* Work on what rank 0 gives until it says that the job is over; with the job's error. */
int ts_job_serve(ts_comm *comm, ts_worker *worker, ts_error *error);

#endif

#include "cluster/job.h"

#include "cluster/deal.h"
#include "cluster/serve.h"
#include "cluster/worker.h"
#include "common/clock.h"

/* A thread that is in the middle of a long evaluation is not waited for longer than this, in seconds. */
static const double patience = 0.2;

static bool still_computes(ts_worker *worker)
{
    double until = ts_clock_seconds() + patience;
    ts_worker_stop(worker);
    while (!ts_worker_idle(worker) && ts_clock_seconds() < until) ts_worker_wait(worker, 0.01);
    return !ts_worker_idle(worker);
}

int ts_job_run(ts_comm *comm, const ts_job *job, ts_ledger *ledger, ts_checkpoint *checkpoint, bool *abandoned,
               ts_error *error)
{
    ts_worker *worker;
    *abandoned = false;
    if (ts_worker_start(job, &worker, error)) return -1;
    int status = ts_comm_rank(comm) ? ts_job_serve(comm, worker, error)
                                    : ts_job_deal(comm, job, worker, ledger, checkpoint, error);
    *abandoned = still_computes(worker);
    if (!*abandoned) ts_worker_free(worker);
    return status;
}

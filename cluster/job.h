/* A job: numbered tasks that any rank can work on, each asked by rank 0 for the next when it is free.
 *
 * On every rank one thread works and the main thread moves messages, mostly asleep. Rank 0's main thread deals tasks in
 * their order, keeps the ledger and writes the checkpoints; its other thread works like those of other ranks. What a
 * task does is the caller's; it may tell its answers so far, from which it is gone on with after a break. */
#ifndef TS_CLUSTER_JOB_H
#define TS_CLUSTER_JOB_H

#include "cluster/checkpoint.h"
#include "cluster/comm.h"
#include "cluster/ledger.h"
#include "cluster/tasks.h"

/* Run the tasks that are not finished in the ledger; rank 0 alone has a ledger, and a checkpoint or NULL. Returns on
 * all ranks when everything is done, or with one error for all of them. TS_RUN_AGAIN: stopped by a signal (see
 * stop_signal.h), what was done is in the checkpoint. *abandoned: a thread still computes and reads what the job's
 * context points to, so that the process must end without freeing it. */
int ts_job_run(ts_comm *comm, const ts_job *job, ts_ledger *ledger, ts_checkpoint *checkpoint, bool *abandoned,
               ts_error *error);

#endif

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

/* The work on one task; see ts_work_answered. */
typedef struct ts_work ts_work;

typedef struct ts_job {
    /* May be NULL: work out a part that another rank has asked for; see ts_work_ask. */
    int (*help)(void *context, ts_reader part, ts_strbuf *answer, ts_error *error);
    size_t tasks; /* the same on all ranks; each writes its result into an empty buffer */
    int (*work)(void *context, size_t task, ts_work *work, ts_reader earlier, ts_strbuf *result, ts_error *error);
    /* Of rank 0's main thread: told of every result when it comes, in any order; and called some times a second. */
    int (*finished)(void *context, size_t task, ts_reader result, ts_error *error);
    void (*tick)(void *context);
    void *context;
} ts_job;

/* From within `work`: keep this answer. -1 with TS_RUN_AGAIN when the job is to stop: give up the task. */
int ts_work_answered(ts_work *work, const void *bytes, size_t size, ts_error *error);

/* From within `work`: how many ranks that have nothing to do would help this task now. Asking gives one of them a part;
 * answers are collected in the order in which they come, each into an empty buffer. -1 with TS_RUN_AGAIN as above. */
int ts_work_spare(ts_work *work);
int ts_work_ask(ts_work *work, const void *part, size_t size, ts_error *error);
int ts_work_collect(ts_work *work, ts_strbuf *answer, ts_error *error);

/* Run the tasks that are not finished in the ledger; rank 0 alone has a ledger, and a checkpoint or NULL. Returns on
 * all ranks when everything is done, or with one error for all of them. TS_RUN_AGAIN: stopped by a signal (see
 * stop_signal.h), what was done is in the checkpoint. *abandoned: a thread still computes and reads what the job's
 * context points to, so that the process must end without freeing it. */
int ts_job_run(ts_comm *comm, const ts_job *job, ts_ledger *ledger, ts_checkpoint *checkpoint, bool *abandoned,
               ts_error *error);

#endif

/* What the two sides of a job share: rank 0, which deals the tasks, and the others. */
#ifndef TS_CLUSTER_JOB_INTERNAL_H
#define TS_CLUSTER_JOB_INTERNAL_H

#include "cluster/job.h"
#include "cluster/worker.h"

/* Tags of messages. To rank 0: a ts_event_kind, with the task's number before the event's bytes; STOP when a signal
 * reached that rank; IDLE when it has stopped, as it was told. To the others: a task with its answers; a part to HELP
 * with, after its label; the ANSWER to a part; how many ranks are to SPARE; STOP; QUIT with the job's error. */
enum { TS_TAG_TASK = 16, TS_TAG_HELP, TS_TAG_ANSWER, TS_TAG_SPARE, TS_TAG_STOP, TS_TAG_IDLE, TS_TAG_QUIT };

/* Between two looks for messages, in seconds: short while something happens, longer while nothing does. */
typedef struct ts_nap {
    double seconds;
} ts_nap;

static inline double ts_nap_next(ts_nap *nap, bool happened)
{
    nap->seconds = happened ? 0.0005 : nap->seconds * 1.5 + 0.0001;
    if (nap->seconds > 0.005) nap->seconds = 0.005;
    return nap->seconds;
}

/* Parts of tasks for ranks that have none; see helpers.c. */
typedef struct ts_helpers ts_helpers;
ts_helpers *ts_helpers_new(ts_comm *comm, ts_worker *worker, ts_error *error);
void ts_helpers_free(ts_helpers *helpers);
int ts_helpers_asked(ts_helpers *helpers, int rank, ts_reader part, ts_error *error);
int ts_helpers_helped(ts_helpers *helpers, int rank, size_t label, ts_reader answer, ts_error *error);

/* Deal the parts; `given` says how many tasks each rank has, `waiting` whether there are tasks for those without. */
int ts_helpers_deal(ts_helpers *helpers, const int *given, bool waiting, ts_error *error);

/* A number, then bytes, as one message. */
int ts_job_say(ts_comm *comm, int to, int tag, uint64_t number, const void *bytes, size_t size, ts_error *error);

int ts_job_deal(ts_comm *comm, const ts_job *job, ts_worker *worker, ts_ledger *ledger, ts_checkpoint *checkpoint,
                ts_error *error);                                    /* rank 0 */
int ts_job_serve(ts_comm *comm, ts_worker *worker, ts_error *error); /* the others */

#endif

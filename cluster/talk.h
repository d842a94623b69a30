/* What rank 0, which deals the tasks of a job, and the other ranks say to each other. */
#ifndef TS_CLUSTER_TALK_H
#define TS_CLUSTER_TALK_H

#include "cluster/comm.h"

#include <stdint.h>

/* Tags of messages. To rank 0: a ts_event_kind, with the task's number before the event's bytes; STOP when a signal
 * reached that rank; IDLE when it has stopped, as it was told. To the others: a task with its answers; a part to HELP
 * with, after its label; the ANSWER to a part; how many ranks are to SPARE; STOP; QUIT with the job's error. */
enum { TS_TAG_TASK = 16, TS_TAG_HELP, TS_TAG_ANSWER, TS_TAG_SPARE, TS_TAG_STOP, TS_TAG_IDLE, TS_TAG_QUIT };

/* A number, then bytes, as one message. */
int ts_job_say(ts_comm *comm, int to, int tag, uint64_t number, const void *bytes, size_t size, ts_error *error);

#endif

/* The tasks of a job, numbered: what is done for one of them, and what it may ask for while it is worked on. */
#ifndef TS_CLUSTER_TASKS_H
#define TS_CLUSTER_TASKS_H

#include "common/bytes.h"
#include "common/error.h"

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

#endif

/* The thread of a rank that works on tasks, one after the other. */
#ifndef TS_CLUSTER_WORKER_H
#define TS_CLUSTER_WORKER_H

#include "cluster/job.h"

typedef enum ts_event_kind { TS_EVENT_ANSWERED, TS_EVENT_FINISHED, TS_EVENT_FAILED, TS_EVENT_STOPPED } ts_event_kind;

/* What has come of a task: answers, its result, an error (code and text) or nothing more, as it was stopped. */
typedef struct ts_event {
    ts_event_kind kind;
    size_t task;
    ts_strbuf bytes;
    struct ts_event *next;
} ts_event;

typedef struct ts_worker ts_worker;

int ts_worker_start(const ts_job *job, ts_worker **worker, ts_error *error);

/* Queue a task with what it answered earlier. */
int ts_worker_give(ts_worker *worker, size_t task, const void *answers, size_t size, ts_error *error);

/* The oldest event, to be freed with ts_event_free; NULL without one. */
ts_event *ts_worker_event(ts_worker *worker);
void ts_event_free(ts_event *event);

/* Sleep until there is an event, at most so long. */
void ts_worker_wait(ts_worker *worker, double seconds);

/* Tasks are given up when they answer next; those that are queued are dropped. */
void ts_worker_stop(ts_worker *worker);
bool ts_worker_idle(ts_worker *worker);
bool ts_worker_failed(ts_worker *worker); /* an event was lost for want of memory */

/* Waits for the thread; one that must not be waited for is left alone, with its memory. */
void ts_worker_free(ts_worker *worker);

#endif

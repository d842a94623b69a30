/* The thread of a rank that works on tasks, one after the other. */
#ifndef TS_CLUSTER_WORKER_H
#define TS_CLUSTER_WORKER_H

#include "cluster/tasks.h"

typedef enum ts_event_kind {
    TS_EVENT_ANSWERED, /* answers of a task */
    TS_EVENT_FINISHED, /* its result */
    TS_EVENT_FAILED,   /* an error: code and text */
    TS_EVENT_STOPPED,  /* nothing more, as the job stops */
    TS_EVENT_ASKED,    /* a part of its work for another rank */
    TS_EVENT_HELPED    /* the answer to a part; `task` is what it was given with */
} ts_event_kind;

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

/* The same for a part that another rank has asked for, whose `label` comes back with the event; and the answer to a
 * part that was asked for here. */
int ts_worker_help(ts_worker *worker, size_t label, const void *part, size_t size, ts_error *error);
int ts_worker_answer(ts_worker *worker, const void *answer, size_t size, ts_error *error);
void ts_worker_spare(ts_worker *worker, int ranks); /* how many ranks would help */

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

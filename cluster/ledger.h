/* What is known of the tasks of a job: the result of each that is finished, the answers so far of each that is not. */
#ifndef TS_CLUSTER_LEDGER_H
#define TS_CLUSTER_LEDGER_H

#include "common/bytes.h"
#include "common/error.h"

typedef enum ts_task_state { TS_TASK_WAITING, TS_TASK_STARTED, TS_TASK_FINISHED } ts_task_state;

typedef struct ts_task {
    ts_task_state state;
    ts_strbuf bytes; /* answers, or the result */
} ts_task;

typedef struct ts_ledger {
    ts_task *task;
    size_t tasks;
} ts_ledger;

int ts_ledger_init(ts_ledger *ledger, size_t tasks, ts_error *error);
void ts_ledger_clear(ts_ledger *ledger);

/* Append answers to a task that is not finished; or end it by its result, which takes their place. */
int ts_ledger_answered(ts_ledger *ledger, size_t task, const void *bytes, size_t size, ts_error *error);
int ts_ledger_finished(ts_ledger *ledger, size_t task, const void *bytes, size_t size, ts_error *error);

/* All tasks that were begun. Reading fills a ledger of as many tasks whose tasks all wait. */
void ts_ledger_put(ts_strbuf *out, const ts_ledger *ledger);
int ts_ledger_take(ts_reader *in, ts_ledger *ledger, ts_error *error);

#endif

#include "cluster/ledger.h"

#include "common/memory.h"

#include <stdlib.h>

int ts_ledger_init(ts_ledger *ledger, size_t tasks, ts_error *error)
{
    *ledger = (ts_ledger){.task = ts_alloc(tasks + 1, sizeof *ledger->task), .tasks = tasks};
    return ledger->task ? 0 : ts_no_memory(error, "the tasks of a job");
}

void ts_ledger_clear(ts_ledger *ledger)
{
    for (size_t i = 0; ledger->task && i < ledger->tasks; i++) ts_strbuf_clear(&ledger->task[i].bytes);
    free(ledger->task);
    *ledger = (ts_ledger){0};
}

static int append(ts_ledger *ledger, size_t task, const void *bytes, size_t size, ts_error *error)
{
    ts_strbuf *text = &ledger->task[task].bytes;
    if (size) ts_strbuf_append(text, bytes, size);
    return ts_strbuf_failed(text) ? ts_no_memory(error, "what tasks have answered") : 0;
}

int ts_ledger_answered(ts_ledger *ledger, size_t task, const void *bytes, size_t size, ts_error *error)
{
    ledger->task[task].state = TS_TASK_STARTED;
    return append(ledger, task, bytes, size, error);
}

int ts_ledger_finished(ts_ledger *ledger, size_t task, const void *bytes, size_t size, ts_error *error)
{
    ledger->task[task].state = TS_TASK_FINISHED;
    ts_strbuf_clear(&ledger->task[task].bytes);
    return append(ledger, task, bytes, size, error);
}

void ts_ledger_put(ts_strbuf *out, const ts_ledger *ledger)
{
    size_t begun = 0;
    for (size_t i = 0; i < ledger->tasks; i++) begun += ledger->task[i].state != TS_TASK_WAITING;
    ts_put_u64(out, ledger->tasks);
    ts_put_u64(out, begun);
    for (size_t i = 0; i < ledger->tasks; i++) {
        const ts_task *task = &ledger->task[i];
        if (task->state == TS_TASK_WAITING) continue;
        ts_put_u64(out, i);
        ts_put_u64(out, (uint64_t)task->state);
        ts_put_sized(out, task->bytes.text, task->bytes.length);
    }
}

static int take_task(ts_reader *in, ts_ledger *ledger, ts_error *error)
{
    uint64_t task = ts_take_u64(in), state = ts_take_u64(in);
    ts_reader bytes = ts_take_sized(in);
    if (in->failed || task >= ledger->tasks || ledger->task[task].state != TS_TASK_WAITING)
        return ts_fail(error, TS_BAD_DATA, "these bytes are not the tasks of a job");
    if (state == TS_TASK_FINISHED) return ts_ledger_finished(ledger, task, bytes.at, bytes.left, error);
    if (state == TS_TASK_STARTED) return ts_ledger_answered(ledger, task, bytes.at, bytes.left, error);
    return ts_fail(error, TS_BAD_DATA, "a task is in state %d", (int)state);
}

int ts_ledger_take(ts_reader *in, ts_ledger *ledger, ts_error *error)
{
    uint64_t tasks = ts_take_u64(in);
    size_t begun = ts_take_count(in, 3 * sizeof(uint64_t));
    if (in->failed || tasks != ledger->tasks || begun > ledger->tasks)
        return ts_fail(error, TS_BAD_DATA, "expected what is known of %zu tasks", ledger->tasks);
    for (size_t i = 0; i < begun; i++)
        if (take_task(in, ledger, error)) return -1;
    return in->left ? ts_fail(error, TS_BAD_DATA, "%zu bytes after the last task", in->left) : 0;
}

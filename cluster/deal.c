/* Rank 0: deals tasks, keeps the ledger, writes checkpoints, and ends the job for all. */
#include "cluster/deal.h"

#include "cluster/helpers.h"
#include "cluster/nap.h"
#include "cluster/stop_signal.h"
#include "cluster/talk.h"
#include "common/clock.h"
#include "common/memory.h"

#include <stdlib.h>

enum { PLENTY = 4 }; /* while so many tasks a rank wait, each rank has one in advance */

/* Seconds: how long ranks may take to end a generation when the job is to stop. */
static const double grace = 3;

typedef struct dealer {
    ts_comm *comm;
    const ts_job *job;
    ts_worker *worker;
    ts_ledger *ledger;
    ts_checkpoint *checkpoint;
    ts_helpers *helpers; /* NULL: tasks have no parts */
    int *given;          /* tasks that each rank has */
    size_t next;         /* the first that may still wait */
    size_t waiting, unfinished;
    bool changed; /* the ledger, since the last checkpoint */
    bool stopping;
    double stop_at; /* when patience with the ranks ends */
} dealer;

static int give(dealer *d, int rank, size_t task, ts_error *error)
{
    const ts_strbuf *answers = &d->ledger->task[task].bytes;
    d->given[rank]++;
    d->waiting--;
    if (rank == 0) return ts_worker_give(d->worker, task, answers->text, answers->length, error);
    return ts_job_say(d->comm, rank, TS_TAG_TASK, task, answers->text, answers->length, error);
}

/* The next task that nobody has; given out in order, so those before `next` are never looked at again. */
static size_t next_task(dealer *d)
{
    while (d->ledger->task[d->next].state == TS_TASK_FINISHED) d->next++;
    return d->next++;
}

static int deal(dealer *d, ts_error *error)
{
    int ranks = ts_comm_size(d->comm);
    for (int in_hand = 0; in_hand < 2 && !d->stopping; in_hand++)
        for (int rank = ranks - 1; rank >= 0 && d->waiting; rank--) {
            if (d->given[rank] > in_hand || (in_hand && d->waiting < (size_t)(PLENTY * ranks))) continue;
            if (give(d, rank, next_task(d), error)) return -1;
        }
    return d->stopping || !d->helpers ? 0 : ts_helpers_deal(d->helpers, d->given, d->waiting > 0, error);
}

static void stop(dealer *d)
{
    ts_error ignored = {0};
    if (d->stopping) return;
    d->stopping = true;
    d->stop_at = ts_clock_seconds() + grace;
    ts_worker_stop(d->worker);
    for (int rank = 1; rank < ts_comm_size(d->comm); rank++) ts_comm_send(d->comm, rank, TS_TAG_STOP, "", 0, &ignored);
}

static int fail_of(ts_reader in, ts_error *error)
{
    char text[sizeof error->text];
    int code = (int)ts_take_u64(&in);
    ts_take_text(&in, text, sizeof text);
    return ts_fail(error, code ? code : TS_FAILED, "%s", text);
}

static int note(dealer *d, int rank, int kind, size_t task, ts_reader bytes, ts_error *error)
{
    if (kind == TS_TAG_STOP) stop(d);
    if (kind == TS_TAG_IDLE) d->given[rank] = 0;
    if (kind == TS_TAG_STOP || kind == TS_TAG_IDLE) return 0;
    if (d->helpers && kind == TS_EVENT_ASKED) return ts_helpers_asked(d->helpers, rank, bytes, error);
    if (d->helpers && kind == TS_EVENT_HELPED) return ts_helpers_helped(d->helpers, rank, task, bytes, error);
    if (task >= d->ledger->tasks) return ts_fail(error, TS_FAILED, "rank %d speaks of task %zu", rank, task);
    d->changed = true;
    if (kind == TS_EVENT_ANSWERED) return ts_ledger_answered(d->ledger, task, bytes.at, bytes.left, error);
    d->given[rank]--;
    if (kind == TS_EVENT_STOPPED) return 0;
    if (kind == TS_EVENT_FAILED) return fail_of(bytes, error);
    d->unfinished--;
    if (ts_ledger_finished(d->ledger, task, bytes.at, bytes.left, error)) return -1;
    return d->job->finished(d->job->context, task, bytes, error);
}

static ts_reader reader_of(const ts_strbuf *bytes)
{
    return (ts_reader){.at = (const unsigned char *)bytes->text, .left = bytes->length};
}

static int look(dealer *d, bool *happened, ts_error *error)
{
    ts_message message;
    int status = 0, got = 0;
    for (ts_event *event; !status && (event = ts_worker_event(d->worker)); ts_event_free(event)) {
        status = note(d, 0, (int)event->kind, event->task, reader_of(&event->bytes), error);
        *happened = true;
    }
    while (!status && (got = ts_comm_receive(d->comm, &message, error)) == 1) {
        ts_reader in = {.at = message.bytes, .left = message.size};
        size_t task = message.size ? (size_t)ts_take_u64(&in) : 0;
        status = note(d, message.from, message.tag, task, in, error);
        *happened = true;
    }
    if (got < 0) return -1;
    if (!status && ts_worker_failed(d->worker)) return ts_no_memory(error, "what a task answered");
    return status;
}

static int save(dealer *d, bool now, ts_error *error)
{
    if (!d->checkpoint || !d->changed || (!now && !ts_checkpoint_due(d->checkpoint))) return 0;
    d->changed = false;
    return ts_checkpoint_write(d->checkpoint, d->ledger, error);
}

static bool ranks_idle(const dealer *d)
{
    for (int rank = 1; rank < ts_comm_size(d->comm); rank++)
        if (d->given[rank]) return false;
    return ts_worker_idle(d->worker);
}

static bool stopped(const dealer *d) { return d->stopping && (ranks_idle(d) || ts_clock_seconds() > d->stop_at); }

static int run(dealer *d, ts_error *error)
{
    ts_nap nap = {0};
    while (d->unfinished) {
        bool happened = false;
        if (ts_stop_signal_came()) stop(d);
        if (deal(d, error) || look(d, &happened, error) || save(d, false, error)) return -1;
        if (stopped(d)) break;
        d->job->tick(d->job->context);
        if (d->unfinished) ts_worker_wait(d->worker, ts_comm_size(d->comm) == 1 ? 0.02 : ts_nap_next(&nap, happened));
    }
    bool last = false; /* events may lie between the last look and the stop */
    if (look(d, &last, error) || save(d, true, error)) return -1;
    return d->unfinished ? ts_fail(error, TS_RUN_AGAIN, "stopped with %zu of %zu searches unfinished", d->unfinished,
                                   d->ledger->tasks)
                         : 0;
}

/* All ranks end with the same error. What was reached is kept even when something failed. */
static void end_all(dealer *d, const ts_error *error)
{
    ts_strbuf text = {0};
    ts_error ignored = {0};
    ts_put_text(&text, error->text);
    if (error->code && error->code != TS_RUN_AGAIN && error->code != TS_UNAVAILABLE) save(d, true, &ignored);
    for (int rank = 1; !ts_strbuf_failed(&text) && rank < ts_comm_size(d->comm); rank++)
        ts_job_say(d->comm, rank, TS_TAG_QUIT, (uint64_t)error->code, text.text, text.length, &ignored);
    ts_strbuf_clear(&text);
}

int ts_job_deal(ts_comm *comm, const ts_job *job, ts_worker *worker, ts_ledger *ledger, ts_checkpoint *checkpoint,
                ts_error *error)
{
    dealer d = {.comm = comm, .job = job, .worker = worker, .ledger = ledger, .checkpoint = checkpoint};
    d.given = ts_alloc((size_t)ts_comm_size(comm), sizeof *d.given);
    int status = d.given ? 0 : ts_no_memory(error, "the ranks");
    if (!status && job->help && ts_comm_size(comm) > 1 && !(d.helpers = ts_helpers_new(comm, worker, error)))
        status = -1;
    for (size_t i = 0; i < ledger->tasks; i++) d.unfinished += ledger->task[i].state != TS_TASK_FINISHED;
    d.waiting = d.unfinished;
    if (!status) status = run(&d, error);
    end_all(&d, error);
    ts_helpers_free(d.helpers);
    free(d.given);
    return status;
}

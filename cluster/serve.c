/* A rank that is not the first: gives tasks to its thread, and what comes of them to rank 0. */
#include "cluster/serve.h"

#include "cluster/nap.h"
#include "cluster/stop_signal.h"
#include "cluster/talk.h"

typedef struct server {
    ts_comm *comm;
    ts_worker *worker;
    bool signalled, stopping, told_idle, quit;
} server;

/* What rank 0 says; a QUIT carries the error of the job, code 0 when all went well. */
static int obey(server *s, const ts_message *message, ts_error *error)
{
    ts_reader in = {.at = message->bytes, .left = message->size};
    if (message->tag == TS_TAG_STOP) ts_worker_stop(s->worker), s->stopping = true;
    if (message->tag == TS_TAG_STOP) return 0;
    uint64_t number = ts_take_u64(&in);
    if (message->tag == TS_TAG_TASK) return ts_worker_give(s->worker, (size_t)number, in.at, in.left, error);
    if (message->tag == TS_TAG_HELP) return ts_worker_help(s->worker, (size_t)number, in.at, in.left, error);
    if (message->tag == TS_TAG_ANSWER) return ts_worker_answer(s->worker, in.at, in.left, error);
    if (message->tag == TS_TAG_SPARE) ts_worker_spare(s->worker, (int)number);
    if (message->tag != TS_TAG_QUIT) return 0;
    char text[sizeof error->text];
    ts_take_text(&in, text, sizeof text);
    s->quit = true;
    return number ? ts_fail(error, (int)number, "%s", text) : 0;
}

/* One look at everything; *happened when there was something. */
static int look(server *s, bool *happened, ts_error *error)
{
    ts_message message;
    int status = 0, got = 0;
    for (ts_event *event; !status && (event = ts_worker_event(s->worker)); ts_event_free(event)) {
        status = ts_job_say(s->comm, 0, (int)event->kind, event->task, event->bytes.text, event->bytes.length, error);
        *happened = true;
    }
    while (!status && !s->quit && (got = ts_comm_receive(s->comm, &message, error)) == 1) {
        status = obey(s, &message, error);
        *happened = true;
    }
    if (got < 0) return -1;
    if (!status && ts_worker_failed(s->worker)) return ts_no_memory(error, "what a task answered");
    return status;
}

/* A signal that reached this rank alone stops the job, too; rank 0 is told when nothing more is to come from here. */
static int tell(server *s, ts_error *error)
{
    bool signalled = ts_stop_signal_came() && !s->signalled, idle = false;
    if (s->stopping && !s->told_idle && ts_worker_idle(s->worker)) {
        bool ignored = false;
        if (look(s, &ignored, error)) return -1; /* its last events go first */
        idle = true;
    }
    s->signalled = s->signalled || signalled;
    s->told_idle = s->told_idle || idle;
    if (signalled && ts_comm_send(s->comm, 0, TS_TAG_STOP, "", 0, error)) return -1;
    return idle ? ts_comm_send(s->comm, 0, TS_TAG_IDLE, "", 0, error) : 0;
}

int ts_job_serve(ts_comm *comm, ts_worker *worker, ts_error *error)
{
    server s = {.comm = comm, .worker = worker};
    ts_nap nap = {0};
    int status = 0;
    while (!status && !s.quit) {
        bool happened = false;
        status = look(&s, &happened, error);
        if (!status && !s.quit) status = tell(&s, error);
        if (!status && !s.quit) ts_worker_wait(worker, ts_nap_next(&nap, happened));
    }
    return status;
}

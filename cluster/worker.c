#define _GNU_SOURCE
#include "cluster/worker.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/memory.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Answers are handed on so often; a task that is done before is worked on anew after a break. */
static const double answers_every = 0.1;

/* Of a task with more answers than this only the first ones are kept: half a million genomes of a search. */
static const size_t answers_most = (size_t)256 << 20;

/* A task with its earlier answers, or a part to help with; or the answer to a part. */
typedef struct order {
    size_t task;
    bool help;
    ts_strbuf bytes;
    struct order *next;
} order;

typedef struct queue {
    order *first, **last;
} queue;

struct ts_worker {
    const ts_job *job;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t given, answered, happened;
    queue orders, answers;
    ts_event *event, **event_end;
    int spare;
    bool busy, stopping, ending, out_of_memory;
};

struct ts_work {
    ts_worker *worker;
    size_t task;
    ts_strbuf answers; /* not handed on yet */
    size_t kept;       /* bytes of answers, those of earlier starts included */
    double handed_on;
};

/* Takes the bytes over. */
static void emit(ts_worker *worker, ts_event_kind kind, size_t task, ts_strbuf *bytes)
{
    ts_event *event = ts_alloc(1, sizeof *event);
    pthread_mutex_lock(&worker->lock);
    if (event && !bytes->failed) {
        *event = (ts_event){.kind = kind, .task = task, .bytes = *bytes};
        *worker->event_end = event;
        worker->event_end = &event->next;
    } else {
        worker->out_of_memory = true;
        ts_strbuf_clear(bytes);
        free(event);
    }
    *bytes = (ts_strbuf){0};
    pthread_cond_signal(&worker->happened);
    pthread_mutex_unlock(&worker->lock);
}

static bool stopping(ts_worker *worker)
{
    pthread_mutex_lock(&worker->lock);
    bool stop = worker->stopping;
    pthread_mutex_unlock(&worker->lock);
    return stop;
}

int ts_work_answered(ts_work *work, const void *bytes, size_t size, ts_error *error)
{
    bool stop = stopping(work->worker);
    if (work->kept <= answers_most && work->kept + size > answers_most)
        ts_log_warning("a task has more than %zu MiB of answers: what it goes on to compute would be lost in a break",
                       answers_most >> 20);
    work->kept += size;
    if (work->kept <= answers_most) ts_strbuf_append(&work->answers, bytes, size);
    if (stop || ts_clock_seconds() - work->handed_on >= answers_every) {
        emit(work->worker, TS_EVENT_ANSWERED, work->task, &work->answers);
        work->handed_on = ts_clock_seconds();
    }
    return stop ? ts_fail(error, TS_RUN_AGAIN, "stopped") : 0;
}

int ts_work_spare(ts_work *work)
{
    pthread_mutex_lock(&work->worker->lock);
    int spare = work->worker->spare;
    pthread_mutex_unlock(&work->worker->lock);
    return spare;
}

int ts_work_ask(ts_work *work, const void *part, size_t size, ts_error *error)
{
    ts_strbuf bytes = {0};
    ts_strbuf_append(&bytes, part, size);
    if (ts_strbuf_failed(&bytes)) return ts_no_memory(error, "a part of a task");
    emit(work->worker, TS_EVENT_ASKED, work->task, &bytes);
    return 0;
}

/* The first of a queue, taken out; NULL without one. The worker is locked. */
static order *take_first(queue *from)
{
    order *first = from->first;
    if (first) from->first = first->next;
    if (!from->first) from->last = &from->first;
    return first;
}

static void order_free(order *given)
{
    if (given) ts_strbuf_clear(&given->bytes);
    free(given);
}

int ts_work_collect(ts_work *work, ts_strbuf *answer, ts_error *error)
{
    ts_worker *worker = work->worker;
    pthread_mutex_lock(&worker->lock);
    while (!worker->answers.first && !worker->stopping) pthread_cond_wait(&worker->answered, &worker->lock);
    order *came = worker->stopping ? NULL : take_first(&worker->answers);
    pthread_mutex_unlock(&worker->lock);
    if (!came) {
        if (work->answers.length) emit(worker, TS_EVENT_ANSWERED, work->task, &work->answers);
        return ts_fail(error, TS_RUN_AGAIN, "stopped");
    }
    *answer = came->bytes;
    came->bytes = (ts_strbuf){0};
    order_free(came);
    return 0;
}

static int work_on_task(ts_worker *worker, const order *given, ts_strbuf *result, ts_error *error)
{
    ts_work work = {
        .worker = worker, .task = given->task, .kept = given->bytes.length, .handed_on = ts_clock_seconds()};
    const ts_reader earlier = {.at = (const unsigned char *)given->bytes.text, .left = given->bytes.length};
    int status = worker->job->work(worker->job->context, given->task, &work, earlier, result, error);
    ts_strbuf_clear(&work.answers);
    return status;
}

static int help(ts_worker *worker, const order *given, ts_strbuf *answer, ts_error *error)
{
    const ts_reader part = {.at = (const unsigned char *)given->bytes.text, .left = given->bytes.length};
    return worker->job->help(worker->job->context, part, answer, error);
}

static void work_on(ts_worker *worker, order *given)
{
    ts_strbuf result = {0};
    ts_error why = {0};
    ts_event_kind kind = given->help ? TS_EVENT_HELPED : TS_EVENT_FINISHED;
    int status = given->help ? help(worker, given, &result, &why) : work_on_task(worker, given, &result, &why);
    if (status) kind = why.code == TS_RUN_AGAIN ? TS_EVENT_STOPPED : TS_EVENT_FAILED;
    if (kind == TS_EVENT_FAILED) {
        ts_strbuf_reset(&result);
        ts_put_u64(&result, (uint64_t)why.code);
        ts_put_text(&result, why.text);
    }
    emit(worker, kind, given->task, &result);
}

static order *next_order(ts_worker *worker)
{
    pthread_mutex_lock(&worker->lock);
    worker->busy = false;
    pthread_cond_signal(&worker->happened);
    while (!worker->orders.first && !worker->ending) pthread_cond_wait(&worker->given, &worker->lock);
    order *given = worker->ending ? NULL : take_first(&worker->orders);
    worker->busy = given != NULL;
    pthread_mutex_unlock(&worker->lock);
    return given;
}

static void *run(void *context)
{
    ts_worker *worker = context;
    for (order *given; (given = next_order(worker)); order_free(given)) work_on(worker, given);
    return NULL;
}

int ts_worker_start(const ts_job *job, ts_worker **out, ts_error *error)
{
    ts_worker *worker = ts_alloc(1, sizeof *worker);
    *out = NULL;
    if (!worker) return ts_no_memory(error, "a worker");
    worker->job = job;
    worker->orders.last = &worker->orders.first;
    worker->answers.last = &worker->answers.first;
    worker->event_end = &worker->event;
    pthread_mutex_init(&worker->lock, NULL);
    pthread_cond_init(&worker->given, NULL);
    pthread_cond_init(&worker->answered, NULL);
    pthread_cond_init(&worker->happened, NULL);
    int failed = pthread_create(&worker->thread, NULL, run, worker);
    if (failed) {
        free(worker);
        return ts_fail(error, TS_FAILED, "no thread could be started: %s", strerror(failed));
    }
    *out = worker;
    return 0;
}

/* Append an order to one of the worker's queues and wake who waits for it. */
static int put(ts_worker *worker, queue *into, pthread_cond_t *wakes, order is, const void *bytes, size_t size,
               ts_error *error)
{
    order *given = ts_alloc(1, sizeof *given);
    if (!given) return ts_no_memory(error, "a task");
    *given = is;
    if (size) ts_strbuf_append(&given->bytes, bytes, size);
    if (ts_strbuf_failed(&given->bytes)) {
        order_free(given);
        return ts_no_memory(error, "a task");
    }
    pthread_mutex_lock(&worker->lock);
    *into->last = given;
    into->last = &given->next;
    pthread_cond_signal(wakes);
    pthread_mutex_unlock(&worker->lock);
    return 0;
}

int ts_worker_give(ts_worker *worker, size_t task, const void *answers, size_t size, ts_error *error)
{
    return put(worker, &worker->orders, &worker->given, (order){.task = task}, answers, size, error);
}

int ts_worker_help(ts_worker *worker, size_t label, const void *part, size_t size, ts_error *error)
{
    return put(worker, &worker->orders, &worker->given, (order){.task = label, .help = true}, part, size, error);
}

int ts_worker_answer(ts_worker *worker, const void *answer, size_t size, ts_error *error)
{
    return put(worker, &worker->answers, &worker->answered, (order){0}, answer, size, error);
}

void ts_worker_spare(ts_worker *worker, int ranks)
{
    pthread_mutex_lock(&worker->lock);
    worker->spare = ranks;
    pthread_mutex_unlock(&worker->lock);
}

ts_event *ts_worker_event(ts_worker *worker)
{
    pthread_mutex_lock(&worker->lock);
    ts_event *event = worker->event;
    if (event) worker->event = event->next;
    if (!worker->event) worker->event_end = &worker->event;
    pthread_mutex_unlock(&worker->lock);
    return event;
}

void ts_event_free(ts_event *event)
{
    ts_strbuf_clear(&event->bytes);
    free(event);
}

void ts_worker_wait(ts_worker *worker, double seconds)
{
    struct timespec until;
    ts_clock_deadline(seconds, &until);
    pthread_mutex_lock(&worker->lock);
    if (!worker->event) pthread_cond_timedwait(&worker->happened, &worker->lock, &until);
    pthread_mutex_unlock(&worker->lock);
}

void ts_worker_stop(ts_worker *worker)
{
    queue dropped = {.last = NULL};
    pthread_mutex_lock(&worker->lock);
    worker->stopping = true;
    dropped.first = worker->orders.first;
    worker->orders = (queue){.last = &worker->orders.first};
    pthread_cond_signal(&worker->answered);
    pthread_mutex_unlock(&worker->lock);
    for (order *next; dropped.first; dropped.first = next) {
        next = dropped.first->next;
        order_free(dropped.first);
    }
}

bool ts_worker_idle(ts_worker *worker)
{
    pthread_mutex_lock(&worker->lock);
    bool idle = !worker->busy && !worker->orders.first;
    pthread_mutex_unlock(&worker->lock);
    return idle;
}

bool ts_worker_failed(ts_worker *worker)
{
    pthread_mutex_lock(&worker->lock);
    bool failed = worker->out_of_memory;
    pthread_mutex_unlock(&worker->lock);
    return failed;
}

void ts_worker_free(ts_worker *worker)
{
    if (!worker) return;
    ts_worker_stop(worker);
    pthread_mutex_lock(&worker->lock);
    worker->ending = true;
    pthread_cond_signal(&worker->given);
    pthread_mutex_unlock(&worker->lock);
    pthread_join(worker->thread, NULL);
    for (ts_event *event; (event = ts_worker_event(worker));) ts_event_free(event);
    for (order *answer; (answer = take_first(&worker->answers));) order_free(answer);
    free(worker);
}

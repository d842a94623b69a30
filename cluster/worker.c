#define _GNU_SOURCE
#include "cluster/worker.h"

#include "common/clock.h"
#include "common/memory.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Answers are handed on so often; a task that is done before is worked on anew after a break. */
static const double answers_every = 0.1;

typedef struct order {
    size_t task;
    ts_strbuf answers;
    struct order *next;
} order;

struct ts_worker {
    const ts_job *job;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t given, happened;
    order *first, **last;
    ts_event *event, **event_end;
    bool busy, stopping, ending, out_of_memory;
};

struct ts_work {
    ts_worker *worker;
    size_t task;
    ts_strbuf answers; /* not handed on yet */
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
    ts_strbuf_append(&work->answers, bytes, size);
    if (stop || ts_clock_seconds() - work->handed_on >= answers_every) {
        emit(work->worker, TS_EVENT_ANSWERED, work->task, &work->answers);
        work->handed_on = ts_clock_seconds();
    }
    return stop ? ts_fail(error, TS_RUN_AGAIN, "stopped") : 0;
}

static void work_on(ts_worker *worker, order *given)
{
    ts_work work = {.worker = worker, .task = given->task, .handed_on = ts_clock_seconds()};
    ts_strbuf result = {0};
    ts_error why = {0};
    const ts_reader earlier = {.at = (const unsigned char *)given->answers.text, .left = given->answers.length};
    int status = worker->job->work(worker->job->context, given->task, &work, earlier, &result, &why);
    if (status && why.code != TS_RUN_AGAIN) {
        ts_strbuf_reset(&result);
        ts_put_u64(&result, (uint64_t)why.code);
        ts_put_text(&result, why.text);
    }
    emit(worker,
         !status                    ? TS_EVENT_FINISHED
         : why.code == TS_RUN_AGAIN ? TS_EVENT_STOPPED
                                    : TS_EVENT_FAILED,
         given->task, &result);
    ts_strbuf_clear(&work.answers);
}

static void order_free(order *given)
{
    if (given) ts_strbuf_clear(&given->answers);
    free(given);
}

static order *next_order(ts_worker *worker)
{
    pthread_mutex_lock(&worker->lock);
    worker->busy = false;
    pthread_cond_signal(&worker->happened);
    while (!worker->first && !worker->ending) pthread_cond_wait(&worker->given, &worker->lock);
    order *given = worker->ending ? NULL : worker->first;
    if (given) {
        worker->first = given->next;
        if (!worker->first) worker->last = &worker->first;
        worker->busy = true;
    }
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
    worker->last = &worker->first;
    worker->event_end = &worker->event;
    pthread_mutex_init(&worker->lock, NULL);
    pthread_cond_init(&worker->given, NULL);
    pthread_cond_init(&worker->happened, NULL);
    int failed = pthread_create(&worker->thread, NULL, run, worker);
    if (failed) {
        free(worker);
        return ts_fail(error, TS_FAILED, "no thread could be started: %s", strerror(failed));
    }
    *out = worker;
    return 0;
}

int ts_worker_give(ts_worker *worker, size_t task, const void *answers, size_t size, ts_error *error)
{
    order *given = ts_alloc(1, sizeof *given);
    if (!given) return ts_no_memory(error, "a task");
    given->task = task;
    if (size) ts_strbuf_append(&given->answers, answers, size);
    if (ts_strbuf_failed(&given->answers)) {
        order_free(given);
        return ts_no_memory(error, "a task");
    }
    pthread_mutex_lock(&worker->lock);
    *worker->last = given;
    worker->last = &given->next;
    pthread_cond_signal(&worker->given);
    pthread_mutex_unlock(&worker->lock);
    return 0;
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
    clock_gettime(CLOCK_REALTIME, &until);
    long ns = until.tv_nsec + (long)(seconds * 1e9);
    until.tv_sec += ns / 1000000000;
    until.tv_nsec = ns % 1000000000;
    pthread_mutex_lock(&worker->lock);
    if (!worker->event) pthread_cond_timedwait(&worker->happened, &worker->lock, &until);
    pthread_mutex_unlock(&worker->lock);
}

void ts_worker_stop(ts_worker *worker)
{
    pthread_mutex_lock(&worker->lock);
    worker->stopping = true;
    order *dropped = worker->first;
    worker->first = NULL;
    worker->last = &worker->first;
    pthread_mutex_unlock(&worker->lock);
    for (order *next; dropped; dropped = next) {
        next = dropped->next;
        order_free(dropped);
    }
}

bool ts_worker_idle(ts_worker *worker)
{
    pthread_mutex_lock(&worker->lock);
    bool idle = !worker->busy && !worker->first;
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
    free(worker);
}

#define _GNU_SOURCE
#include "common/threads.h"

#include "common/memory.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_THREADS = 4096 };

typedef struct worker {
    ts_threads *threads;
    pthread_t thread;
    int number;
} worker;

struct ts_threads {
    int count;   /* with the caller, who is worker 0 */
    int started; /* workers whose thread runs */
    worker *workers;

    pthread_mutex_t lock; /* guards what follows, save `next` */
    pthread_cond_t begin, done;
    uint64_t round; /* counts the runs, so that a worker knows a new one */
    int busy;       /* workers that have not finished this round */
    bool end;

    void (*job)(void *context, int worker, size_t index);
    void *context;
    size_t jobs;
    atomic_size_t next; /* the next job that nobody has taken */
};

static void take_jobs(ts_threads *threads, int number)
{
    for (;;) {
        size_t index = atomic_fetch_add_explicit(&threads->next, 1, memory_order_relaxed);
        if (index >= threads->jobs) return;
        threads->job(threads->context, number, index);
    }
}

static void *work(void *argument)
{
    worker *self = argument;
    ts_threads *threads = self->threads;
    uint64_t round = 0;
    pthread_mutex_lock(&threads->lock);
    for (;;) {
        while (threads->round == round && !threads->end) pthread_cond_wait(&threads->begin, &threads->lock);
        if (threads->end) break;
        round = threads->round;
        pthread_mutex_unlock(&threads->lock);
        take_jobs(threads, self->number);
        pthread_mutex_lock(&threads->lock);
        if (--threads->busy == 0) pthread_cond_signal(&threads->done);
    }
    pthread_mutex_unlock(&threads->lock);
    return NULL;
}

ts_threads *ts_threads_new(int count, ts_error *error)
{
    if (count < 1 || count > MOST_THREADS) {
        ts_fail(error, TS_USAGE, "%d threads: expected 1 to %d", count, MOST_THREADS);
        return NULL;
    }
    ts_threads *threads = ts_alloc(1, sizeof *threads);
    worker *workers = ts_alloc((size_t)count, sizeof *workers);
    if (!threads || !workers) {
        free(threads);
        free(workers);
        ts_no_memory(error, "threads");
        return NULL;
    }
    threads->count = count;
    threads->workers = workers;
    pthread_mutex_init(&threads->lock, NULL);
    pthread_cond_init(&threads->begin, NULL);
    pthread_cond_init(&threads->done, NULL);
    for (int i = 1; i < count; i++) {
        workers[i] = (worker){.threads = threads, .number = i};
        int status = pthread_create(&workers[i].thread, NULL, work, &workers[i]);
        if (status) {
            ts_fail(error, TS_FAILED, "thread %d of %d could not be started: %s", i + 1, count, strerror(status));
            ts_threads_free(threads);
            return NULL;
        }
        threads->started++;
    }
    return threads;
}

void ts_threads_free(ts_threads *threads)
{
    if (!threads) return;
    pthread_mutex_lock(&threads->lock);
    threads->end = true;
    pthread_cond_broadcast(&threads->begin);
    pthread_mutex_unlock(&threads->lock);
    for (int i = 1; i <= threads->started; i++) pthread_join(threads->workers[i].thread, NULL);
    pthread_cond_destroy(&threads->done);
    pthread_cond_destroy(&threads->begin);
    pthread_mutex_destroy(&threads->lock);
    free(threads->workers);
    free(threads);
}

int ts_threads_count(const ts_threads *threads) { return threads->count; }

void ts_threads_run(ts_threads *threads, size_t jobs, void (*job)(void *context, int worker, size_t index),
                    void *context)
{
    pthread_mutex_lock(&threads->lock);
    threads->job = job;
    threads->context = context;
    threads->jobs = jobs;
    threads->busy = threads->started;
    threads->round++;
    atomic_store_explicit(&threads->next, 0, memory_order_relaxed);
    if (threads->started) pthread_cond_broadcast(&threads->begin);
    pthread_mutex_unlock(&threads->lock);
    take_jobs(threads, 0);
    pthread_mutex_lock(&threads->lock);
    while (threads->busy) pthread_cond_wait(&threads->done, &threads->lock);
    pthread_mutex_unlock(&threads->lock);
}

/* Sending what an outlet has not sent yet: new candles first, then what the store holds. The lock is never held while
 * the other system is waited for or the store is read. */
#define _GNU_SOURCE
#include "common/clock.h"
#include "data/outlet/outlet_internal.h"

static const double save_seconds = 1; /* between two savings of the file; what was sent since is sent again */

static const double first_pause = 0.5, usual_pause = 60, longest_pause = 600;

/* The part of a series that is read from the store at once. */
typedef struct task {
    ts_sent_series *series;
    bool tail; /* from until_ms on; otherwise the first range that is to be sent again */
    int64_t from_ms, to_ms;
    uint64_t offers, changes; /* of the series before the store is read */
} task;

static double pause_after(unsigned failures, double asked)
{
    if (asked > 0) return asked < longest_pause ? asked : longest_pause;
    double pause = first_pause * (double)(1U << (failures < 7 ? failures : 7));
    return pause < usual_pause ? pause : usual_pause;
}

static int send(ts_outlet *outlet, size_t count, ts_error *error)
{
    ts_outlet_answer answer = {0};
    int status = outlet->setup.kind->send(outlet->setup.sink, outlet->batch, count, &answer, error);
    pthread_mutex_lock(&outlet->lock);
    ts_outlet_state *state = &outlet->state;
    if (!status) {
        state->batches++;
        state->sent += count - answer.skipped;
        state->skipped += answer.skipped;
        outlet->in_a_row = 0;
        state->pause_seconds = 0;
    } else {
        state->failures++;
        state->pause_seconds = pause_after(outlet->in_a_row++, answer.retry_seconds);
    }
    pthread_mutex_unlock(&outlet->lock);
    return status;
}

static int save_in_time(ts_outlet *outlet, bool now, ts_error *error)
{
    int status = 0;
    pthread_mutex_lock(&outlet->lock);
    if (outlet->unsaved && (now || ts_clock_seconds() - outlet->saved >= save_seconds))
        status = ts_outlet_save(outlet, error);
    pthread_mutex_unlock(&outlet->lock);
    return status;
}

static size_t copy_queue(ts_outlet *outlet)
{
    pthread_mutex_lock(&outlet->lock);
    size_t count = outlet->count < outlet->setup.kind->batch ? outlet->count : outlet->setup.kind->batch;
    for (size_t i = 0; i < count; i++) outlet->batch[i] = outlet->queue[(outlet->first + i) % TS_OUTLET_QUEUE];
    pthread_mutex_unlock(&outlet->lock);
    return count;
}

/* The series whose rows the queue held are behind meanwhile when others of them did not fit; they are then read from
 * where these end. */
static void drop_from_queue(ts_outlet *outlet, size_t count)
{
    ts_error unseen = {0}; /* all are there */
    pthread_mutex_lock(&outlet->lock);
    for (size_t i = 0; i < count; i++) {
        const ts_outlet_row *row = &outlet->batch[i];
        ts_sent_series *series = ts_sent_find(&outlet->sent, row->series, 0, &unseen);
        if (series && row->candle.time >= series->until_ms) series->until_ms = row->candle.time + 1;
    }
    outlet->first = (outlet->first + count) % TS_OUTLET_QUEUE;
    outlet->count -= count;
    outlet->unsaved = true;
    pthread_mutex_unlock(&outlet->lock);
}

static int send_queue(ts_outlet *outlet, ts_error *error)
{
    for (size_t count; (count = copy_queue(outlet)) > 0;) {
        if (send(outlet, count, error)) return -1;
        drop_from_queue(outlet, count);
        if (save_in_time(outlet, false, error)) return -1;
    }
    return 0;
}

/* What is to be read from the store next. */
static bool find_task(ts_outlet *outlet, task *found)
{
    bool there = false;
    pthread_mutex_lock(&outlet->lock);
    for (size_t i = 0; i < outlet->sent.count && !there; i++) {
        ts_sent_series *series = outlet->sent.series[i];
        bool again = series->again.count && !series->held;
        if (series->broken || !(series->behind || again)) continue;
        *found = (task){series, !again, series->until_ms, INT64_MAX, series->offers, series->changes};
        if (again) found->from_ms = series->again.range[0].from_ms, found->to_ms = series->again.range[0].to_ms;
        there = true;
    }
    pthread_mutex_unlock(&outlet->lock);
    return there;
}

/* Everything of the task before `until_ms` has been sent. A range that changed since it was read stays. */
static void advance(ts_outlet *outlet, task *done, int64_t until_ms)
{
    ts_sent_series *series = done->series;
    pthread_mutex_lock(&outlet->lock);
    if (done->tail && until_ms > series->until_ms) series->until_ms = until_ms;
    else if (!done->tail && series->changes == done->changes) ts_again_shorten(&series->again, done->from_ms, until_ms);
    if (!done->tail) done->from_ms = until_ms;
    outlet->unsaved = true;
    pthread_mutex_unlock(&outlet->lock);
}

static void finish(ts_outlet *outlet, task *done)
{
    if (!done->tail) {
        advance(outlet, done, done->to_ms);
        return;
    }
    pthread_mutex_lock(&outlet->lock);
    if (done->series->offers == done->offers) done->series->behind = false;
    pthread_mutex_unlock(&outlet->lock);
}

static size_t fill_batch(ts_outlet *outlet, const ts_sent_series *series, const ts_series *rows, size_t from)
{
    size_t count = 0;
    for (; count < outlet->setup.kind->batch && from + count < rows->bars; count++)
        outlet->batch[count] = (ts_outlet_row){&series->key, ts_series_candle(rows, from + count), NULL};
    return count;
}

static int still_time(double deadline, ts_error *error)
{
    if (ts_clock_seconds() < deadline) return 0;
    return ts_fail(error, TS_RUN_AGAIN, "not everything is sent yet");
}

static int send_rows(ts_outlet *outlet, task *now, const ts_series *rows, double deadline, ts_error *error)
{
    for (size_t bar = 0; bar < rows->bars;) {
        size_t count = fill_batch(outlet, now->series, rows, bar);
        if (still_time(deadline, error) || send(outlet, count, error)) return -1;
        bar += count;
        advance(outlet, now, rows->time[bar - 1] + 1);
        if (save_in_time(outlet, false, error) || send_queue(outlet, error)) return -1;
    }
    finish(outlet, now);
    return 0;
}

static void set_broken(ts_outlet *outlet, ts_sent_series *series, bool broken)
{
    pthread_mutex_lock(&outlet->lock);
    series->broken = broken;
    pthread_mutex_unlock(&outlet->lock);
}

/* What was queued before the task was found goes first: it may hold candles as they were before they changed. */
static int send_task(ts_outlet *outlet, task *now, double deadline, ts_error *unread, ts_error *error)
{
    ts_series rows = {0};
    int status = 0;
    if (send_queue(outlet, error)) return -1;
    if (outlet->setup.read(outlet->setup.context, &now->series->key, now->from_ms, now->to_ms, &rows, unread))
        set_broken(outlet, now->series, true);
    else status = send_rows(outlet, now, &rows, deadline, error);
    ts_series_clear(&rows);
    return status;
}

static void try_broken_again(ts_outlet *outlet)
{
    pthread_mutex_lock(&outlet->lock);
    for (size_t i = 0; i < outlet->sent.count; i++) outlet->sent.series[i]->broken = false;
    pthread_mutex_unlock(&outlet->lock);
}

int ts_outlet_drain(ts_outlet *outlet, double seconds, ts_error *error)
{
    task now;
    ts_error unread = {0};
    double deadline = ts_clock_seconds() + seconds;
    try_broken_again(outlet);
    int status = 0;
    while (!status && find_task(outlet, &now)) {
        status = still_time(deadline, error);
        if (!status) status = send_task(outlet, &now, deadline, &unread, error);
    }
    if (!status) status = send_queue(outlet, error);
    if (save_in_time(outlet, true, error)) status = -1;
    if (status || !unread.code) return status;
    return ts_fail(error, unread.code, "%s", unread.text);
}

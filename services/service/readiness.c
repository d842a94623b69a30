#define _GNU_SOURCE
#include "services/service/readiness.h"

#include "common/clock.h"
#include "common/secret.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

enum { MOST = 16 };
static const double period_seconds = 1, stale_seconds = 10, hang_seconds = 3;

typedef struct outcome {
    ts_error error;
    double at; /* monotonic seconds; 0: not looked at yet */
} outcome;

static struct {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_t thread;
    const ts_ready_check *checks;
    void *settings;
    outcome outcome[MOST];
    bool running, stopping, checking;
    atomic_bool opened;
} state = {.lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER};

void ts_readiness_opened(void)
{
    pthread_mutex_lock(&state.lock);
    atomic_store(&state.opened, true);
    pthread_cond_broadcast(&state.wake);
    pthread_mutex_unlock(&state.lock);
}

/* Called under the lock: wait until somebody signals, at most so long. */
static void wait_for(double seconds)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += (time_t)seconds;
    pthread_cond_timedwait(&state.wake, &state.lock, &until);
}

/* Called and returns under the lock. */
static void look(size_t i)
{
    outcome now = {0};
    state.checking = true;
    pthread_mutex_unlock(&state.lock);
    if (state.checks[i].check(state.settings, &now.error) && !now.error.code) ts_fail(&now.error, TS_FAILED, "failed");
    now.at = ts_clock_seconds();
    ts_secret_blank_text(now.error.text, sizeof now.error.text);
    pthread_mutex_lock(&state.lock);
    state.checking = false;
    pthread_cond_broadcast(&state.wake);
    state.outcome[i] = now;
}

static void *look_again_and_again(void *unused)
{
    pthread_mutex_lock(&state.lock);
    while (!state.stopping) {
        for (size_t i = 0; state.checks[i].name && !state.stopping; i++)
            if (atomic_load(&state.opened)) look(i);
        if (!state.stopping) wait_for(period_seconds);
    }
    pthread_mutex_unlock(&state.lock);
    return unused;
}

int ts_readiness_open(const ts_ready_check *checks, void *settings, ts_error *error)
{
    static const ts_ready_check none[] = {{0}};
    size_t count = 0;
    state.checks = checks ? checks : none;
    state.settings = settings;
    while (state.checks[count].name) count++;
    if (count > MOST) return ts_fail(error, TS_FAILED, "more than %d checks of readiness", MOST);
    state.running = !pthread_create(&state.thread, NULL, look_again_and_again, NULL);
    return state.running ? 0 : ts_fail(error, TS_FAILED, "no thread for checks of readiness");
}

bool ts_readiness_close(void)
{
    if (!state.running) return true;
    double give_up = ts_clock_seconds() + hang_seconds;
    pthread_mutex_lock(&state.lock);
    state.stopping = true;
    pthread_cond_broadcast(&state.wake);
    while (state.checking && ts_clock_seconds() < give_up) wait_for(1);
    bool hangs = state.checking;
    pthread_mutex_unlock(&state.lock);
    if (hangs) pthread_detach(state.thread);
    else pthread_join(state.thread, NULL);
    state.running = false;
    return !hangs;
}

static bool put_check(ts_json *json, const char *name, const char *failure)
{
    ts_json_object(json, name);
    ts_json_text(json, "status", failure ? "fail" : "ok");
    if (failure) ts_json_text(json, "error", failure);
    ts_json_object_end(json);
    return !failure;
}

static const char *failure_of(const outcome *o)
{
    if (o->at == 0) return "not looked at yet";
    if (ts_clock_seconds() - o->at > stale_seconds) return "the check does not come back";
    return o->error.code ? o->error.text : NULL;
}

bool ts_readiness_json(ts_json *json)
{
    ts_json checks = {.depth = 1, .first = true};
    bool opened = atomic_load(&state.opened), stopping = ts_service_stopping();
    bool ready = put_check(&checks, "service", stopping ? "stopping" : opened ? NULL : "starting");
    pthread_mutex_lock(&state.lock);
    for (size_t i = 0; state.running && state.checks[i].name; i++)
        ready = put_check(&checks, state.checks[i].name, failure_of(&state.outcome[i])) && ready;
    pthread_mutex_unlock(&state.lock);
    ts_strbuf_printf(&json->out, "{\"status\": \"%s\", \"checks\": {%s}}\n", ready ? "ok" : "fail", checks.out.text);
    ts_strbuf_clear(&checks.out);
    return ready;
}

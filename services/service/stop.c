#define _GNU_SOURCE
#include "services/service/stop.h"

#include "common/clock.h"
#include "common/log.h"
#include "services/service/service.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SIGNALLED = 128 }; /* what a shell adds to the number of the signal that ended a program */

static atomic_bool stopping;
static int ends[2] = {-1, -1}; /* a pipe: its writing end is closed when it is time to stop */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static double drain;

bool ts_service_stopping(void) { return atomic_load(&stopping); }

int ts_service_stop_file(void) { return ends[0]; }

void ts_stop_ask(void)
{
    pthread_mutex_lock(&lock);
    if (!atomic_exchange(&stopping, true) && ends[1] >= 0) {
        close(ends[1]);
        ends[1] = -1;
    }
    pthread_mutex_unlock(&lock);
}

bool ts_service_wait(double seconds)
{
    struct pollfd file = {.fd = ends[0], .events = POLLIN};
    double until = ts_clock_seconds() + seconds;
    while (!ts_service_stopping()) {
        double left = until - ts_clock_seconds();
        if (left <= 0) break;
        poll(&file, 1, left > 3600 ? 3600000 : (int)(left * 1000) + 1);
    }
    return ts_service_stopping();
}

/* The second signal, or the end of patience, ends the process here. */
static void *wait_for_signals(void *context)
{
    const sigset_t *signals = context;
    struct timespec patience = {.tv_sec = (time_t)drain, .tv_nsec = (long)((drain - (double)(time_t)drain) * 1e9)};
    int first = 0, second = 0;
    while (sigwait(signals, &first)) continue;
    ts_log_event(TS_LOG_INFO, "asked to stop", TS_TEXT("signal", sigabbrev_np(first)));
    ts_stop_ask();
    do second = sigtimedwait(signals, NULL, &patience);
    while (second < 0 && errno == EINTR);
    if (second < 0) ts_log_error("the work in hand was not finished within %g seconds of the signal", drain);
    else ts_log_error("a second signal: ended at once");
    _exit(second < 0 ? TS_FAILED : SIGNALLED + second);
}

int ts_stop_open(double drain_seconds, ts_error *error)
{
    static sigset_t signals;
    pthread_t thread;
    drain = drain_seconds;
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    if (pipe2(ends, O_CLOEXEC) || pthread_sigmask(SIG_BLOCK, &signals, NULL) ||
        pthread_create(&thread, NULL, wait_for_signals, &signals))
        return ts_fail(error, TS_FAILED, "signals: %s", strerror(errno));
    pthread_detach(thread);
    return 0;
}

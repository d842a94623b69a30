/* Programs that are started: what they are told reaches them, whatever the one that starts them does with signals. */
#define _GNU_SOURCE /* usleep */
#include "common/process.h"

#include "common/clock.h"
#include "tests/temporary.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const double patience = 10;

/* Its code when it ended in time, else -1 and it is killed. */
static int wait_for(pid_t child)
{
    int status;
    for (double until = ts_clock_seconds() + patience; ts_clock_seconds() < until; usleep(5000))
        if (waitpid(child, &status, WNOHANG) == child) return ts_process_code(status);
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    return -1;
}

/* As a service does: SIGTERM and SIGINT are waited for by a thread, SIGPIPE is ignored. */
static void a_child_can_be_told_to_stop(void **state)
{
    (void)state;
    static const int told[] = {SIGTERM, SIGINT, SIGPIPE, SIGUSR1, SIGUSR2};
    const char *const words[] = {"sleep", "60", NULL};
    sigset_t blocked, before;
    sigfillset(&blocked);
    pthread_sigmask(SIG_BLOCK, &blocked, &before);
    signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        ts_error error = {0};
        pid_t child;
        if (ts_process_start(words, ts_temporary("log"), &child, &error)) fail_msg("%s", error.text);
        kill(child, told[i]);
        assert_int_equal(wait_for(child), 128 + told[i]);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void what_is_not_there_is_not_available(void **state)
{
    (void)state;
    const char *const words[] = {"no-such-program-of-tradestream", NULL};
    ts_error error = {0};
    pid_t child;
    assert_int_equal(ts_process_start(words, ts_temporary("log"), &child, &error), -1);
    assert_int_equal(error.code, TS_UNAVAILABLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_child_can_be_told_to_stop),
                                       cmocka_unit_test(what_is_not_there_is_not_available)};
    return cmocka_run_group_tests(tests, ts_temporary_make, ts_temporary_remove);
}

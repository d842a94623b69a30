/* The ranks of a job: this program starts itself under mpirun, as the ranks of each scenario below. */
#define _GNU_SOURCE
#include "cluster/comm.h"
#include "common/clock.h"
#include "tests/shell.h"
#include "tests/temporary.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static void wrong(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
static void wrong(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("wrong: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(1);
}

/* What a rank does in a scenario; `error` is told when it returns -1. */
static void nap(void) { nanosleep(&(struct timespec){0, 1000000}, NULL); }

static ts_message next_message(ts_comm *comm)
{
    ts_error error = {0};
    ts_message message;
    for (;;) {
        int got = ts_comm_receive(comm, &message, &error);
        if (got < 0) wrong("%s", error.text);
        if (got) return message;
        nap();
    }
}

static void send_to(ts_comm *comm, int to, int tag, const void *bytes, size_t size)
{
    ts_error error = {0};
    if (ts_comm_send(comm, to, tag, bytes, size, &error)) wrong("%s", error.text);
}

/* Every rank sends numbered messages of changing sizes and tags to every rank, itself included. */
static void order(ts_comm *comm)
{
    enum { COUNT = 500 };
    static uint32_t words[20000], expected[64];
    int size = ts_comm_size(comm);
    for (uint32_t i = 0; i < COUNT; i++)
        for (int to = 0; to < size; to++) {
            words[0] = i;
            send_to(comm, to, (int)(i % 7), words, 4 * (1 + i * 7919 % 20000));
        }
    for (int left = COUNT * size; left; left--) {
        ts_message message = next_message(comm);
        uint32_t number;
        memcpy(&number, message.bytes, 4);
        uint32_t want = expected[message.from]++;
        if (number != want) wrong("message %u of rank %d came as its %u", number, message.from, want);
        if (message.tag != (int)(number % 7)) wrong("message %u has tag %d", number, message.tag);
        if (message.size != 4 * (1 + number * 7919 % 20000)) wrong("message %u has %zu bytes", number, message.size);
    }
}

static const struct {
    const char *name;
    void (*run)(ts_comm *comm);
} scenario[] = {{"order", order}};

static int rank_main(const char *name)
{
    ts_error error = {0};
    ts_comm *comm;
    if (ts_comm_open(&comm, &error)) wrong("%s", error.text);
    for (size_t i = 0; i < sizeof scenario / sizeof *scenario; i++)
        if (!strcmp(scenario[i].name, name)) scenario[i].run(comm);
    ts_comm_close(comm);
    return 0;
}

static char program[4096];
static void messages_keep_their_order(void **state)
{
    (void)state;
    for (int ranks = 1; ranks <= 4; ranks++) {
        int code = shell("OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 mpirun --oversubscribe "
                         "--bind-to none -np %d '%s' order",
                         ranks, program);
        shell_expect(code, 0, "");
    }
}

int main(int argc, char **argv)
{
    if (argc == 2) return rank_main(argv[1]);
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length < 0) return 1;
    const struct CMUnitTest tests[] = {cmocka_unit_test(messages_keep_their_order)};
    return cmocka_run_group_tests(tests, ts_temporary_make, ts_temporary_remove);
}

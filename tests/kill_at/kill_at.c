/* Preloaded into a program: it dies, as by kill -9, at its Nth durable call, N being in the environment as KILL_AT: of
 * files (fsync, fdatasync, rename, unlink), of the database (what is sent to it), of Kafka (flush, commit). With
 * KILL_AT_PROGRAM only the program of that name does. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static void count(void)
{
    static atomic_int calls;
    const char *text = getenv("KILL_AT"), *program = getenv("KILL_AT_PROGRAM");
    if (!text || (program && strcmp(program, program_invocation_short_name) != 0)) return;
    if (atomic_fetch_add(&calls, 1) + 1 == (int)strtol(text, NULL, 10)) kill(getpid(), SIGKILL);
}

/* Count, then do what was asked for. */
#define COUNTED(result, name, parameters, arguments)                                                                   \
    result name parameters;                                                                                            \
    result name parameters                                                                                             \
    {                                                                                                                  \
        union {                                                                                                        \
            void *found;                                                                                               \
            result(*call) parameters;                                                                                  \
        } real = {dlsym(RTLD_NEXT, #name)};                                                                            \
        count();                                                                                                       \
        return real.call arguments;                                                                                    \
    }

COUNTED(int, fsync, (int file), (file))
COUNTED(int, fdatasync, (int file), (file))
COUNTED(int, unlink, (const char *path), (path))
COUNTED(int, rename, (const char *from, const char *to), (from, to))
COUNTED(ssize_t, send, (int socket, const void *bytes, size_t size, int flags), (socket, bytes, size, flags))
COUNTED(int, rd_kafka_flush, (void *kafka, int patience_ms), (kafka, patience_ms))
COUNTED(int, rd_kafka_commit, (void *kafka, const void *offsets, int later), (kafka, offsets, later))

#define _GNU_SOURCE
#include "tests/comm_scenarios.h"

#include "cluster/comm.h"
#include "common/clock.h"

#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

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

static void nap(double seconds)
{
    nanosleep(&(struct timespec){(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)}, NULL);
}

/* The next message, asked for every so many seconds. */
static ts_message next_message_by(ts_comm *comm, double pause)
{
    ts_error error = {0};
    ts_message message;
    for (;;) {
        int got = ts_comm_receive(comm, &message, &error);
        if (got < 0) wrong("%s", error.text);
        if (got) return message;
        nap(pause);
    }
}

static ts_message next_message(ts_comm *comm) { return next_message_by(comm, 0.001); }

static void send_to(ts_comm *comm, int to, int tag, const void *bytes, size_t size)
{
    ts_error error = {0};
    if (ts_comm_send(comm, to, tag, bytes, size, &error)) wrong("%s", error.text);
}

static unsigned char *pattern(size_t size, uint32_t seed)
{
    unsigned char *bytes = malloc(size + 1);
    if (!bytes) wrong("no memory");
    for (size_t i = 0; i < size; i++) bytes[i] = (unsigned char)((i * 2654435761u + seed) >> 13);
    return bytes;
}

static void expect_pattern(const unsigned char *bytes, size_t size, uint32_t seed)
{
    unsigned char *want = pattern(size, seed);
    if (size && memcmp(bytes, want, size)) wrong("the %zu bytes are others", size);
    free(want);
}

/* Every rank sends numbered messages of changing sizes and tags to every rank, itself included. */
static void order(ts_comm *comm)
{
    enum { COUNT = 300, WORDS = 20000 };
    static uint32_t words[WORDS], expected[16];
    int size = ts_comm_size(comm);
    memset(expected, 0, sizeof expected);
    for (uint32_t i = 0; i < COUNT; i++)
        for (int to = 0; to < size; to++) {
            words[0] = i;
            send_to(comm, to, (int)(i % 7), words, 4 * (1 + i * 7919 % WORDS));
        }
    for (int left = COUNT * size; left; left--) {
        ts_message message = next_message(comm);
        uint32_t number, want = expected[message.from]++;
        memcpy(&number, message.bytes, 4);
        if (number != want) wrong("message %u of rank %d came as its %u", number, message.from, want);
        if (message.tag != (int)(number % 7)) wrong("message %u has tag %d", number, message.tag);
        if (message.size != 4 * (1 + number * 7919 % WORDS)) wrong("message %u has %zu bytes", number, message.size);
    }
}

/* A million messages for rank 0, from all others. */
static void flood(ts_comm *comm)
{
    enum { COUNT = 1000000 };
    int size = ts_comm_size(comm), rank = ts_comm_rank(comm), senders = size > 1 ? size - 1 : 1;
    uint64_t sum = 0;
    if (rank || size == 1)
        for (uint64_t i = (uint64_t)(size > 1 ? rank - 1 : 0); i < COUNT; i += (uint64_t)senders)
            send_to(comm, 0, 1, &i, sizeof i);
    for (int left = rank ? 0 : COUNT; left; left--) {
        uint64_t number;
        memcpy(&number, next_message_by(comm, 2e-5).bytes, sizeof number);
        sum += number;
    }
    if (!rank && sum != (uint64_t)COUNT * (COUNT - 1) / 2) wrong("the numbers add up to %llu", (unsigned long long)sum);
}

static void large(ts_comm *comm)
{
    enum { SIZE = 100000000 };
    int last = ts_comm_size(comm) - 1;
    if (ts_comm_rank(comm) == last) {
        unsigned char *bytes = pattern(SIZE, 1);
        send_to(comm, 0, 3, bytes, SIZE);
        free(bytes);
        send_to(comm, 0, 4, NULL, 0);
    }
    if (ts_comm_rank(comm)) return;
    ts_message message = next_message(comm);
    if (message.from != last || message.tag != 3 || message.size != SIZE) wrong("another message came first");
    expect_pattern(message.bytes, SIZE, 1);
    if (next_message(comm).size != 0) wrong("the empty message has bytes");
}

/* Rank 1 sends a large message and then computes: meanwhile rank 0 hears rank 2, and what it has sent to rank 1, which
 * does not receive, keeps nothing from rank 2. */
static void busy(ts_comm *comm)
{
    enum { SIZE = 20000000 };
    unsigned char *bytes = pattern(SIZE, 2);
    if (ts_comm_rank(comm) == 1) {
        send_to(comm, 0, 1, bytes, SIZE);
        nap(1);
        for (int i = 0; i < 100; i++) expect_pattern(next_message(comm).bytes, SIZE / 100, 2);
    } else if (ts_comm_rank(comm) == 2) {
        nap(0.3);
        send_to(comm, 0, 2, bytes, 10);
        if (next_message(comm).size != 20) wrong("rank 2 got another message");
        send_to(comm, 0, 3, bytes, 30);
    } else {
        for (int i = 0; i < 100; i++) send_to(comm, 1, 1, bytes, SIZE / 100);
        send_to(comm, 2, 2, bytes, 20);
        double began = ts_clock_seconds();
        for (int want = 2; want <= 3; want++)
            if (next_message(comm).from != 2) wrong("the rank that computes was heard first");
        if (ts_clock_seconds() - began > 0.9) wrong("a rank that computes held up the others");
        if (next_message(comm).size != SIZE) wrong("the large message is another");
    }
    free(bytes);
}

/* What is sent before closing arrives, also when it is sent to a rank that is closing already: it is dropped there. */
static void closing(ts_comm *comm)
{
    enum { SIZE = 30000000 };
    unsigned char *bytes = pattern(SIZE, 3);
    if (ts_comm_rank(comm)) send_to(comm, 0, 1, bytes, SIZE);
    else {
        nap(0.3);
        for (int to = 1; to < ts_comm_size(comm); to++) send_to(comm, to, 1, bytes, SIZE);
        for (int left = ts_comm_size(comm) - 1; left; left--) expect_pattern(next_message(comm).bytes, SIZE, 3);
    }
    free(bytes);
}

/* Two seconds of asking now and then. Not every millisecond: on a busy virtual machine the sleeps alone take 2 %. */
static void idle(ts_comm *comm)
{
    struct rusage usage;
    ts_error error = {0};
    ts_message message;
    double pause = ts_comm_rank(comm) ? 0.005 : 0.004, began = ts_clock_seconds(), used[2];
    for (int i = 0; i < 2; i++) {
        if (getrusage(RUSAGE_SELF, &usage)) wrong("getrusage");
        used[i] = (double)usage.ru_utime.tv_sec + (double)usage.ru_stime.tv_sec +
                  1e-6 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
        while (!i && ts_clock_seconds() - began < 2) {
            if (ts_comm_receive(comm, &message, &error)) wrong("a message nobody sent; %s", error.text);
            nap(pause);
        }
    }
    double share = (used[1] - used[0]) / (ts_clock_seconds() - began);
    fprintf(stderr, "rank %d, idle: %.2f %% of a core\n", ts_comm_rank(comm), 100 * share);
    if (share >= 0.25)
        wrong("an idle rank took %.1f %% of a core: it spins", 100 * share); /* asleep: 1 to 5, by load */
}

/* The device and inode that the memory at an address belongs to, as /proc writes them; 0 for memory of the process's
 * own. */
static void backing_of(const void *address, char text[64])
{
    char line[4400];
    FILE *maps = fopen("/proc/self/maps", "r");
    if (!maps) wrong("no /proc/self/maps");
    text[0] = '\0';
    while (!text[0] && fgets(line, sizeof line, maps)) {
        unsigned long from, to;
        char device[32], inode[32];
        if (sscanf(line, "%lx-%lx %*s %*s %31s %31s", &from, &to, device, inode) == 4 &&
            (unsigned long)address >= from && (unsigned long)address < to)
            snprintf(text, 64, "%s", strcmp(inode, "0") ? inode : "");
    }
    fclose(maps);
}

/* Where a rank has the shared bytes. */
typedef struct holding {
    char host[64], backing[64];
} holding;

/* Rank 0 asks all: the ranks of one machine must have them at one place. */
static void expect_one_place(ts_comm *comm, const char *backing)
{
    holding mine = {0}, told[16];
    int count = ts_comm_rank(comm) ? 0 : ts_comm_size(comm);
    gethostname(mine.host, sizeof mine.host - 1);
    snprintf(mine.backing, sizeof mine.backing, "%s", backing);
    send_to(comm, 0, 1, &mine, sizeof mine);
    for (int i = 0; i < count; i++) {
        ts_message message = next_message(comm);
        memcpy(&told[i], message.bytes, sizeof *told);
        for (int j = 0; j < i; j++)
            if (!strcmp(told[j].host, told[i].host) && strcmp(told[j].backing, told[i].backing))
                wrong("%s has shared bytes at inode %s and %s", told[i].host, told[j].backing, told[i].backing);
    }
}

/* Share so many bytes; then every machine has one copy, or each rank one of its own when `own` is expected. */
static void share_size(ts_comm *comm, size_t size, bool own)
{
    ts_error error = {0};
    const void *shared = NULL;
    char backing[64];
    unsigned char *bytes = ts_comm_rank(comm) ? NULL : pattern(size, (uint32_t)size);
    if (ts_comm_share(comm, bytes, size, &shared, &error)) wrong("%s", error.text);
    free(bytes);
    if (!shared) wrong("shared bytes are nowhere");
    expect_pattern(shared, size, (uint32_t)size);
    if (!size) return;
    backing_of(shared, backing);
    own = own || ts_comm_local_size(comm) == 1;
    if (own != !backing[0]) wrong("%zu bytes lie in %s, inode %s", size, own ? "a shared file" : "no file", backing);
    expect_one_place(comm, backing);
}

static void share(ts_comm *comm)
{
    static const size_t sizes[] = {0, 1, (64 << 20) + 12345, 0, 4096};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) share_size(comm, sizes[i], false);
}

static void share_little(ts_comm *comm) /* with 64 MiB of shared memory */
{
    share_size(comm, 1 << 20, false);
    share_size(comm, 64 << 20, true);
    share_size(comm, 8 << 20, false);
}

static void share_parts(ts_comm *comm) { share_size(comm, ((size_t)256 << 20) + 4321, false); }

static void refusals(ts_comm *comm)
{
    ts_error error[4] = {0};
    if (!ts_comm_send(comm, ts_comm_size(comm), 1, "", 1, &error[0])) wrong("a rank that is not there was accepted");
    if (!ts_comm_send(comm, -1, 1, "", 1, &error[1])) wrong("rank -1 was accepted");
    if (!ts_comm_send(comm, 0, -1, "", 1, &error[2])) wrong("tag -1 was accepted");
    if (!ts_comm_send(comm, 0, 1, "", (size_t)INT_MAX + 1, &error[3])) wrong("2 GiB were accepted");
    for (int i = 0; i < 4 && !ts_comm_rank(comm); i++) fprintf(stderr, "%s\n", error[i].text);
}

static void place(ts_comm *comm)
{
    fprintf(stderr, "rank %d of %d, %d machines, %d of %d here\n", ts_comm_rank(comm), ts_comm_size(comm),
            ts_comm_nodes(comm), ts_comm_local_rank(comm), ts_comm_local_size(comm));
}

/* Without a launcher nothing of MPI is loaded. */
static void alone(ts_comm *comm)
{
    char line[4400];
    FILE *maps = fopen("/proc/self/maps", "r");
    if (!maps) wrong("no /proc/self/maps");
    while (fgets(line, sizeof line, maps))
        if (strstr(line, "mpi")) wrong("loaded without a launcher: %s", line);
    fclose(maps);
    if (ts_comm_size(comm) != 1) wrong("%d ranks", ts_comm_size(comm));
    order(comm);
    share(comm);
}

static const struct {
    const char *name;
    void (*play)(ts_comm *comm);
} scenarios[] = {{"alone", alone},
                 {"busy", busy},
                 {"closing", closing},
                 {"flood", flood},
                 {"idle", idle},
                 {"large", large},
                 {"order", order},
                 {"place", place},
                 {"refusals", refusals},
                 {"share", share},
                 {"share_little", share_little},
                 {"share_parts", share_parts}};

static bool play(ts_comm *comm, const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof scenarios / sizeof *scenarios; i++)
        if (strlen(scenarios[i].name) == length && !strncmp(scenarios[i].name, name, length)) {
            scenarios[i].play(comm);
            return true;
        }
    return false;
}

int comm_scenarios(const char *names)
{
    ts_error error = {0};
    ts_comm *comm;
    if (ts_comm_open(&comm, &error)) {
        fprintf(stderr, "error: %s\n", error.text);
        return error.code;
    }
    for (size_t length; *names; names += length + (names[length] == '+')) {
        length = strcspn(names, "+");
        if (!play(comm, names, length)) wrong("no scenario %s", names);
        share_size(comm, 0, false); /* all are here before the next */
    }
    ts_comm_close(comm);
    return 0;
}

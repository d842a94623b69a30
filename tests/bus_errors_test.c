/* The bus, when brokers answer with errors of the protocol: those that pass are lived through, those that do not are
 * told. The answers come from librdkafka's mock cluster, tests/mock_kafka/. */
#define _GNU_SOURCE /* setenv, usleep */
#include "data/bus/harvest.h"
#include "data/bus/producer.h"

#include "common/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Numbers of the protocol. */
enum { PRODUCE = 0, OFFSET_COMMIT = 8, HEARTBEAT = 12 };
enum {
    NOT_LEADER = 6,
    REQUEST_TIMED_OUT = 7,
    NOT_ENOUGH_REPLICAS = 19,
    ILLEGAL_GENERATION = 22,
    UNKNOWN_MEMBER = 25,
    REBALANCE_IN_PROGRESS = 27,
    NOT_AUTHORIZED = 29,
    GROUP_NOT_AUTHORIZED = 30,
    OUT_OF_ORDER_SEQUENCE_NUMBER = 45,
    INVALID_PRODUCER_EPOCH = 47
};
enum { RECORDS = 200 };

static FILE *to_mock, *from_mock;
static pid_t mock;
static ts_bus_config config;

static void start_mock(void)
{
    int commands[2], answers[2];
    assert_int_equal(pipe(commands) + pipe(answers), 0);
    mock = fork();
    if (mock == 0) {
        dup2(commands[0], 0);
        dup2(answers[1], 1);
        for (int i = 0; i < 2; i++) close(commands[i]), close(answers[i]);
        execl(TS_BINARY_DIR "/tests/mock_kafka", "mock_kafka", (char *)NULL);
        _exit(127);
    }
    close(commands[0]);
    close(answers[1]);
    to_mock = fdopen(commands[1], "w");
    from_mock = fdopen(answers[0], "r");
}

static int open_mock(void **state)
{
    char address[256];
    ts_error error = {0};
    (void)state;
    start_mock();
    if (!fgets(address, sizeof address, from_mock)) return -1;
    address[strcspn(address, "\n")] = '\0';
    setenv("KAFKA_BOOTSTRAP_SERVERS", address, 1);
    /* A session longer than the 3 s that the mock waits for the members of a new group. */
    const char *const said[] = {"session.timeout.ms=5000", "heartbeat.interval.ms=200", "retry.backoff.ms=50"};
    return ts_bus_config_read(&(ts_texts){(const char **)(uintptr_t)said, 3}, &config, &error);
}

static int close_mock(void **state)
{
    (void)state;
    ts_bus_config_clear(&config);
    fclose(to_mock);
    fclose(from_mock);
    return waitpid(mock, NULL, 0) == mock ? 0 : -1;
}

static void tell(const char *command)
{
    char answer[16] = "";
    fprintf(to_mock, "%s\n", command);
    fflush(to_mock);
    assert_non_null(fgets(answer, sizeof answer, from_mock));
    assert_string_equal(answer, "ok\n");
}

static void make_topic(const char *name)
{
    char command[96];
    snprintf(command, sizeof command, "topic %s 2", name);
    tell(command);
}

static void answer_with(int api, int code, int times)
{
    char command[96];
    snprintf(command, sizeof command, "errors %d %d %d", api, code, times);
    tell(command);
}

static ts_producer *producer(void)
{
    ts_error error = {0};
    ts_producer *made = ts_producer_open(&config, "bus_errors_test", &error);
    if (!made) fail_msg("%s", error.text);
    return made;
}

static ts_consumer *consumer(const char *topic)
{
    ts_error error = {0};
    ts_consumer *made = ts_consumer_open(
        &config, &(ts_consumer_settings){"bus_errors_test", topic, (const char *const[]){topic}, 1, 500}, &error);
    if (!made) fail_msg("%s", error.text);
    return made;
}

static void send_all(ts_producer *with, const char *topic)
{
    for (int i = 0; i < RECORDS; i++) {
        ts_error error = {0};
        char value[16];
        snprintf(value, sizeof value, "%d", i);
        ts_bus_record record = {.topic = topic,
                                .partition = i % 2,
                                .key = value,
                                .key_size = strlen(value),
                                .value = value,
                                .value_size = strlen(value)};
        if (ts_producer_send(with, &record, &error)) fail_msg("%s", error.text);
    }
}

static void send_in_peace(const char *topic)
{
    ts_error error = {0};
    ts_producer *with = producer();
    send_all(with, topic);
    if (ts_producer_flush(with, 30, &error)) fail_msg("%s", error.text);
    ts_producer_close(with);
}

/* All that comes until as many came as were sent, or nothing more does for 3 s after the first. */
static void receive_all(ts_consumer *from, unsigned char seen[RECORDS])
{
    int count = 0;
    double until = ts_clock_seconds() + 20;
    while (count < RECORDS && ts_clock_seconds() < until) {
        ts_error error = {0};
        ts_bus_batch batch;
        if (ts_consumer_receive(from, 50, 0.2, &batch, &error)) fail_msg("%s", error.text);
        for (size_t i = 0; i < batch.count; i++) {
            char text[16] = "";
            assert_true(batch.record[i].value_size < sizeof text);
            memcpy(text, batch.record[i].value, batch.record[i].value_size);
            long number = strtol(text, NULL, 10);
            assert_in_range(number, 0, RECORDS - 1);
            seen[number]++;
            count++;
        }
        if (batch.count) until = ts_clock_seconds() + 3;
        ts_bus_batch_clear(&batch);
    }
}

static void receive_some(ts_consumer *from, ts_bus_batch *batch)
{
    ts_error error = {0};
    *batch = (ts_bus_batch){0};
    for (double until = ts_clock_seconds() + 20; !batch->count && ts_clock_seconds() < until;) {
        ts_bus_batch_clear(batch);
        if (ts_consumer_receive(from, 50, 0.5, batch, &error)) fail_msg("%s", error.text);
    }
    assert_true(batch->count > 0);
}

/* Answers that pass, each given three times while records are on their way: all are delivered, and none twice. */
static void what_passes_is_lived_through(void **state)
{
    (void)state;
    static const int answers[] = {NOT_LEADER, REQUEST_TIMED_OUT, NOT_ENOUGH_REPLICAS};
    unsigned char seen[RECORDS] = {0};
    ts_error error = {0};
    make_topic("passes");
    ts_producer *with = producer();
    for (int i = 0; i < 3; i++) answer_with(PRODUCE, answers[i], 3);
    send_all(with, "passes");
    if (ts_producer_flush(with, 30, &error)) fail_msg("%s", error.text);
    assert_int_equal(ts_producer_delivered(with), RECORDS);
    ts_producer_close(with);
    ts_consumer *reader = consumer("passes");
    receive_all(reader, seen);
    for (int i = 0; i < RECORDS; i++) assert_int_equal(seen[i], 1);
    ts_consumer_close(reader);
}

/* Nothing that was refused counts as delivered, and the flush says how many and why. */
static void what_is_refused_is_told(void **state)
{
    (void)state;
    ts_error error = {0};
    unsigned long lost = 0;
    make_topic("refused");
    ts_producer *with = producer();
    answer_with(PRODUCE, NOT_AUTHORIZED, 1);
    send_all(with, "refused");
    assert_int_equal(ts_producer_flush(with, 30, &error), -1);
    answer_with(PRODUCE, 0, 0);
    assert_int_equal(error.code, TS_UNAVAILABLE);
    assert_int_equal(sscanf(error.text, "Kafka did not take %lu records", &lost), 1);
    assert_non_null(strstr(error.text, "authorization failed"));
    assert_true(lost > 0);
    assert_int_equal(ts_producer_delivered(with), RECORDS - lost);
    ts_producer_close(with);
}

/* After errors that an idempotent client cannot live with (librdkafka calls the first fatal), the same records can be
 * sent again: what was told to be lost is all that was. */
static void a_fatal_error_is_told_once(void **state)
{
    (void)state;
    static const int answers[] = {OUT_OF_ORDER_SEQUENCE_NUMBER, INVALID_PRODUCER_EPOCH};
    make_topic("fatal");
    ts_producer *with = producer();
    for (int i = 0; i < 2; i++) {
        ts_error error = {0};
        send_all(with, "fatal");
        if (ts_producer_flush(with, 30, &error)) fail_msg("%s", error.text);
        uint64_t before = ts_producer_delivered(with);
        answer_with(PRODUCE, answers[i], 1);
        send_all(with, "fatal");
        assert_int_equal(ts_producer_flush(with, 30, &error), -1);
        assert_int_equal(error.code, TS_UNAVAILABLE);
        answer_with(PRODUCE, 0, 0);
        assert_true(ts_producer_delivered(with) < before + RECORDS);
        before = ts_producer_delivered(with);
        error = (ts_error){0};
        send_all(with, "fatal");
        if (ts_producer_flush(with, 30, &error)) fail_msg("%d: %s", answers[i], error.text);
        assert_int_equal(ts_producer_delivered(with), before + RECORDS);
    }
    ts_producer_close(with);
}

/* A commit that comes too late for its group is no failure: the records come again, to whoever has the partition. */
static void a_commit_after_a_rebalance_is_lost(void **state)
{
    (void)state;
    static const int answers[] = {ILLEGAL_GENERATION, UNKNOWN_MEMBER, REBALANCE_IN_PROGRESS};
    unsigned char seen[RECORDS] = {0};
    make_topic("late");
    send_in_peace("late");
    ts_consumer *reader = consumer("late");
    ts_bus_batch batch;
    receive_some(reader, &batch);
    for (int i = 0; i < 3; i++) {
        ts_error error = {0};
        size_t lost = 0;
        answer_with(OFFSET_COMMIT, answers[i], 8); /* librdkafka may try again */
        if (ts_consumer_commit(reader, &batch, &lost, &error)) fail_msg("%d: %s", answers[i], error.text);
        assert_int_equal(lost, batch.count);
        answer_with(OFFSET_COMMIT, 0, 0);
    }
    ts_bus_batch_clear(&batch);
    ts_consumer_close(reader);
    ts_consumer *next = consumer("late");
    receive_all(next, seen);
    for (int i = 0; i < RECORDS; i++) assert_int_equal(seen[i], 1);
    ts_consumer_close(next);
}

static void a_commit_that_is_refused_is_told(void **state)
{
    (void)state;
    ts_error error = {0};
    size_t lost;
    make_topic("forbidden");
    send_in_peace("forbidden");
    ts_consumer *reader = consumer("forbidden");
    ts_bus_batch batch;
    receive_some(reader, &batch);
    answer_with(OFFSET_COMMIT, GROUP_NOT_AUTHORIZED, 8);
    assert_int_equal(ts_consumer_commit(reader, &batch, &lost, &error), -1);
    assert_int_equal(error.code, TS_UNAVAILABLE);
    assert_int_equal(lost, 0);
    answer_with(OFFSET_COMMIT, 0, 0);
    if (ts_consumer_commit(reader, &batch, &lost, &(ts_error){0})) fail_msg("it is allowed again");
    /* What an earlier call left in the caller's error is not taken for one of this call. */
    ts_bus_batch_clear(&batch);
    assert_int_equal(ts_consumer_receive(reader, 50, 1, &batch, &error), 0);
    ts_bus_batch_clear(&batch);
    ts_consumer_close(reader);
}

/* The group forgets a member: what it received before is not committed any more, and it goes on by itself. */
static void a_forgotten_member_joins_again(void **state)
{
    (void)state;
    unsigned char seen[RECORDS] = {0};
    ts_error error = {0};
    size_t lost;
    make_topic("forgotten");
    send_in_peace("forgotten");
    ts_consumer *reader = consumer("forgotten");
    ts_bus_batch batch;
    receive_some(reader, &batch);
    answer_with(HEARTBEAT, UNKNOWN_MEMBER, 1);
    for (double until = ts_clock_seconds() + 10; ts_consumer_owns(reader, &batch, 0) && ts_clock_seconds() < until;)
        usleep(20000);
    assert_false(ts_consumer_owns(reader, &batch, 0));
    if (ts_consumer_commit(reader, &batch, &lost, &error)) fail_msg("%s", error.text);
    assert_int_equal(lost, batch.count);
    ts_bus_batch_clear(&batch);
    receive_all(reader, seen);
    for (int i = 0; i < RECORDS; i++) assert_int_equal(seen[i], 1);
    ts_consumer_close(reader);
}

static bool forget_after_a_second(void)
{
    static double began;
    static bool done;
    if (began == 0) began = ts_clock_seconds();
    if (!done && ts_clock_seconds() - began > 1) {
        answer_with(HEARTBEAT, UNKNOWN_MEMBER, 1);
        done = true;
    }
    return false;
}

/* A member that loses its place while it gathers receives everything anew: the harvest has each record once, those of
 * a partition in the order of their offsets. */
static void a_harvest_has_nothing_of_a_place_that_was_lost(void **state)
{
    (void)state;
    int64_t last[2] = {-1, -1};
    ts_error error = {0};
    make_topic("harvest");
    send_in_peace("harvest");
    ts_consumer *reader = consumer("harvest");
    while (ts_consumer_ready(reader, &(ts_error){0})) usleep(20000);
    const ts_bus_patience patience = {
        .most = 2 * RECORDS, .first = 20, .linger = 12, .stopping = forget_after_a_second};
    ts_bus_harvest h;
    if (ts_bus_harvest_gather(reader, &patience, &h, &error)) fail_msg("%s", error.text);
    for (size_t i = 0; i < h.records; i++) {
        const ts_bus_record *record = h.record[i];
        assert_in_range(record->partition, 0, 1);
        assert_true(record->offset > last[record->partition]);
        last[record->partition] = record->offset;
    }
    assert_int_equal(h.records, RECORDS);
    if (ts_bus_harvest_commit(reader, &h, &error)) fail_msg("%s", error.text);
    ts_bus_harvest_clear(&h);
    ts_consumer_close(reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_passes_is_lived_through),
        cmocka_unit_test(what_is_refused_is_told),
        cmocka_unit_test(a_fatal_error_is_told_once),
        cmocka_unit_test(a_commit_after_a_rebalance_is_lost),
        cmocka_unit_test(a_commit_that_is_refused_is_told),
        cmocka_unit_test(a_forgotten_member_joins_again),
        cmocka_unit_test(a_harvest_has_nothing_of_a_place_that_was_lost),
    };
    return cmocka_run_group_tests(tests, open_mock, close_mock);
}

/* The bus against a real broker, which tests/stack/kafka starts in a temporary folder: what is acknowledged is there
 * once, whoever is killed; what was committed is not received again; long work costs no membership. */
#define _GNU_SOURCE /* setenv, usleep */
#include "data/bus/consumer.h"
#include "data/bus/producer.h"
#include "data/bus/topics.h"

#include "common/clock.h"
#include "common/memory.h"
#include "common/philox.h"
#include "common/secret.h"
#include "tests/broker.h"

#include <inttypes.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static ts_bus_config config;

static int open_config(void **state)
{
    ts_error error = {0};
    const char *const said[] = {"session.timeout.ms=1500", "heartbeat.interval.ms=300", "reconnect.backoff.max.ms=500"};
    if (broker_open(state)) return -1;
    if (!broker_is_there()) return 0;
    return ts_bus_config_read(&(ts_texts){(const char **)(uintptr_t)said, 3}, &config, &error);
}

static int close_config(void **state)
{
    ts_bus_config_clear(&config);
    return broker_close(state);
}

static void make_topic(const char *name, int partitions)
{
    ts_error error = {0};
    bool existed[2];
    char dead[64];
    snprintf(dead, sizeof dead, "%s.dlq", name);
    const ts_topic topics[] = {{name, partitions, 86400000, 4 << 20}, {dead, 1, 86400000, 5 << 20}};
    if (ts_topics_create(&config, topics, 2, existed, &error)) fail_msg("%s", error.text);
    assert_false(existed[0]);
}

static ts_producer *producer(void)
{
    ts_error error = {0};
    ts_producer *made = ts_producer_open(&config, "bus_test", &error);
    if (!made) fail_msg("%s", error.text);
    return made;
}

static ts_consumer *consumer(const char *topic, const char *group)
{
    ts_error error = {0};
    ts_consumer *made = ts_consumer_open(
        &config, &(ts_consumer_settings){"bus_test", group, (const char *const[]){topic}, 1, 200}, &error);
    if (!made) fail_msg("%s", error.text);
    return made;
}

static int send_number(ts_producer *to, const char *topic, int number, ts_error *error)
{
    char key[16], value[200];
    snprintf(key, sizeof key, "K%d-USD", number % 16);
    snprintf(value, sizeof value, "{\"number\": %d, \"padding\": \"%0120d\"}", number, number);
    ts_bus_record record = {.topic = topic,
                            .partition = -1,
                            .key = key,
                            .key_size = strlen(key),
                            .value = value,
                            .value_size = strlen(value)};
    ts_bus_record_header(&record, "content-type", "application/json");
    ts_bus_record_header(&record, "message-id", key);
    return ts_producer_send(to, &record, error);
}

static void send_numbers(const char *topic, int from, int to)
{
    ts_error error = {0};
    ts_producer *with = producer();
    for (int i = from; i < to; i++)
        if (send_number(with, topic, i, &error)) fail_msg("%s", error.text);
    if (ts_producer_flush(with, 60, &error)) fail_msg("%s", error.text);
    assert_int_equal(ts_producer_delivered(with), to - from);
    ts_producer_close(with);
}

static int number_of(const ts_bus_record *record)
{
    int number = -1;
    assert_true(record->value_size > 12);
    sscanf((const char *)record->value + 11, "%d", &number);
    return number;
}

enum { NUMBERS_MOST = 20000 };

/* Receive until `wanted` different numbers came or nothing more does; seen[i] counts how often. Returns how many. */
static int receive_numbers(ts_consumer *from, int wanted, bool commit, unsigned char *seen)
{
    ts_error error = {0};
    int different = 0;
    double last = ts_clock_seconds();
    while (different < wanted && ts_clock_seconds() - last < 20) {
        ts_bus_batch batch;
        if (ts_consumer_receive(from, 500, 0.5, &batch, &error)) fail_msg("%s", error.text);
        if (batch.count) last = ts_clock_seconds();
        for (size_t i = 0; i < batch.count; i++) {
            int number = number_of(&batch.record[i]);
            assert_true(number >= 0 && number < NUMBERS_MOST);
            different += !seen[number];
            seen[number] += seen[number] < 255;
        }
        if (commit && ts_consumer_commit(from, &batch, NULL, &error)) fail_msg("%s", error.text);
        ts_bus_batch_clear(&batch);
    }
    return different;
}

static void all_that_is_sent_is_received_once(void **state)
{
    (void)state;
    broker_need();
    unsigned char seen[NUMBERS_MOST] = {0};
    make_topic("numbers", 12);
    double began = ts_clock_seconds();
    send_numbers("numbers", 0, 9600);
    print_message("9,600 records acknowledged in %.2f s\n", ts_clock_seconds() - began);
    ts_consumer *first = consumer("numbers", "readers");
    assert_int_equal(receive_numbers(first, 9600, true, seen), 9600);
    print_message("received by %.2f s\n", ts_clock_seconds() - began);
    for (int i = 0; i < 9600; i++) assert_int_equal(seen[i], 1);
    ts_consumer_close(first);
    print_message("closed by %.2f s\n", ts_clock_seconds() - began);
    send_numbers("numbers", 9600, 9700); /* another one of the group gets these alone */
    memset(seen, 0, sizeof seen);
    ts_consumer *second = consumer("numbers", "readers");
    assert_int_equal(receive_numbers(second, 100, true, seen), 100);
    for (int i = 0; i < 9700; i++) assert_int_equal(seen[i], i >= 9600);
    ts_consumer_close(second);
}

static void what_was_not_committed_comes_again(void **state)
{
    (void)state;
    broker_need();
    unsigned char seen[NUMBERS_MOST] = {0};
    ts_error error = {0};
    make_topic("again", 2);
    send_numbers("again", 0, 300);
    ts_consumer *first = consumer("again", "readers");
    assert_int_equal(receive_numbers(first, 300, false, seen), 300);
    ts_consumer_close(first);
    memset(seen, 0, sizeof seen);
    ts_consumer *second = consumer("again", "readers");
    assert_int_equal(receive_numbers(second, 300, true, seen), 300);
    int64_t begin, next, all = 0; /* back to the beginning of every partition */
    for (int partition = 0; partition < 2; partition++) {
        if (ts_consumer_limits(second, "again", partition, &begin, &next, &error)) fail_msg("%s", error.text);
        all += next - begin;
        if (ts_consumer_seek(second, "again", partition, begin, &error)) fail_msg("%s", error.text);
    }
    assert_int_equal(all, 300);
    memset(seen, 0, sizeof seen);
    assert_int_equal(receive_numbers(second, 300, true, seen), 300);
    char cluster[64];
    assert_int_equal(ts_consumer_cluster(second, cluster, sizeof cluster, &error), 0);
    assert_true(strlen(cluster) > 10);
    ts_consumer_close(second);
}

/* Longer than the broker waits for a sign of life and librdkafka for a poll. */
static void long_work_keeps_the_membership(void **state)
{
    (void)state;
    broker_need();
    ts_error error = {0};
    const char *const said[] = {"session.timeout.ms=1500", "heartbeat.interval.ms=300", "max.poll.interval.ms=2000"};
    ts_bus_config impatient;
    assert_int_equal(ts_bus_config_read(&(ts_texts){(const char **)(uintptr_t)said, 3}, &impatient, &error), 0);
    make_topic("long", 4);
    send_numbers("long", 0, 2000);
    const ts_consumer_settings settings = {"bus_test", "workers", (const char *const[]){"long"}, 1, 50};
    ts_consumer *worker = ts_consumer_open(&impatient, &settings, &error);
    assert_non_null(worker);
    unsigned char seen[NUMBERS_MOST] = {0};
    ts_bus_batch batch = {0};
    while (!batch.count) {
        ts_bus_batch_clear(&batch);
        if (ts_consumer_receive(worker, 50, 1, &batch, &error)) fail_msg("%s", error.text);
    }
    usleep(5000000);
    size_t lost;
    if (ts_consumer_commit(worker, &batch, &lost, &error)) fail_msg("%s", error.text);
    assert_int_equal(lost, 0);
    int worked = (int)batch.count;
    for (size_t i = 0; i < batch.count; i++) seen[number_of(&batch.record[i])] = 1;
    ts_bus_batch_clear(&batch);
    assert_int_equal(receive_numbers(worker, 2000 - worked, true, seen), 2000 - worked);
    for (int i = 0; i < 2000; i++) assert_int_equal(seen[i], 1);
    ts_consumer_close(worker);
    ts_bus_config_clear(&impatient);
}

static void a_dead_letter_says_where_it_comes_from(void **state)
{
    (void)state;
    broker_need();
    ts_error error = {0};
    make_topic("poison", 1);
    ts_producer *with = producer();
    const char value[] = "{\"a\": \0 not JSON";
    ts_bus_record sent = {
        .topic = "poison", .partition = -1, .key = "K", .key_size = 1, .value = value, .value_size = sizeof value};
    ts_bus_record_header(&sent, "traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    assert_int_equal(ts_producer_send(with, &sent, &error), 0);
    assert_int_equal(ts_producer_flush(with, 30, &error), 0);
    ts_consumer *reader = consumer("poison", "readers"), *undertaker = consumer("poison.dlq", "readers");
    ts_bus_batch batch = {0}, dead = {0};
    for (double until = ts_clock_seconds() + 20; !batch.count && ts_clock_seconds() < until;) {
        ts_bus_batch_clear(&batch);
        if (ts_consumer_receive(reader, 1, 1, &batch, &error)) fail_msg("%s", error.text);
    }
    assert_int_equal(batch.count, 1);
    assert_int_equal(
        ts_producer_dead_letter(with, &batch.record[0], "bad-json", "line 1: not JSON", "bus_test", &error), 0);
    assert_int_equal(ts_producer_flush(with, 30, &error), 0);
    for (double until = ts_clock_seconds() + 20; !dead.count && ts_clock_seconds() < until;) {
        ts_bus_batch_clear(&dead);
        if (ts_consumer_receive(undertaker, 1, 1, &dead, &error)) fail_msg("%s", error.text);
    }
    assert_int_equal(dead.count, 1);
    const ts_bus_record *letter = &dead.record[0];
    assert_int_equal(letter->value_size, sizeof value);
    assert_memory_equal(letter->value, value, sizeof value);
    assert_memory_equal(letter->key, "K", 1);
    static const char *const expected[][2] = {
        {"traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
        {"dlq.error.class", "bad-json"},
        {"dlq.error.message", "line 1: not JSON"},
        {"dlq.original.topic", "poison"},
        {"dlq.original.partition", "0"},
        {"dlq.original.offset", "0"},
        {"dlq.service", "bus_test"},
        {"dlq.attempt", "1"}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        const ts_bus_header *header = ts_bus_record_find_header(letter, expected[i][0]);
        assert_non_null(header);
        assert_int_equal(header->size, strlen(expected[i][1]));
        assert_memory_equal(header->value, expected[i][1], header->size);
    }
    ts_bus_record again = *letter; /* sent again, and dead again: counted, and each header once */
    again.topic = "poison";
    assert_int_equal(ts_producer_dead_letter(with, &again, "bad-json", "still not JSON", "bus_test", &error), 0);
    assert_int_equal(ts_producer_flush(with, 30, &error), 0);
    ts_bus_batch_clear(&dead);
    for (double until = ts_clock_seconds() + 20; !dead.count && ts_clock_seconds() < until;) {
        ts_bus_batch_clear(&dead);
        if (ts_consumer_receive(undertaker, 1, 1, &dead, &error)) fail_msg("%s", error.text);
    }
    assert_int_equal(dead.count, 1);
    assert_int_equal(dead.record[0].headers, 1 + 8);
    assert_memory_equal(ts_bus_record_find_header(&dead.record[0], "dlq.attempt")->value, "2", 1);
    assert_memory_equal(ts_bus_record_find_header(&dead.record[0], "dlq.error.message")->value, "still", 5);
    char *large = ts_alloc(6 << 20, 1);
    sent.value = large;
    sent.value_size = 6 << 20;
    assert_int_equal(ts_producer_send(with, &sent, &error), -1);
    assert_int_equal(error.code, TS_BAD_DATA);
    free(large);
    ts_bus_batch_clear(&batch);
    ts_bus_batch_clear(&dead);
    ts_consumer_close(undertaker);
    ts_consumer_close(reader);
    ts_producer_close(with);
}

/* A process that sends numbers from `from` on, in groups of 50 that it reports, once acknowledged, through the pipe. */
static pid_t start_sender(const char *topic, int from, int to, int *reports)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        ts_error error = {0};
        ts_producer *with = ts_producer_open(&config, "sender", &error);
        for (int i = from; with && i < to; i += 50) {
            for (int k = i; k < i + 50 && k < to; k++)
                if (send_number(with, topic, k, &error)) _exit(1);
            if (ts_producer_flush(with, 60, &error)) _exit(1);
            if (write(ends[1], &i, sizeof i) != sizeof i) _exit(1);
        }
        _exit(with ? 0 : 1);
    }
    close(ends[1]);
    *reports = ends[0];
    return child;
}

/* Killed anywhere, a sender goes on after what was acknowledged to it: nothing of that is missing, what follows may be
 * there twice. */
static void what_was_acknowledged_survives_its_sender(void **state)
{
    (void)state;
    broker_need();
    unsigned char seen[NUMBERS_MOST] = {0};
    make_topic("killed", 6);
    ts_draws draws = ts_draws_at(0x6b696c6c, 0, 0, 0);
    int done = 0, kills = 0, last = NUMBERS_MOST;
    while (done < last) {
        int reports, from;
        if (kills == 5) last = done + 200;
        pid_t child = start_sender("killed", done, last, &reports);
        usleep((useconds_t)(50000 + 200000 * ts_draw_unit(&draws)));
        if (kills < 5) kills += kill(child, SIGKILL) == 0;
        while (read(reports, &from, sizeof from) == sizeof from) done = from + 50;
        close(reports);
        waitpid(child, NULL, 0);
    }
    assert_int_equal(kills, 5);
    ts_consumer *reader = consumer("killed", "readers");
    assert_int_equal(receive_numbers(reader, last, true, seen), last);
    ts_consumer_close(reader);
}

static void a_killed_broker_costs_nothing(void **state)
{
    (void)state;
    broker_need();
    unsigned char seen[NUMBERS_MOST] = {0};
    make_topic("broken", 6);
    int reports, from, done = 0;
    pid_t child = start_sender("broken", 0, 4000, &reports);
    ts_consumer *reader = consumer("broken", "readers");
    assert_true(receive_numbers(reader, 100, true, seen) >= 100);
    broker_kill();
    broker_start();
    int left = 0;
    for (int i = 0; i < 4000; i++) left += !seen[i];
    assert_int_equal(receive_numbers(reader, left, false, seen), left);
    while (read(reports, &from, sizeof from) == sizeof from) done = from + 50;
    int status;
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_int_equal(done, 4000);
    ts_consumer_close(reader);
}

/* One of a pair that joins and leaves: counts what it could commit. */
typedef struct reader {
    pthread_t thread;
    unsigned char *handled; /* by both, with the lock */
    pthread_mutex_t *lock;
    const bool *enough;
    uint64_t seed;
    int starts;
} reader;

static void *join_and_leave(void *context)
{
    reader *r = context;
    ts_draws draws = ts_draws_at(r->seed, 0, 0, 0);
    while (!*(volatile const bool *)r->enough) {
        ts_error error = {0};
        ts_consumer *c = ts_consumer_open(
            &config, &(ts_consumer_settings){"pair", "pair", (const char *const[]){"shared"}, 1, 100}, &error);
        r->starts++;
        double until = ts_clock_seconds() + 0.5 + 2 * ts_draw_unit(&draws);
        while (c && ts_clock_seconds() < until) {
            ts_bus_batch batch;
            if (ts_consumer_receive(c, 40, 0.2, &batch, &error)) break;
            usleep(20000);
            pthread_mutex_lock(r->lock); /* handled before it is committed */
            for (size_t i = 0; i < batch.count; i++) r->handled[number_of(&batch.record[i])] = 1;
            pthread_mutex_unlock(r->lock);
            ts_consumer_commit(c, &batch, NULL, &error);
            ts_bus_batch_clear(&batch);
        }
        ts_consumer_close(c);
    }
    return NULL;
}

static void consumers_that_join_and_leave_miss_nothing(void **state)
{
    (void)state;
    broker_need();
    enum { RECORDS = 3000 };
    unsigned char handled[NUMBERS_MOST] = {0};
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    bool enough = false;
    make_topic("shared", 8);
    send_numbers("shared", 0, RECORDS);
    reader pair[2];
    for (int i = 0; i < 2; i++) {
        pair[i] = (reader){.handled = handled, .lock = &lock, .enough = &enough, .seed = 77 + (uint64_t)i};
        assert_int_equal(pthread_create(&pair[i].thread, NULL, join_and_leave, &pair[i]), 0);
    }
    int left = RECORDS;
    for (int tries = 0; left && tries < 300; tries++) {
        usleep(200000);
        pthread_mutex_lock(&lock);
        left = 0;
        for (int i = 0; i < RECORDS; i++) left += !handled[i];
        pthread_mutex_unlock(&lock);
    }
    *(volatile bool *)&enough = true;
    for (int i = 0; i < 2; i++) pthread_join(pair[i].thread, NULL);
    print_message("%d starts\n", pair[0].starts + pair[1].starts);
    assert_int_equal(left, 0);
}

static void bad_properties_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *said, *expected;
    } bad[] = {{"no-such-property=1", "--kafka: Kafka's property no-such-property: No such configuration property"},
               {"linger.ms=soon", "Kafka's property linger.ms: Invalid value"},
               {"linger.ms", "expected name=value"},
               {"=1", "expected name=value"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ts_error error = {0};
        ts_bus_config made;
        const char *const said[] = {"bootstrap.servers=127.0.0.1:1", bad[i].said};
        assert_int_equal(ts_bus_config_read(&(ts_texts){(const char **)(uintptr_t)said, 2}, &made, &error), -1);
        assert_int_equal(error.code, TS_BAD_CONFIG);
        if (!strstr(error.text, bad[i].expected)) fail_msg("%s", error.text);
    }
}

static void secrets_are_not_shown(void **state)
{
    (void)state;
    ts_error error = {0};
    ts_bus_config made;
    ts_strbuf text = {0};
    const char *const said[] = {"bootstrap.servers=127.0.0.1:1", "sasl.username=me"};
    setenv("KAFKA_SASL_PASSWORD", "canary-1", 1);
    setenv("KAFKA_SSL_KEYSTORE_PASSWORD", "canary-3", 1);
    setenv("KAFKA_HEAP_OPTS", "-Xmx1g", 1);
    if (ts_bus_config_read(&(ts_texts){(const char **)(uintptr_t)said, 2}, &made, &error)) fail_msg("%s", error.text);
    unsetenv("KAFKA_SASL_PASSWORD");
    unsetenv("KAFKA_SSL_KEYSTORE_PASSWORD");
    unsetenv("KAFKA_HEAP_OPTS");
    ts_bus_config_text(&made, &text);
    assert_null(strstr(text.text, "canary"));
    assert_null(strstr(text.text, "heap"));
    assert_non_null(strstr(text.text, "sasl.password=***"));
    assert_non_null(strstr(text.text, "sasl.username=me"));
    char said_later[] = "a server complains of canary-1";
    ts_secret_blank_text(said_later, sizeof said_later);
    assert_null(strstr(said_later, "canary"));
    ts_secret_forget();
    ts_strbuf_clear(&text);
    ts_bus_config_clear(&made);
    const char *const wrong[] = {"bootstrap.servers=127.0.0.1:1", "sasl.password=canary-4"};
    assert_int_equal(ts_bus_config_read(&(ts_texts){(const char **)(uintptr_t)wrong, 2}, &made, &error), -1);
    assert_int_equal(error.code, TS_BAD_CONFIG);
    assert_non_null(
        strstr(error.text, "a secret is no option: expected it in the environment, as KAFKA_SASL_PASSWORD"));
    assert_null(strstr(error.text, "canary"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_properties_are_refused),
        cmocka_unit_test(secrets_are_not_shown),
        cmocka_unit_test(all_that_is_sent_is_received_once),
        cmocka_unit_test(what_was_not_committed_comes_again),
        cmocka_unit_test(a_dead_letter_says_where_it_comes_from),
        cmocka_unit_test(long_work_keeps_the_membership),
        cmocka_unit_test(consumers_that_join_and_leave_miss_nothing),
        cmocka_unit_test(what_was_acknowledged_survives_its_sender),
        cmocka_unit_test(a_killed_broker_costs_nothing),
    };
    return cmocka_run_group_tests(tests, open_config, close_config);
}

#define _GNU_SOURCE /* strndup */
/* tradestream migrate topics against a real broker: what it says, and what the broker says that it has. */
#include "common/json.h"
#include "data/bus/topics.h"
#include "tests/broker.h"
#include "tests/shell.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TOPICS TRADESTREAM "migrate topics "

static const char *const names[] = {"candles",
                                    "strategy-discovery-requests",
                                    "discovered-strategies",
                                    "risk-approved-strategies",
                                    "sized-positions",
                                    "trade-signals"};
enum { NAMES = sizeof names / sizeof *names };

/* Written out here once more, on purpose: days that a topic's records are kept. */
static const int days[NAMES] = {7, 1, 7, 7, 7, 7};

static int count_of(const char *text, const char *part)
{
    int count = 0;
    for (const char *at = text; (at = strstr(at, part)); at += strlen(part)) count++;
    return count;
}

/* What Kafka's own tool says of all topics. */
static void ask_settings(void)
{
    assert_int_equal(shell("java -cp %s kafka.admin.ConfigCommand --bootstrap-server \"$KAFKA_BOOTSTRAP_SERVERS\" "
                           "--describe --entity-type topics",
                           broker_jars()),
                     0);
}

/* Of one topic it must say both. */
static void expect_settings(const char *topic, long message_bytes, int days_kept)
{
    char heading[96], expected[2][64];
    snprintf(heading, sizeof heading, "configs for topic %s are:", topic);
    char *begin = strstr(shell_out, heading);
    if (!begin) fail_msg("nothing of %s in %s", topic, shell_out);
    char *end = strstr(begin, "\nDynamic"), *section = strndup(begin, end ? (size_t)(end - begin) : strlen(begin));
    snprintf(expected[0], sizeof expected[0], " max.message.bytes=%ld ", message_bytes);
    snprintf(expected[1], sizeof expected[1], " retention.ms=%lld ", days_kept * 86400000LL);
    for (int i = 0; i < 2; i++)
        if (!strstr(section, expected[i])) fail_msg("no%sin %s", expected[i], section);
    free(section);
}

/* The broker answers before it has made the folders; the last of them is waited for. */
static void list_partitions(void)
{
    assert_int_equal(shell("cd '%s/records' && for _ in $(seq 100); do test -d trade-signals.dlq-11 && "
                           "test $(ls -d *-11 | wc -l) -eq %d && break; sleep 0.1; done; ls",
                           broker_folder(), 2 * NAMES - 1),
                     0);
}

static void make_last(void)
{
    ts_bus_config config;
    ts_error error = {0};
    bool existed;
    if (ts_bus_config_read(NULL, &config, &error)) fail_msg("%s", error.text);
    const ts_topic own = {names[NAMES - 1], 3, 5 * 86400000, 1 << 20};
    if (ts_topics_create(&config, &own, 1, &existed, &error)) fail_msg("%s", error.text);
    ts_bus_config_clear(&config);
}

/* The last topic is there already, otherwise: it keeps what its owner gave it, and the others are made all the same. */
static void topics_are_made_as_the_design_says(void **state)
{
    (void)state;
    broker_need();
    make_last();
    shell_expect(shell(TOPICS), 0, "");
    assert_int_equal(count_of(shell_out, "  made\n"), 2 * NAMES - 1);
    assert_int_equal(count_of(shell_out, "  was there, left as it is\n"), 1);
    list_partitions();
    for (int i = 0; i < NAMES; i++) {
        char last[64], dead[64], beyond[64];
        snprintf(last, sizeof last, "\n%s-%d\n", names[i], i < NAMES - 1 ? 11 : 2);
        snprintf(dead, sizeof dead, "\n%s.dlq-11\n", names[i]);
        snprintf(beyond, sizeof beyond, "\n%s-%d\n", names[i], i < NAMES - 1 ? 12 : 3);
        shell_expect_out(last);
        shell_expect_out(dead);
        assert_null(strstr(shell_out, beyond));
    }
    ask_settings();
    for (int i = 0; i < NAMES; i++) {
        char dead[64];
        snprintf(dead, sizeof dead, "%s.dlq", names[i]);
        if (i < NAMES - 1) expect_settings(names[i], 4 << 20, days[i]);
        else expect_settings(names[i], 1 << 20, 5);
        expect_settings(dead, 5 << 20, 30);
    }
}

static void twice_is_once(void **state)
{
    (void)state;
    broker_need();
    shell_expect(shell(TOPICS), 0, "");
    shell_expect(shell(TOPICS "--format json"), 0, "");
    json_t *list = json_loads(shell_out, 0, NULL), *topic;
    size_t i;
    assert_int_equal(json_array_size(list), 2 * NAMES);
    json_array_foreach(list, i, topic)
    {
        assert_string_equal(json_string_value(json_object_get(topic, "state")), "existed");
        assert_int_equal(json_integer_value(json_object_get(topic, "partitions")), 12);
        if (i % 2) continue;
        assert_string_equal(json_string_value(json_object_get(topic, "topic")), names[i / 2]);
        assert_int_equal(json_integer_value(json_object_get(topic, "retention_ms")), days[i / 2] * 86400000LL);
    }
    json_decref(list);
}

static void what_is_wrong_is_refused(void **state)
{
    (void)state;
    static const shell_refusal refusals[] = {
        {"--kafka no-such-property=1", 78, "No such configuration property"},
        {"--kafka bootstrap.servers", 78, "expected name=value"},
        {"--kafka bootstrap.servers=127.0.0.1:1 --format xml", 2, "table|json"},
        {"--topics 3", 2, "--topics"},
    };
    shell_refuses(TOPICS, refusals, sizeof refusals / sizeof *refusals);
    shell_expect(shell("env -u KAFKA_BOOTSTRAP_SERVERS " TOPICS), 78, "expected --kafka bootstrap.servers=HOST:PORT");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_wrong_is_refused),
        cmocka_unit_test(topics_are_made_as_the_design_says),
        cmocka_unit_test(twice_is_once),
    };
    return cmocka_run_group_tests(tests, broker_open, broker_close);
}

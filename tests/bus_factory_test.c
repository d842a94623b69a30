/* strategy_discovery_request_factory against a real broker and a real Redis: who is asked about, how often, and that
 * nothing is remembered which Kafka has not got. */
#define _GNU_SOURCE /* setenv */
#include "common/safe_file.h"
#include "data/bus/harvest.h"
#include "data/bus/lag.h"
#include "data/bus/topics.h"
#include "data/cache/redis.h"
#include "services/messages/request.h"
#include "tests/broker.h"
#include "tests/shell.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#define STACK   "'" TS_SOURCE_DIR "/tests/stack/redis' "
#define FACTORY "'" TS_BINARY_DIR "/bin/strategy_discovery_request_factory' --once "

enum { BARS = 3000, STRATEGIES = 60 };

static char url[256];

static int open_servers(void **state)
{
    ts_error error = {0};
    ts_strbuf text = {0};
    if (broker_open(state)) return -1;
    for (int i = 0; i < 3; i++)
        if (shell(TRADESTREAM "data generate --seed %d --bars %d --symbol %c%c%c-USD --store '%s'", i + 1, BARS,
                  'A' + i, 'A' + i, 'A' + i, ts_temporary("store")))
            return -1;
    if (shell(STACK "up '%s'", ts_temporary("stack"))) return 0;
    if (ts_file_read(ts_temporary("stack/env.redis"), 4096, &text, &error)) return -1;
    text.text[strcspn(text.text, "\n")] = '\0';
    snprintf(url, sizeof url, "%s", strchr(text.text, '=') + 1);
    ts_strbuf_clear(&text);
    return 0;
}

static int close_servers(void **state)
{
    shell(STACK "down '%s'", ts_temporary("stack"));
    return broker_close(state);
}

static void need_servers(void)
{
    broker_need();
    if (!*url) skip();
}

static void make_topic(const char *name)
{
    ts_error error = {0};
    ts_bus_config config;
    bool existed;
    if (ts_bus_config_read(NULL, &config, &error) ||
        ts_topics_create(&config, &(ts_topic){name, 4, 86400000, 4 << 20}, 1, &existed, &error))
        fail_msg("%s", error.text);
    ts_bus_config_clear(&config);
}

static const char *ask(const char *topic, const char *options)
{
    static char command[2048];
    snprintf(command, sizeof command, FACTORY "--topic %s --store '%s' --windows 10h,20h,60h %s", topic,
             ts_temporary("store"), options);
    return command;
}

/* What a topic has that its reader has not read before. */
typedef struct asked {
    ts_request *request;
    size_t count;
} asked;

static asked read_requests(const char *topic)
{
    ts_error error = {0};
    ts_bus_config config;
    ts_bus_harvest harvest;
    asked all = {.request = NULL};
    if (ts_bus_config_read(NULL, &config, &error)) fail_msg("%s", error.text);
    const ts_consumer_settings settings = {
        .name = "test", .group = "reader", .topics = &topic, .topics_count = 1, .waiting = 10000};
    ts_consumer *from = ts_consumer_open(&config, &settings, &error);
    if (!from) fail_msg("%s", error.text);
    const ts_bus_patience patience = {100000, 3, 1.5, NULL};
    if (ts_bus_harvest_gather(from, &patience, &harvest, &error)) fail_msg("%s", error.text);
    all.request = calloc(harvest.records + 1, sizeof *all.request);
    for (; all.count < harvest.records; all.count++) {
        const ts_bus_record *record = harvest.record[all.count];
        ts_request *request = &all.request[all.count];
        if (ts_request_parse(record->value, record->value_size, request, &error)) fail_msg("%s", error.text);
        assert_int_equal(record->key_size, strlen(request->symbol));
        assert_memory_equal(record->key, request->symbol, record->key_size);
    }
    if (ts_bus_harvest_commit(from, &harvest, &error)) fail_msg("%s", error.text);
    ts_bus_harvest_clear(&harvest);
    ts_consumer_close(from);
    ts_bus_config_clear(&config);
    return all;
}

static int by_id(const void *a, const void *b)
{
    return strcmp(((const ts_request *)a)->request_id, ((const ts_request *)b)->request_id);
}

static size_t count_symbol(const asked *all, const char *symbol)
{
    size_t count = 0;
    for (size_t i = 0; i < all->count; i++) count += !strcmp(all->request[i].symbol, symbol);
    return count;
}

static void redis(const char *command) { assert_int_equal(shell("redis-cli -u '%s' %s", url, command), 0); }

/* The candles are those of before; what is asked about them is not. */
static void a_change_asks_anew(const char *options)
{
    static const struct {
        const char *change, *requests;
    } change[] = {{"--seed 2", "\"requests\": 360"},
                  {"--seed 2", "\"requests\": 0"},
                  {"--seed 2 --windows 10h", "\"requests\": 120"},
                  {"--seed 2 --windows 10h --strategies PIVOT", "\"requests\": 2"},
                  {"--seed 2 --windows 10h --strategies PIVOT --fee 0", "\"requests\": 2"},
                  {"--seed 2 --windows 10h --strategies PIVOT --fee 0 --expires-seconds 7", "\"requests\": 0"}};
    char more[768];
    make_topic("changed");
    for (size_t i = 0; i < sizeof change / sizeof *change; i++) {
        snprintf(more, sizeof more, "%s %s", options, change[i].change);
        shell_expect(shell("%s", ask("changed", more)), 0, change[i].requests);
    }
}

static void every_combination_is_asked_once(void **state)
{
    (void)state;
    need_servers();
    make_topic("once");
    char options[512];
    snprintf(options, sizeof options, "--symbols AAA-USD,cccusd --state '%s' --cycles 0", ts_temporary("asked.json"));
    shell_expect(shell("%s", ask("once", options)), 0, "\"requests\": 360");
    asked first = read_requests("once");
    assert_int_equal(first.count, 2 * 3 * STRATEGIES);
    assert_int_equal(count_symbol(&first, "CCC-USD"), 3 * STRATEGIES);
    qsort(first.request, first.count, sizeof *first.request, by_id);
    for (size_t i = 0; i < first.count; i++) {
        const ts_request *r = &first.request[i];
        if (i) assert_string_not_equal(r->request_id, r[-1].request_id);
        assert_true(r->load_from_ms <= r->start_ms && r->start_ms < r->end_ms);
        assert_int_equal(r->population, 50);
        assert_int_equal(r->evaluations, 50 * 31);
    }
    shell_expect(shell("%s", ask("once", options)), 0, "\"requests\": 0"); /* no new candles, nothing to ask */
    a_change_asks_anew(options);
    snprintf(options, sizeof options, "--symbols AAA-USD,CCC-USD --cycles 0");
    shell_expect(shell("%s", ask("once", options)), 0, "\"requests\": 360"); /* not remembered: the same again */
    asked again = read_requests("once");
    assert_int_equal(again.count, first.count);
    qsort(again.request, again.count, sizeof *again.request, by_id);
    for (size_t i = 0; i < first.count; i++)
        assert_string_equal(again.request[i].request_id, first.request[i].request_id);
    free(first.request);
    free(again.request);
}

static void redis_says_whom_to_ask_about(void **state)
{
    (void)state;
    need_servers();
    make_topic("listed");
    setenv("TRADESTREAM_REDIS_URL", url, 1);
    redis("set top_cryptocurrencies '[\"cccusd\", \"not a symbol\", 7]'");
    shell_expect(shell("%s", ask("listed", "--cycles 0 --strategies ADX_DMI")), 0,
                 "\"from\": \"top_cryptocurrencies\"");
    redis("set tradestream:symbols '[{\"symbol\": \"AAA-USD\", \"rank\": 1}, {\"symbol\": \"ZZZ-USD\"}]'");
    shell_expect(shell("%s", ask("listed", "--cycles 0 --strategies ADX_DMI")), 0, "ZZZ-USD is left out");
    redis("flushall");
    shell_expect(shell("%s", ask("listed", "--cycles 0 --strategies ADX_DMI --symbols BBB-USD")), 0,
                 "\"from\": \"settings\"");
    shell_expect(shell("%s", ask("listed", "--cycles 0")), 65, "neither Redis nor --symbols names one");
    redis("lpush tradestream:symbols x"); /* no text: with --symbols these are taken, without the round ends */
    shell_expect(shell("%s", ask("listed", "--cycles 0 --strategies ADX_DMI --symbols BBB-USD")), 0, "WRONGTYPE");
    shell_expect(shell("%s", ask("listed", "--cycles 0 --strategies ADX_DMI")), 69, "WRONGTYPE");
    setenv("TRADESTREAM_REDIS_URL", "redis://127.0.0.1:1", 1);
    shell_expect(shell("%s", ask("listed", "--cycles 0 --strategies ADX_DMI --symbols BBB-USD")), 0,
                 "symbols are those of the settings: Redis at 127.0.0.1:1");
    setenv("TRADESTREAM_REDIS_URL", url, 1);
    redis("flushall");
    asked all = read_requests("listed");
    assert_int_equal(all.count, 15);
    assert_int_equal(count_symbol(&all, "AAA-USD"), 3);
    assert_int_equal(count_symbol(&all, "BBB-USD"), 9);
    assert_int_equal(count_symbol(&all, "CCC-USD"), 3);
    free(all.request);
    unsetenv("TRADESTREAM_REDIS_URL");
}

/* As the original platform says where Redis and the topic are. */
static void other_names_of_the_environment(void **state)
{
    (void)state;
    need_servers();
    make_topic("named");
    char password[128] = "", host[128], command[2048];
    int port;
    const char *at = strrchr(url, '@');
    if (at) sscanf(url, "redis://:%127[^@]", password);
    assert_int_equal(sscanf(at ? at + 1 : url + strlen("redis://"), "%127[^:]:%d", host, &port), 2);
    redis("set tradestream:symbols '[\"CCC-USD\"]'");
    snprintf(command, sizeof command,
             "REDIS_HOST='%s' REDIS_PORT=%d REDIS_PASSWORD='%s' KAFKA_TOPIC=named " FACTORY
             "--store '%s' --windows 10h --strategies PIVOT --cycles 0",
             host, port, password, ts_temporary("store"));
    shell_expect(shell("%s", command), 0, "\"from\": \"tradestream:symbols\"");
    shell_expect(shell("REDIS_HOST=127.0.0.1 REDIS_PORT=tcp://10.0.0.1:1 REDIS_PASSWORD=canary-canary " FACTORY
                       "--store '%s' --windows 10h --cycles 0",
                       ts_temporary("store")),
                 69, "Redis at 127.0.0.1:6379");
    assert_null(strstr(shell_err, "canary-canary"));
    redis("flushall");
    asked all = read_requests("named");
    assert_int_equal(all.count, 1);
    free(all.request);
}

static void nothing_is_added_to_what_is_not_answered(void **state)
{
    (void)state;
    need_servers();
    make_topic("behind");
    const char *options = "--symbols AAA-USD --strategies ADX_DMI,SMA_RSI --group slow";
    for (int round = 0; round < 3; round++) shell_expect(shell("%s", ask("behind", options)), 0, "\"requests\": 6");
    shell_expect(shell("%s", ask("behind", options)), 75, "18 requests are not answered, more than 12");
    asked all = read_requests("behind");
    assert_int_equal(all.count, 18);
    free(all.request);
}

/* The broker has no such topic: nothing is acknowledged, so nothing may be remembered. */
static void what_kafka_has_not_got_is_not_remembered(void **state)
{
    (void)state;
    need_servers();
    char options[512];
    snprintf(options, sizeof options,
             "--symbols AAA-USD --strategies ADX_DMI --cycles 0 --kafka message.timeout.ms=2000 --state '%s'",
             ts_temporary("lost.json"));
    shell_expect(shell("%s", ask("nowhere", options)), 69, "Kafka did not take");
    make_topic("nowhere");
    shell_expect(shell("%s", ask("nowhere", options)), 0, "\"requests\": 3");
}

static void redis_answers_and_refusals(void **state)
{
    (void)state;
    need_servers();
    static const struct {
        const char *url;
        int code;
        const char *says;
    } bad[] = {{"rediss://:canary@127.0.0.1:1", TS_BAD_CONFIG, "rediss:// (TLS)"},
               {"http://127.0.0.1", TS_BAD_CONFIG, "expected redis://"},
               {"redis://:canary@127.0.0.1:99999", TS_BAD_CONFIG, "expected redis://"},
               {"redis://", TS_BAD_CONFIG, "expected redis://"},
               {"redis://:canary@127.0.0.1:1", TS_UNAVAILABLE, "Redis at 127.0.0.1:1: "}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ts_error error = {0};
        ts_strbuf value = {0};
        bool found;
        assert_int_equal(ts_redis_get(bad[i].url, "k", &value, &found, &error), -1);
        assert_int_equal(error.code, bad[i].code);
        if (!strstr(error.text, bad[i].says) || strstr(error.text, "canary")) fail_msg("%s", error.text);
    }
    ts_error error = {0};
    ts_strbuf value = {0};
    bool found;
    redis("set k v");
    redis("lpush list a");
    assert_int_equal(ts_redis_get(url, "k", &value, &found, &error), 0);
    assert_true(found && value.length == 1 && value.text[0] == 'v');
    assert_int_equal(ts_redis_get(url, "none", &value, &found, &error), 0);
    assert_false(found);
    assert_int_equal(ts_redis_get(url, "list", &value, &found, &error), -1);
    error = (ts_error){0};
    redis("setrange huge 104857600 x"); /* 100 MiB, which are not fetched to be refused */
    assert_int_equal(ts_redis_get(url, "huge", &value, &found, &error), -1);
    assert_int_equal(error.code, TS_BAD_DATA);
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    assert_true(used.ru_maxrss < 90 * 1024);
    redis("del huge");
    ts_strbuf_clear(&value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(redis_answers_and_refusals),
                                       cmocka_unit_test(every_combination_is_asked_once),
                                       cmocka_unit_test(redis_says_whom_to_ask_about),
                                       cmocka_unit_test(other_names_of_the_environment),
                                       cmocka_unit_test(nothing_is_added_to_what_is_not_answered),
                                       cmocka_unit_test(what_kafka_has_not_got_is_not_remembered)};
    return cmocka_run_group_tests(tests, open_servers, close_servers);
}

/* Candles of a store to a real Kafka: all of them, in their order, as messages that are read back; also when the broker
 * is killed under way. */
#define _GNU_SOURCE
#include "data/bus/consumer.h"
#include "data/bus/topics.h"
#include "services/candles/candle_topic.h"
#include "services/messages/candle.h"
#include "tests/broker.h"
#include "tests/shared_candles.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { BARS = 30000, SYMBOLS = 2, MINUTE = 60000 };

static ts_bus_config config;
static ts_series held[SYMBOLS]; /* what the store holds, and one candle more later */

static int start(void **state)
{
    ts_error error = {0};
    if (broker_open(state)) return -1;
    return broker_is_there() && ts_bus_config_read(NULL, &config, &error) ? -1 : 0;
}

static int stop(void **state)
{
    ts_bus_config_clear(&config);
    for (int i = 0; i < SYMBOLS; i++) ts_series_clear(&held[i]);
    return broker_close(state);
}

static void fill_store(void)
{
    static const char *const files[SYMBOLS] = {"1m/BTC-USDT.1m.csv.zst", "1m/ETH-USDT.1m.csv.zst"};
    for (int i = 0; i < SYMBOLS; i++) {
        ts_error error = {0};
        size_t added;
        shared_candles(TS_SHARED_DATA, files[i], BARS, &held[i]);
        snprintf(held[i].exchange, sizeof held[i].exchange, "coinbase");
        if (ts_store_add(ts_temporary("store"), &held[i], "test", &added, &error)) fail_msg("%s", error.text);
    }
}

static size_t sendings;

/* The broker is killed before the fourth batch, and is away for the fifth, too. */
static int send_and_kill(void *sink, const ts_outlet_row *rows, size_t count, ts_outlet_answer *answer, ts_error *error)
{
    sendings++;
    if (sendings == 4) broker_kill();
    if (sendings == 6) broker_start();
    return ts_outlet_kafka.send(sink, rows, count, answer, error);
}

static ts_outlet *open_outlet(ts_candle_topic *topic)
{
    static char root[1024];
    ts_error error = {0};
    ts_store_key *keys;
    size_t count;
    snprintf(root, sizeof root, "%s", ts_temporary("store"));
    static ts_outlet_kind kind;
    kind = ts_outlet_kafka;
    kind.send = send_and_kill;
    const ts_outlet_setup setup = {.kind = &kind,
                                   .sink = topic,
                                   .folder = ts_temporary("state"),
                                   .target = "candles",
                                   .read = ts_outlet_read_store,
                                   .context = root};
    ts_outlet *outlet = ts_outlet_open(&setup, &error);
    if (!outlet || ts_store_list(root, &keys, &count, &error)) fail_msg("%s", error.text);
    for (size_t i = 0; i < count; i++) assert_int_equal(ts_outlet_add(outlet, &keys[i], &error), 0);
    free(keys);
    return outlet;
}

/* One candle later than all: it comes with its source. */
static void one_more(ts_outlet *outlet, int series)
{
    ts_error error = {0};
    ts_candle candle = {held[series].time[held[series].bars - 1] + MINUTE, {10, 12, 9, 11, 0.5}};
    ts_live_bar bar = {.interval_ms = MINUTE, .candle = candle, .origin = TS_FROM_TRADES};
    memcpy(bar.symbol, held[series].symbol, sizeof bar.symbol);
    assert_int_equal(ts_series_append(&held[series], &candle, &error), 0);
    assert_int_equal(ts_outlet_offer(outlet, "coinbase", &bar, 1, &error), 0);
}

/* What has been seen of the topic. */
typedef struct seen {
    bool there[SYMBOLS][BARS + 1];
    int64_t newest[SYMBOLS];
    size_t records, different;
} seen;

static void look_at(seen *so_far, const ts_bus_record *record)
{
    ts_candle_message message;
    ts_error error = {0};
    if (ts_candle_message_parse(record->value, record->value_size, &message, &error)) fail_msg("%s", error.text);
    const ts_bus_header *id = ts_bus_record_find_header(record, "message-id");
    assert_non_null(id);
    assert_int_equal(id->size, strlen(message.candle_id));
    assert_memory_equal(id->value, message.candle_id, id->size);
    assert_int_equal(record->key_size, strlen(message.symbol));
    assert_memory_equal(record->key, message.symbol, record->key_size);
    int series = strcmp(message.symbol, held[1].symbol) == 0;
    size_t bar = ts_series_find(&held[series], message.candle.time);
    ts_candle right = ts_series_candle(&held[series], bar);
    assert_memory_equal(&message.candle, &right, sizeof right);
    assert_string_equal(message.source, bar == BARS ? "trades" : "");
    so_far->records++;
    if (so_far->there[series][bar]) return;
    so_far->there[series][bar] = true;
    so_far->different++;
    assert_true(message.candle.time > so_far->newest[series]); /* copies apart, they are in order */
    so_far->newest[series] = message.candle.time;
}

static void expect_all(void)
{
    ts_error error = {0};
    seen *so_far = calloc(1, sizeof *so_far);
    const char *const topics[] = {"candles"};
    ts_consumer *consumer = ts_consumer_open(&config, &(ts_consumer_settings){"test", "test", topics, 1, 0}, &error);
    assert_non_null(consumer);
    for (int idle = 0; idle < 20 && (so_far->different < SYMBOLS * (BARS + 1) || !idle);) {
        ts_bus_batch batch;
        if (ts_consumer_receive(consumer, 10000, 0.5, &batch, &error)) fail_msg("%s", error.text);
        for (size_t i = 0; i < batch.count; i++) look_at(so_far, &batch.record[i]);
        idle = batch.count ? 0 : idle + 1;
        ts_bus_batch_clear(&batch);
    }
    print_message("%zu records of %zu candles\n", so_far->records, so_far->different);
    assert_int_equal(so_far->different, SYMBOLS * (BARS + 1));
    ts_consumer_close(consumer);
    free(so_far);
}

static void test_all_candles_arrive_in_order(void **state)
{
    (void)state;
    broker_need();
    fill_store();
    ts_error error = {0};
    bool existed;
    const ts_topic candles = {"candles", 4, INT64_C(1) << 40, 4 << 20};
    if (ts_topics_create(&config, &candles, 1, &existed, &error)) fail_msg("%s", error.text);
    ts_candle_topic *topic = ts_candle_topic_open(&config, "candles", 2, &error);
    assert_non_null(topic);
    ts_outlet *outlet = open_outlet(topic);
    for (int tries = 0; ts_outlet_drain(outlet, 60, &error); tries++) { /* a broker needs a moment to lead again */
        assert_int_equal(error.code, TS_UNAVAILABLE);
        assert_true(tries < 30);
        error = (ts_error){0};
    }
    assert_true(ts_outlet_look(outlet).failures >= 2 && sendings > 6);
    for (int i = 0; i < SYMBOLS; i++) one_more(outlet, i);
    if (ts_outlet_drain(outlet, 60, &error)) fail_msg("%s", error.text);
    assert_int_equal(ts_outlet_look(outlet).sent, SYMBOLS * (BARS + 1));
    ts_outlet_close(outlet);
    ts_candle_topic_close(topic);
    expect_all();
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_all_candles_arrive_in_order)};
    return cmocka_run_group_tests(tests, start, stop);
}

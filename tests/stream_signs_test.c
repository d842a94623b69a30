/* What tells of missing messages where no later trade does, message by message; and the recorded feed. */
#include "ingest/stream.h"

#include "common/clock.h"
#include "tests/recordings.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const int64_t GRACE_US = 3000000;

/* What was given out, one letter a minute: b, e, d; D when a minute is taken back. */
static void letter(void *context, const ts_minute *minute)
{
    char *into = context;
    size_t used = strlen(into);
    for (int64_t at = minute->time_ms; at < minute->end_ms && used < 60; at += 60000)
        into[used++] = minute->again ? 'D' : "bed"[minute->kind];
    into[used] = '\0';
}

/* One of `said` a message; %s in it is replaced by its time: seconds after 00:00. */
typedef struct line {
    int second;
    const char *text;
} line;

static void expect(ts_feed_source source, const line *said, size_t count, const char *wanted)
{
    static const char *const symbols[] = {"A-B"};
    char given[64] = "", time[TS_TIME_TEXT];
    ts_error error = {0};
    ts_stream_counts counts = {0};
    ts_stream *stream = ts_stream_new(source, symbols, 1, GRACE_US, letter, given, &counts, &error);
    assert_non_null(stream);
    ts_stream_opened(stream);
    for (size_t i = 0; i < count; i++) {
        ts_strbuf text = {0};
        const char *gap = strstr(said[i].text, "%s");
        ts_strbuf_append(&text, said[i].text, (size_t)(gap - said[i].text));
        ts_strbuf_puts(&text, ts_time_text((1740787200 + said[i].second) * INT64_C(1000), time));
        ts_strbuf_puts(&text, gap + 2);
        error = (ts_error){0};
        ts_stream_message(stream, text.text, text.length, &error);
        ts_strbuf_clear(&text);
    }
    if (strcmp(given, wanted)) fail_msg("given out: %s, wanted: %s", given, wanted);
    ts_stream_free(stream);
}

#define ADVANCED(number, channel, events)                                                                              \
    "{\"channel\":\"" channel "\",\"timestamp\":\"%s\",\"sequence_num\":" #number ",\"events\":[{" events "}]}"
#define ACK(number)  ADVANCED(number, "subscriptions", "\"subscriptions\":{\"market_trades\":[\"A-B\"]}")
#define BEAT(number) ADVANCED(number, "heartbeats", "\"heartbeat_counter\":1")

/* No trade comes afterwards whose id would tell. */
static void a_missing_message_is_enough(void **state)
{
    (void)state;
    static const line whole[] = {{5, ACK(0)},    {30, BEAT(1)},  {65, BEAT(2)}, {90, BEAT(3)},
                                 {130, BEAT(4)}, {190, BEAT(5)}, {250, BEAT(6)}};
    expect(TS_FEED_ADVANCED, whole, 7, "deee");
    static const line jump[] = {{5, ACK(0)},    {30, BEAT(1)},  {65, BEAT(2)}, {90, BEAT(4)},
                                {130, BEAT(5)}, {190, BEAT(6)}, {250, BEAT(7)}};
    expect(TS_FEED_ADVANCED, jump, 7, "ddee"); /* between 65 and 90, or up to a grace before */
    static const line late[] = {{5, ACK(0)},   {30, BEAT(1)},  {65, BEAT(2)},  {90, BEAT(4)},
                                {88, BEAT(3)}, {130, BEAT(5)}, {190, BEAT(6)}, {250, BEAT(7)}};
    expect(TS_FEED_ADVANCED, late, 8, "deee");
    static const line spoilt[] = {{5, ACK(0)},   {30, BEAT(1)},  {65, BEAT(2)},  {90, "{%s"},
                                  {95, BEAT(3)}, {130, BEAT(4)}, {190, BEAT(5)}, {250, BEAT(6)}};
    expect(TS_FEED_ADVANCED, spoilt, 8, "ddee");
    static const line leap[] = {{5, ACK(0)},       {30, BEAT(1)},  {65, BEAT(2)},  {90, BEAT(3)},
                                {100000, BEAT(4)}, {130, BEAT(5)}, {190, BEAT(6)}, {250, BEAT(7)}};
    expect(TS_FEED_ADVANCED, leap, 8, "ddde"); /* a clock that nobody confirms, and its message */
}

#define SUBSCRIBED                                                                                                     \
    "{\"type\":\"subscriptions\",\"x\":\"%s\",\"channels\":[{\"name\":\"matches\",\"product_ids\":[\"A-B\"]}]}"
#define LAST(id) "{\"type\":\"heartbeat\",\"last_trade_id\":" #id ",\"product_id\":\"A-B\",\"time\":\"%s\"}"
#define MATCH(type, id)                                                                                                \
    "{\"type\":\"" type "\",\"trade_id\":" #id ",\"product_id\":\"A-B\",\"price\":\"1\",\"size\":\"1\",\"time\":\"%"   \
    "s\"}"

static void a_heartbeat_tells_of_a_missing_trade(void **state)
{
    (void)state;
    static const line whole[] = {{-900, MATCH("last_match", 6)}, {5, SUBSCRIBED}, {6, LAST(6)},   {40, LAST(6)},
                                 {66, MATCH("match", 7)},        {80, LAST(7)},   {130, LAST(7)}, {190, LAST(7)}};
    expect(TS_FEED_EXCHANGE, whole, 8, "dbe");
    static const line lost[] = {{-900, MATCH("last_match", 6)},
                                {5, SUBSCRIBED},
                                {6, LAST(6)},
                                {64, LAST(6)},
                                {80, LAST(7)},
                                {130, LAST(7)},
                                {190, LAST(7)},
                                {250, LAST(7)}};
    expect(TS_FEED_EXCHANGE, lost, 8, "ddee");
}

/* After an hour without a connection the first message is believed: its time is what was to be expected. */
static void a_new_connection_is_believed_at_once(void **state)
{
    (void)state;
    static const char *const symbols[] = {"A-B"};
    static const char *const said[] = {
        "{\"channel\":\"subscriptions\",\"timestamp\":\"2025-03-01T00:00:30Z\",\"sequence_num\":0,"
        "\"events\":[{\"subscriptions\":{\"market_trades\":[\"A-B\"]}}]}",
        "{\"channel\":\"subscriptions\",\"timestamp\":\"2025-03-01T01:00:30Z\",\"sequence_num\":0,"
        "\"events\":[{\"subscriptions\":{\"market_trades\":[\"A-B\"]}}]}"};
    char given[64] = "";
    ts_error error = {0};
    ts_stream_counts counts = {0};
    ts_stream *stream = ts_stream_new(TS_FEED_ADVANCED, symbols, 1, GRACE_US, letter, given, &counts, &error);
    ts_stream_opened(stream);
    ts_stream_message(stream, said[0], strlen(said[0]), &error);
    ts_stream_closed(stream);
    for (int second = 0; second < 3600; second++) ts_stream_quiet(stream, second);
    ts_stream_opened(stream);
    assert_int_equal(ts_stream_message(stream, said[1], strlen(said[1]), &error), 0);
    assert_int_equal(counts.implausible, 0);
    assert_int_equal(ts_stream_covered(stream), 1);
    assert_int_equal(counts.minutes.dirty, 60); /* 00:00 .. 00:59 */
    ts_stream_free(stream);
}

/* The recorded Advanced Trade feed as one connection; every `without`-th message is lost, 0: none. */
typedef struct recording {
    ts_stream *stream;
    ts_stream_counts counts;
    size_t count, without;
    char given[64];
} recording;

static void receive_recorded(void *context, const char *text, size_t length)
{
    recording *on = context;
    ts_error error = {0};
    if (on->without && ++on->count % on->without == 0) return;
    if (ts_stream_message(on->stream, text, length, &error)) fail_msg("%s", error.text);
}

static void replay(recording *on, size_t without)
{
    static const char *const symbols[] = {"ETH-USD", "BTC-USD"};
    /* Four minutes later the exchange still beats: what was recorded is given out. */
    static const char beats[] = "{\"channel\":\"heartbeats\",\"timestamp\":\"2026-08-09T21:%02d:00Z\","
                                "\"sequence_num\":%d,\"events\":[{\"heartbeat_counter\":1}]}";
    ts_error error = {0};
    *on = (recording){.without = without};
    on->stream = ts_stream_new(TS_FEED_ADVANCED, symbols, 2, GRACE_US, letter, on->given, &on->counts, &error);
    ts_stream_opened(on->stream);
    recorded_advanced(TS_SHARED_DATA, receive_recorded, on);
    for (int i = 0; i < 4; i++) {
        char text[256];
        int length = snprintf(text, sizeof text, beats, 7 + i, 1030 + i);
        if (ts_stream_message(on->stream, text, (size_t)length, &error)) fail_msg("%s", error.text);
    }
    ts_stream_free(on->stream);
}

static void the_recorded_feed(void **state)
{
    (void)state;
    recording on;
    replay(&on, 0);
    assert_string_equal(on.given, "ddbbeeee"); /* it begins and ends in mid-minute; two products */
    assert_int_equal(on.counts.gaps, 0);
    assert_int_equal(on.counts.minutes.duplicates, 0);
    assert_int_equal(on.counts.minutes.trades, 279);
    replay(&on, 50);
    assert_string_equal(on.given, "ddddeeee");
    assert_int_equal(on.counts.gaps, 1030 / 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_missing_message_is_enough),
        cmocka_unit_test(a_heartbeat_tells_of_a_missing_trade),
        cmocka_unit_test(a_new_connection_is_believed_at_once),
        cmocka_unit_test(the_recorded_feed),
    };
    return cmocka_run_group_tests(tests, ts_temporary_make, ts_temporary_remove);
}

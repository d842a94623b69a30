/* Messages of both feeds into minutes: candles taken apart into messages that are lost, repeated, reordered, spoilt and
 * cut off come back exactly or dirty. */
#define _GNU_SOURCE
#include "ingest/stream.h"

#include "common/clock.h"
#include "common/philox.h"
#include "tests/candle_trades.h"
#include "tests/minute_ledger.h"
#include "tests/soak.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PRODUCTS = 2 };
static const char *const names[PRODUCTS] = {"AAA-USD", "BBB-USD"};
static const int64_t GRACE_US = 3000000, TICK_US = 250000;

/* Shares of the messages that meet this fate. */
typedef struct fate {
    double lost, again, swapped, spoilt, cut;
} fate;

typedef struct market {
    ts_series series[PRODUCTS];
    candle_trade *trade[PRODUCTS];
    size_t trades[PRODUCTS], sent[PRODUCTS];
    minute_ledger ledger[PRODUCTS];
    ts_stream_counts counts;
    ts_stream *stream;
    ts_feed_source source;
    fate fate;
    ts_draws draws;
    uint64_t sequence;
    ts_strbuf text, held; /* a message that comes after the next one; empty: none */

} market;

static void sink(void *context, const ts_minute *minute)
{
    market *on = context;
    size_t which = minute->symbol[0] != names[0][0];
    minute_ledger_sink(&on->ledger[which], minute);
}

static void market_make(market *on, ts_feed_source source, uint32_t seed, size_t bars, const fate *how)
{
    ts_error error = {0};
    memset(on, 0, sizeof *on);
    for (uint32_t i = 0; i < PRODUCTS; i++) {
        unit_candles(seed * PRODUCTS + i, bars, &on->series[i]);
        on->trade[i] = candle_trades(&on->series[i], seed + i, 500 + 7 * seed, &on->trades[i]);
        minute_ledger_make(&on->ledger[i], &on->series[i]);
    }
    on->source = source;
    on->fate = *how;
    on->draws = ts_draws_at(seed, 21, 0, 0);
    on->stream = ts_stream_new(source, names, PRODUCTS, GRACE_US, sink, on, &on->counts, &error);
    if (!on->stream) fail_msg("%s", error.text);
}

static void market_clear(market *on)
{
    ts_stream_free(on->stream);
    for (size_t i = 0; i < PRODUCTS; i++) {
        minute_ledger_clear(&on->ledger[i]);
        free(on->trade[i]);
        ts_series_clear(&on->series[i]);
    }
    ts_strbuf_clear(&on->text);
    ts_strbuf_clear(&on->held);
}

static const char *time_text(int64_t us, char text[64])
{
    char seconds[TS_TIME_TEXT];
    ts_time_text(us / 1000000 * 1000, seconds);
    snprintf(text, 64, "%.19s.%06dZ", seconds, (int)(us % 1000000));
    return text;
}

static void deliver(market *on, const ts_strbuf *text)
{
    ts_error error = {0};
    ts_stream_message(on->stream, text->text, text->length, &error); /* complaints are part of it */
}

static bool meets(market *on, double share) { return ts_draw_unit(&on->draws) < share; }

/* The message in on->text meets its fate; false when it never comes. */
static bool send(market *on)
{
    bool lost = meets(on, on->fate.lost), spoilt = meets(on, on->fate.spoilt), again = meets(on, on->fate.again);
    if (!lost && spoilt) {
        on->text.length -= 1 + ts_draw_below(&on->draws, (uint32_t)on->text.length - 1);
        deliver(on, &on->text);
        lost = true;
    } else if (!lost && !on->held.length && meets(on, on->fate.swapped)) {
        ts_strbuf_append(&on->held, on->text.text, on->text.length);
        ts_strbuf_reset(&on->text);
        return true;
    } else if (!lost) {
        deliver(on, &on->text);
        if (again) deliver(on, &on->text);
    }
    if (on->held.length) deliver(on, &on->held);
    ts_strbuf_reset(&on->held);
    ts_strbuf_reset(&on->text);
    return !lost;
}

static void head(market *on, const char *channel, int64_t now_us)
{
    char time[64];
    ts_strbuf_printf(&on->text, "{\"channel\":\"%s\",\"timestamp\":\"%s\",\"sequence_num\":%" PRIu64 ",\"events\":[{",
                     channel, time_text(now_us, time), on->sequence++);
}

static void put_trade(market *on, size_t product, const candle_trade *trade, const char *before)
{
    char price[UNITS_TEXT], size[UNITS_TEXT], time[64];
    ts_strbuf_printf(&on->text,
                     "%s{%s\"trade_id\":\"%" PRIu64 "\",\"product_id\":\"%s\",\"price\":\"%s\",\"size\":\"%s\","
                     "\"side\":\"BUY\",\"time\":\"%s\"}",
                     before, on->source == TS_FEED_EXCHANGE ? "\"type\":\"match\"," : "", trade->id, names[product],
                     units_text(trade->price, price), units_text(trade->size, size), time_text(trade->time_us, time));
}

static void damage(market *on, size_t product, size_t from, size_t to)
{
    minute_ledger *ledger = &on->ledger[product];
    for (; from < to; from++) ledger->damaged[on->trade[product][from].time_us / 60000000 - ledger->first] = 1;
}

/* The trades from .. to - 1 of a product: in one message, or one by one. */
static void send_trades(market *on, size_t product, size_t from, size_t to, int64_t now_us, const char *type)
{
    if (on->source == TS_FEED_EXCHANGE) {
        for (; from < to; from++) {
            put_trade(on, product, &on->trade[product][from], "");
            if (!send(on)) damage(on, product, from, from + 1);
        }
        return;
    }
    head(on, "market_trades", now_us);
    ts_strbuf_printf(&on->text, "\"type\":\"%s\",\"trades\":[", type);
    for (size_t i = to; i-- > from;) put_trade(on, product, &on->trade[product][i], i + 1 < to ? "," : "");
    ts_strbuf_puts(&on->text, "]}]}");
    if (!send(on)) damage(on, product, from, to);
}

static void send_heartbeat(market *on, int64_t now_us)
{
    char time[64];
    if (on->source == TS_FEED_ADVANCED) {
        head(on, "heartbeats", now_us);
        ts_strbuf_printf(&on->text, "\"heartbeat_counter\":%d}]}", 7);
        send(on);
        return;
    }
    for (size_t i = 0; i < PRODUCTS; i++) {
        uint64_t last = on->trade[i][on->sent[i] ? on->sent[i] - 1 : 0].id - !on->sent[i];
        ts_strbuf_printf(&on->text,
                         "{\"type\":\"heartbeat\",\"last_trade_id\":%" PRIu64 ",\"product_id\":\"%s\",\"time\":\"%s\"}",
                         last, names[i], time_text(now_us, time));
        send(on);
    }
}

static void connect_now(market *on, int64_t now_us)
{
    fate kept = on->fate;
    on->sequence = 0;
    ts_stream_opened(on->stream);
    on->fate = (fate){0};
    if (on->source == TS_FEED_ADVANCED)
        for (size_t i = 0; i < PRODUCTS; i++)
            if (on->sent[i])
                send_trades(on, i, on->sent[i] > 100 ? on->sent[i] - 100 : 0, on->sent[i], now_us, "snapshot");
    if (on->source == TS_FEED_ADVANCED) {
        head(on, "subscriptions", now_us);
        ts_strbuf_printf(&on->text, "\"subscriptions\":{\"market_trades\":[\"%s\",\"%s\"]}}]}", names[0], names[1]);
    } else {
        ts_strbuf_printf(&on->text,
                         "{\"type\":\"subscriptions\",\"channels\":[{\"name\":\"matches\",\"product_ids\":[\"%s\","
                         "\"%s\"]}]}",
                         names[0], names[1]);
    }
    send(on);
    on->fate = kept;
}

/* The trades of a tick, sent or, while there is no connection, lost. */
static void tick(market *on, int64_t now_us, bool connected)
{
    for (size_t i = 0; i < PRODUCTS; i++) {
        size_t from = on->sent[i];
        while (on->sent[i] < on->trades[i] && on->trade[i][on->sent[i]].time_us < now_us) on->sent[i]++;
        if (from == on->sent[i]) continue;
        if (connected) send_trades(on, i, from, on->sent[i], now_us, "update");
        else damage(on, i, from, on->sent[i]);
    }
}

/* Everything from the first trade to a minute and a half after the last; returns how many minutes are clean. */
static size_t run(market *on, size_t *minutes)
{
    int64_t now = on->series[0].time[0] * 1000 + 1000000, gone = 0, end = 0;
    for (size_t i = 0; i < PRODUCTS; i++)
        if (on->trade[i][on->trades[i] - 1].time_us > end) end = on->trade[i][on->trades[i] - 1].time_us;
    int64_t last = now;
    connect_now(on, now);
    for (int ticks = 0; now < end + 90000000; now += TICK_US, ticks++) {
        bool was_gone = gone > 0;
        if (gone && !--gone) connect_now(on, now);
        tick(on, now, !gone);
        if (!gone && ticks % 4 == 0) send_heartbeat(on, now);
        if (gone) ts_stream_quiet(on->stream, (double)(now - last) / 1e6);
        else last = now;
        if (gone || was_gone || !meets(on, on->fate.cut)) continue;
        ts_strbuf_reset(&on->held);
        ts_stream_closed(on->stream);
        gone = 1 + ts_draw_below(&on->draws, 600);
    }
    size_t clean = 0;
    *minutes = 0;
    for (size_t i = 0; i < PRODUCTS; i++) {
        clean += minute_ledger_check(&on->ledger[i], on->ledger[i].minutes);
        *minutes += on->ledger[i].minutes;
    }
    return clean;
}

static void check(ts_feed_source source, uint32_t seed, const fate *how, size_t least, bool all)
{
    market on;
    size_t minutes;
    market_make(&on, source, seed, 60, how);
    size_t clean = run(&on, &minutes);
    if (all && clean != minutes - PRODUCTS) fail_msg("%zu of %zu minutes are clean", clean, minutes);
    if (!all && clean == minutes - PRODUCTS) fail_msg("all %zu minutes are clean", minutes);
    if (clean < least) fail_msg("only %zu of %zu minutes are clean", clean, minutes);
    market_clear(&on);
}

static void check_source(ts_feed_source source)
{
    for (uint32_t seed = 1; seed <= soak(3); seed++) {
        check(source, seed, &(fate){0}, 0, true);
        check(source, seed, &(fate){.again = 0.2, .swapped = 0.2}, 0, true);
        check(source, seed, &(fate){.lost = 0.001}, 1, false);
        check(source, seed, &(fate){.spoilt = 0.001}, 1, false);
        check(source, seed, &(fate){.cut = 0.002}, 1, false);
        check(source, seed, &(fate){.lost = 0.002, .again = 0.1, .swapped = 0.1, .spoilt = 0.0005, .cut = 0.001}, 0,
              false);
        check(source, seed, &(fate){.lost = 0.3, .spoilt = 0.3, .swapped = 0.3, .cut = 0.05}, 0, false);
    }
}

static void the_advanced_feed_in_every_trouble(void **state)
{
    (void)state;
    check_source(TS_FEED_ADVANCED);
}

static void the_exchange_feed_in_every_trouble(void **state)
{
    (void)state;
    check_source(TS_FEED_EXCHANGE);
}

static void subscriptions_are_as_the_exchange_wants_them(void **state)
{
    (void)state;
    static const char *const wanted[2][2] = {
        {"{\"type\":\"subscribe\",\"product_ids\":[\"AAA-USD\",\"BBB-USD\"],\"channel\":\"market_trades\"}",
         "{\"type\":\"subscribe\",\"product_ids\":[\"AAA-USD\",\"BBB-USD\"],\"channel\":\"heartbeats\"}"},
        {"{\"type\":\"subscribe\",\"product_ids\":[\"AAA-USD\",\"BBB-USD\"],\"channels\":[\"matches\"]}",
         "{\"type\":\"subscribe\",\"product_ids\":[\"AAA-USD\",\"BBB-USD\"],\"channels\":[\"heartbeat\"]}"}};
    for (int source = TS_FEED_ADVANCED; source <= TS_FEED_EXCHANGE; source++) {
        market on;
        market_make(&on, (ts_feed_source)source, 1, 5, &(fate){0});
        for (size_t i = 0; i < 2; i++) {
            ts_strbuf text = {0};
            assert_true(ts_stream_subscription(on.stream, i, &text));
            assert_string_equal(text.text, wanted[source][i]);
            ts_strbuf_clear(&text);
        }
        assert_false(ts_stream_subscription(on.stream, 2, NULL));
        market_clear(&on);
    }
}

static void wrong_symbols_and_complaints(void **state)
{
    (void)state;
    ts_error error = {0};
    ts_stream_counts counts = {0};
    static const char *const twice[] = {"A-B", "C-D", "A-B"};
    assert_null(ts_stream_new(TS_FEED_ADVANCED, twice, 3, 0, NULL, NULL, &counts, &error));
    assert_int_equal(error.code, TS_USAGE);
    assert_non_null(strstr(error.text, "A-B comes twice"));
    market on;
    market_make(&on, TS_FEED_ADVANCED, 1, 5, &(fate){0});
    static const char complaint[] = "{\"type\":\"error\",\"message\":\"rate limit exceeded\"}";
    error = (ts_error){0};
    assert_int_equal(ts_stream_message(on.stream, complaint, sizeof complaint - 1, &error), -1);
    assert_int_equal(error.code, TS_UNAVAILABLE);
    assert_non_null(strstr(error.text, "rate limit exceeded"));
    assert_int_equal(on.counts.errors, 1);
    market_clear(&on);
}

/* Minutes of products that the exchange does not confirm are dirty; those of X-USDC come as X-USD. */
static void what_was_not_confirmed_is_dirty(void **state)
{
    (void)state;
    static const char *const symbols[] = {"AAA-USDC", "BBB-USD"};
    static const char *const said[] = {
        "{\"channel\":\"subscriptions\",\"timestamp\":\"2025-03-01T00:00:05Z\",\"sequence_num\":0,\"events\":"
        "[{\"subscriptions\":{\"market_trades\":[\"AAA-USD\"]}}]}",
        "{\"channel\":\"market_trades\",\"timestamp\":\"2025-03-01T00:01:06Z\",\"sequence_num\":1,\"events\":"
        "[{\"trades\":[{\"trade_id\":1,\"product_id\":\"AAA-USD\",\"price\":\"1\",\"size\":\"2\",\"side\":\"BUY\","
        "\"time\":\"2025-03-01T00:01:05Z\"},{\"trade_id\":1,\"product_id\":\"CCC-USD\",\"price\":\"1\",\"size\":\"2\","
        "\"side\":\"BUY\",\"time\":\"2025-03-01T00:01:05Z\"}]}]}",
        "{\"channel\":\"heartbeats\",\"timestamp\":\"2025-03-01T00:02:06Z\",\"sequence_num\":2,\"events\":"
        "[{\"heartbeat_counter\":1}]}",
    };
    static ts_series series;
    market on = {0};
    ts_error error = {0};
    unit_candles(1, 2, &series);
    for (int i = 0; i < PRODUCTS; i++) minute_ledger_make(&on.ledger[i], &series);
    on.stream = ts_stream_new(TS_FEED_ADVANCED, symbols, 2, 0, sink, &on, &on.counts, &error);
    ts_stream_opened(on.stream);
    for (size_t i = 0; i < 3; i++)
        if (ts_stream_message(on.stream, said[i], strlen(said[i]), &error)) fail_msg("%s", error.text);
    assert_int_equal(on.counts.minutes.bars, 1);
    assert_int_equal(on.counts.minutes.dirty, 1 + 2); /* of BBB-USD both */
    ts_stream_unconfirmed(on.stream, &on.text);
    assert_string_equal(on.text.text, "BBB-USD");
    ts_strbuf_clear(&on.text);
    assert_int_equal(on.counts.unknown, 1);
    assert_int_equal(ts_stream_covered(on.stream), 1);
    ts_stream_free(on.stream);
    for (int i = 0; i < PRODUCTS; i++) minute_ledger_clear(&on.ledger[i]);
    ts_series_clear(&series);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(subscriptions_are_as_the_exchange_wants_them),
        cmocka_unit_test(wrong_symbols_and_complaints),
        cmocka_unit_test(what_was_not_confirmed_is_dirty),
        cmocka_unit_test(the_advanced_feed_in_every_trouble),
        cmocka_unit_test(the_exchange_feed_in_every_trouble),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The decoders of Coinbase's feeds: recorded messages, made-up ones, and hostile ones with the member they name. */
#include "ingest/coinbase_matches.h"
#include "ingest/coinbase_trades.h"

#include "common/strbuf.h"
#include "tests/recordings.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef int decoder(const void *, size_t, ts_message *, ts_error *);

/* The message in memory of exactly its size, so that the sanitizers see any step beyond it. */
static int decode(decoder *decode_it, const char *text, ts_message *message, ts_error *error)
{
    size_t size = strlen(text);
    char *exact = malloc(size ? size : 1);
    assert_non_null(exact);
    memcpy(exact, text, size);
    int status = decode_it(exact, size, message, error);
    free(exact);
    return status;
}

static void must(decoder *decode_it, const char *text, ts_message *message)
{
    ts_error error = {0};
    if (decode(decode_it, text, message, &error)) fail_msg("%s", error.text);
}

#define HEAD(channel)                                                                                                  \
    "{\"channel\":\"" channel "\",\"client_id\":\"\",\"timestamp\":\"2025-03-01T00:00:05.25Z\",\"sequence_num\":7,"

static void trades_of_the_advanced_feed(void **state)
{
    (void)state;
    ts_message message = {0};
    must(ts_coinbase_trades_decode,
         HEAD("market_trades") "\"events\":[{\"type\":\"snapshot\",\"trades\":["
                               "{\"trade_id\":\"12\",\"product_id\":\"BTC-USD\",\"price\":\"65083.67\","
                               "\"size\":\"0.002\",\"side\":\"BUY\",\"time\":\"2025-03-01T00:00:04.123456789Z\"},"
                               "{\"product_id\":\"B\\u0054C-USD\",\"trade_id\":11,\"price\":65083.5,\"size\":1e-8,"
                               "\"side\":\"SELL\",\"time\":\"2025-03-01T00:00:04Z\",\"new\":[{}]}]}]}",
         &message);
    assert_int_equal(message.kind, TS_MESSAGE_TRADES);
    assert_true(message.snapshot && message.sequenced);
    assert_int_equal(message.sequence, 7);
    assert_int_equal(message.time_us, 1740787205250000);
    assert_int_equal(message.trades, 2);
    assert_string_equal(message.trade[0].symbol, "BTC-USD");
    assert_int_equal(message.trade[0].trade_id, 12);
    assert_int_equal(message.trade[0].time_us, 1740787204123456);
    assert_int_equal(message.trade[0].side, TS_SIDE_BUY);
    assert_true(ts_exact_real(message.trade[0].price) == 65083.67);
    assert_string_equal(message.trade[1].symbol, "BTC-USD");
    assert_int_equal(message.trade[1].side, TS_SIDE_SELL);
    assert_true(ts_exact_real(message.trade[1].size) == 1e-8);
    ts_message_clear(&message);
}

static void other_messages_of_the_advanced_feed(void **state)
{
    (void)state;
    ts_message message = {0};
    static const char *const beats[] = {"42", "\"42\""};
    for (int i = 0; i < 2; i++) {
        char text[300];
        snprintf(text, sizeof text,
                 HEAD("heartbeats") "\"events\":[{\"current_time\":\"x\",\"heartbeat_counter\":%s}]}", beats[i]);
        must(ts_coinbase_trades_decode, text, &message);
        assert_int_equal(message.kind, TS_MESSAGE_HEARTBEAT);
        assert_int_equal(message.heartbeat, 42);
        assert_false(message.last_trade);
    }
    must(ts_coinbase_trades_decode,
         "{\"events\":[{\"subscriptions\":{\"level2\":[\"X-Y\"],\"market_trades\":[\"BTC-USD\",\"ETH-USD\"],"
         "\"heartbeats\":[\"heartbeats\"]}}],\"sequence_num\":\"0\",\"timestamp\":\"2025-03-01T00:00:05Z\","
         "\"channel\":\"subscriptions\"}",
         &message);
    assert_int_equal(message.kind, TS_MESSAGE_SUBSCRIBED);
    assert_int_equal(message.products, 2);
    assert_string_equal(message.product[1].symbol, "ETH-USD");
    must(ts_coinbase_trades_decode, "{\"type\":\"error\",\"message\":\"authentication failure\"}", &message);
    assert_int_equal(message.kind, TS_MESSAGE_ERROR);
    assert_string_equal(message.text, "authentication failure");
    assert_false(message.sequenced);
    must(ts_coinbase_trades_decode, HEAD("l2_data") "\"events\":[{\"updates\":[1,2,{\"x\":null}]}]}", &message);
    assert_int_equal(message.kind, TS_MESSAGE_OTHER);
    assert_true(message.sequenced);
    ts_message_clear(&message);
}

static void messages_of_the_exchange_feed(void **state)
{
    (void)state;
    ts_message message = {0};
    must(ts_coinbase_matches_decode,
         "{\"trade_id\":5,\"type\":\"last_match\",\"side\":\"sell\",\"size\":\"985\",\"price\":\"0.00001305\","
         "\"product_id\":\"SKL-BTC\",\"sequence\":177100030,\"time\":\"2021-04-17T16:43:37.089723Z\"}",
         &message);
    assert_int_equal(message.kind, TS_MESSAGE_TRADES);
    assert_true(message.snapshot && !message.sequenced);
    assert_int_equal(message.trade[0].side, TS_SIDE_SELL);
    assert_int_equal(message.time_us, 1618677817089723);
    must(ts_coinbase_matches_decode,
         "{\"type\":\"heartbeat\",\"last_trade_id\":17,\"product_id\":\"SKL-BTC\",\"sequence\":18,"
         "\"time\":\"2021-04-17T16:43:38Z\"}",
         &message);
    assert_true(message.kind == TS_MESSAGE_HEARTBEAT && message.last_trade && message.heartbeat == 17);
    assert_string_equal(message.heartbeat_product.symbol, "SKL-BTC");
    must(ts_coinbase_matches_decode,
         "{\"type\":\"subscriptions\",\"channels\":[{\"name\":\"heartbeat\",\"product_ids\":[\"A-B\"]},"
         "{\"product_ids\":[\"SKL-BTC\"],\"name\":\"matches\",\"account_ids\":null},{\"name\":\"status\"}]}",
         &message);
    assert_int_equal(message.kind, TS_MESSAGE_SUBSCRIBED);
    assert_int_equal(message.products, 1);
    assert_string_equal(message.product[0].symbol, "SKL-BTC");
    must(ts_coinbase_matches_decode, "{\"type\":\"error\",\"message\":\"Failed\",\"reason\":\"no such product\"}",
         &message);
    assert_string_equal(message.text, "Failed: no such product");
    must(ts_coinbase_matches_decode, "{\"type\":\"ticker\",\"price\":null}", &message);
    assert_int_equal(message.kind, TS_MESSAGE_OTHER);
    ts_message_clear(&message);
}

#define TRADE(members) HEAD("market_trades") "\"events\":[{\"trades\":[{" members "}]}]}"
#define ID             "\"trade_id\":\"1\","
#define PRODUCT        "\"product_id\":\"A-B\","
#define PRICE          "\"price\":\"1\","
#define SIZE           "\"size\":\"1\","
#define TIME           "\"time\":\"2025-03-01T00:00:05Z\""
#define TEN            "[[[[[[[[[["

static void wrong_messages_name_the_member(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"", "expected an object"},
        {"[]", "expected an object"},
        {"<html>503</html>", "expected an object"},
        {"{\"type\":\"error\"} x", "more after the end"},
        {"{\"a\":" TEN TEN TEN TEN, "deeper than 32"},
        {"{\"a\":\"\\u0000\"}", "NUL"},
        {"{\"a\":\"\\ud800\"}", "an escape"},
        {"{\"a\":\"\x80\"}", "UTF-8"},
        {"{\"a\":\"\x01\"}", "control character"},
        {"{\"a\":01}", "expected a number"},
        {"{\"a\":1,}", "expected a string"},
        {"{\"a\":nul}", "expected a value"},
        {"{\"channel\":7}", "channel: byte 11: expected a string"},
        {"{\"channel\":\"x\",\"channel\":\"x\"}", "channel: byte 25: comes twice"},
        {"{\"channel\":\"market_trades\"}", "timestamp: missing"},
        {"{\"channel\":\"market_trades\",\"timestamp\":\"2025-03-01T00:00:05Z\"}", "sequence_num: missing"},
        {HEAD("market_trades") "\"x\":1}", "events: missing"},
        {HEAD("market_trades") "\"events\":{}}", "events: byte"},
        {HEAD("market_trades") "\"events\":[7]}", "events: byte"},
        {HEAD("market_trades") "\"events\":[{}]}", "events: trades: byte"},
        {HEAD("subscriptions") "\"events\":[{\"subscriptions\":{\"market_trades\":[1]}}]}",
         "events: subscriptions: market_trades: byte"},
        {HEAD("heartbeats") "\"events\":[{\"heartbeat_counter\":-1}]}", "heartbeat_counter: byte"},
        {HEAD("heartbeats") "\"events\":[{\"heartbeat_counter\":1e3}]}", "is no whole number"},
        {HEAD("heartbeats") "\"events\":[{\"heartbeat_counter\":18446744073709551616}]}", "is 2^64 or more"},
        {TRADE(PRODUCT PRICE SIZE TIME), "trades: trade_id: byte"},
        {TRADE(ID PRICE SIZE TIME), "trades: product_id: byte"},
        {TRADE(ID PRODUCT SIZE TIME), "trades: price: byte"},
        {TRADE(ID PRODUCT PRICE TIME), "trades: size: byte"},
        {TRADE(ID PRODUCT PRICE "\"size\":\"1\""), "trades: time: byte"},
        {TRADE(ID ID PRODUCT PRICE SIZE TIME), "comes twice"},
        {TRADE(ID PRODUCT "\"price\":\"0\"," SIZE TIME), "is 0"},
        {TRADE(ID PRODUCT "\"price\":\"-5\"," SIZE TIME), "is no plain decimal"},
        {TRADE(ID PRODUCT "\"price\":\"1,5\"," SIZE TIME), "is no plain decimal"},
        {TRADE(ID PRODUCT "\"price\":\"NaN\"," SIZE TIME), "is no plain decimal"},
        {TRADE(ID PRODUCT "\"price\":\"1e308\"," SIZE TIME), "is 10^18 or more"},
        {TRADE(ID PRODUCT "\"price\":\"1e15\"," SIZE TIME), "10^15 or more"},
        {TRADE(ID PRODUCT "\"price\":\"1e-30\"," SIZE TIME), "more than 18 decimals"},
        {TRADE(ID PRODUCT "\"price\":null," SIZE TIME), "expected a number"},
        {TRADE(ID PRODUCT PRICE "\"size\":{}," TIME), "size: byte"},
        {TRADE(ID PRODUCT PRICE SIZE "\"time\":\"2025-02-29T00:00:00Z\""), "time: byte"},
        {TRADE(ID PRODUCT PRICE SIZE "\"time\":\"2025-03-01T24:00:00Z\""), "is no time"},
        {TRADE(ID PRODUCT PRICE SIZE "\"time\":\"1740787204\""), "is no time"},
        {TRADE(ID PRODUCT PRICE SIZE "\"time\":\"9999-01-01T00:00:00Z\""), "is no time"},
        {TRADE(ID PRODUCT PRICE SIZE "\"time\":\"2025-03-01T00:00:00.Z\""), "is no time"},
        {TRADE(ID "\"product_id\":\"\"," PRICE SIZE TIME), "is empty"},
        {TRADE(ID "\"product_id\":\"../x\"," PRICE SIZE TIME), "is no name"},
        {TRADE(ID "\"product_id\":\"ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZ\"," PRICE SIZE TIME),
         "is too long"},
    };
    ts_message message = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ts_error error = {0};
        if (!decode(ts_coinbase_trades_decode, cases[i].text, &message, &error)) fail_msg("taken: %s", cases[i].text);
        assert_int_equal(error.code, TS_BAD_DATA);
        if (!strstr(error.text, cases[i].says) || !strstr(error.text, "Advanced Trade"))
            fail_msg("%s\nsays %s\nnot %s", cases[i].text, error.text, cases[i].says);
    }
    ts_message_clear(&message);
}

static void wrong_messages_of_the_exchange_feed(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"{}", "type: byte"},
        {"{\"type\":\"match\"}", "trade_id: byte"},
        {"{\"type\":\"match\"," ID PRODUCT PRICE "\"size\":\"0\"," TIME "}", "size: byte"},
        {"{\"type\":\"heartbeat\"," PRODUCT TIME "}", "last_trade_id: byte"},
        {"{\"type\":\"subscriptions\"}", "channels: byte"},
        {"{\"type\":\"subscriptions\",\"channels\":[{\"product_ids\":[]}]}", "channels: name: byte"},
        {"{\"type\":\"subscriptions\",\"channels\":[{\"name\":\"matches\",\"product_ids\":[null]}]}",
         "product_ids: byte"},
        {"{\"type\":\"match\",\"type\":\"match\"}", "comes twice"},
    };
    ts_message message = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ts_error error = {0};
        if (!decode(ts_coinbase_matches_decode, cases[i].text, &message, &error)) fail_msg("taken: %s", cases[i].text);
        if (!strstr(error.text, cases[i].says)) fail_msg("%s\nsays %s", cases[i].text, error.text);
    }
    ts_message_clear(&message);
}

/* Every beginning of a message is refused, and a message with any byte changed is refused or read, never more. */
static void cut_and_spoilt_messages(void **state)
{
    (void)state;
    static const char text[] = TRADE(ID PRODUCT PRICE SIZE TIME);
    ts_message message = {0};
    for (size_t size = 0; size + 1 < sizeof text; size++) {
        ts_error error = {0};
        char *part = malloc(size ? size : 1);
        memcpy(part, text, size);
        assert_int_equal(ts_coinbase_trades_decode(part, size, &message, &error), -1);
        free(part);
    }
    for (size_t at = 0; at + 1 < sizeof text; at++)
        for (int byte = 0; byte < 256; byte++) {
            char spoilt[sizeof text];
            ts_error error = {0};
            memcpy(spoilt, text, sizeof text);
            spoilt[at] = (char)byte;
            ts_coinbase_trades_decode(spoilt, sizeof text - 1, &message, &error);
            ts_coinbase_matches_decode(spoilt, sizeof text - 1, &message, &error);
        }
    ts_message_clear(&message);
}

static void too_many_trades_are_refused(void **state)
{
    (void)state;
    static const char trade[] = "{" ID PRODUCT PRICE SIZE TIME "},";
    ts_strbuf text = {0};
    ts_strbuf_puts(&text, HEAD("market_trades") "\"events\":[{\"trades\":[");
    for (int i = 0; i <= TS_MESSAGE_TRADES_LIMIT; i++) ts_strbuf_puts(&text, trade);
    text.length--; /* the last comma */
    ts_strbuf_puts(&text, "]}]}");
    ts_message message = {0};
    ts_error error = {0};
    assert_int_equal(ts_coinbase_trades_decode(text.text, text.length, &message, &error), -1);
    assert_non_null(strstr(error.text, "more than 100000 trades in one message"));
    ts_message_clear(&message);
    ts_strbuf_clear(&text);
}

/* Trades of a product by id: recorded ones are consecutive. */
typedef struct counts {
    size_t kind[TS_MESSAGE_ERROR + 1], trades, products;
    uint64_t sequence_next;
} counts;

static void count(const ts_message *message, counts *all)
{
    all->kind[message->kind]++;
    all->trades += message->trades;
    all->products += message->products;
    for (size_t i = 0; i < message->trades; i++) {
        assert_true(message->trade[i].time_us > 1600000000000000 && message->trade[i].time_us < 1800000000000000);
        assert_true(message->trade[i].price > 0 && message->trade[i].size > 0);
    }
    if (!message->sequenced) return;
    assert_int_equal(message->sequence, all->sequence_next);
    all->sequence_next++;
}

/* A recording, and how it is decoded. */
typedef struct replay {
    decoder *decode_it;
    ts_message message;
    counts all;
} replay;

static void decode_recorded(void *context, const char *text, size_t length)
{
    replay *on = context;
    (void)length;
    must(on->decode_it, text, &on->message);
    count(&on->message, &on->all);
}

static void the_recorded_advanced_feed(void **state)
{
    (void)state;
    replay on = {.decode_it = ts_coinbase_trades_decode};
    recorded_advanced(TS_SHARED_DATA, decode_recorded, &on);
    assert_int_equal(on.all.kind[TS_MESSAGE_TRADES], 59);
    assert_int_equal(on.all.kind[TS_MESSAGE_HEARTBEAT], 25);
    assert_int_equal(on.all.kind[TS_MESSAGE_SUBSCRIBED], 5);
    assert_int_equal(on.all.kind[TS_MESSAGE_OTHER], 775 + 160 + 6);
    assert_int_equal(on.all.products, 10);
    assert_int_equal(on.all.trades, 279);
    ts_message_clear(&on.message);
}

static void the_recorded_exchange_feed(void **state)
{
    (void)state;
    replay on = {.decode_it = ts_coinbase_matches_decode};
    recorded_exchange(TS_SHARED_DATA, decode_recorded, &on);
    assert_int_equal(on.all.kind[TS_MESSAGE_TRADES], 107);
    assert_int_equal(on.all.kind[TS_MESSAGE_SUBSCRIBED], 3);
    assert_int_equal(on.all.products, 10);
    ts_message_clear(&on.message);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trades_of_the_advanced_feed),         cmocka_unit_test(other_messages_of_the_advanced_feed),
        cmocka_unit_test(messages_of_the_exchange_feed),       cmocka_unit_test(wrong_messages_name_the_member),
        cmocka_unit_test(wrong_messages_of_the_exchange_feed), cmocka_unit_test(cut_and_spoilt_messages),
        cmocka_unit_test(too_many_trades_are_refused),         cmocka_unit_test(the_recorded_advanced_feed),
        cmocka_unit_test(the_recorded_exchange_feed),
    };
    return cmocka_run_group_tests(tests, ts_temporary_make, ts_temporary_remove);
}

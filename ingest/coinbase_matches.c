#include "ingest/coinbase_matches.h"

#include "ingest/coinbase_members.h"

#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof *(table))

enum { TYPE = 32 };

static int type(ts_scan *scan, void *into) { return ts_scan_string(scan, into, TYPE, true); }

/* Names mean different things in messages of different types: each type has its table, and the type is read first. */
static const ts_member match_members[] = {
    {"trade_id", ts_scan_u64, offsetof(ts_market_trade, trade_id), true},
    {"product_id", ts_coinbase_product, offsetof(ts_market_trade, symbol), true},
    {"price", ts_coinbase_price, offsetof(ts_market_trade, price), true},
    {"size", ts_coinbase_size, offsetof(ts_market_trade, size), true},
    {"time", ts_coinbase_time, offsetof(ts_market_trade, time_us), true},
    {"side", ts_coinbase_side, offsetof(ts_market_trade, side), false},
};

static int match(ts_scan *scan, ts_message *message)
{
    ts_market_trade *trade = ts_message_add_trade(message, scan->error);
    if (!trade) return -1;
    trade->side = TS_SIDE_UNKNOWN;
    if (ts_scan_object(scan, match_members, COUNT(match_members), trade)) return -1;
    message->time_us = trade->time_us;
    return 0;
}

static int last_match(ts_scan *scan, ts_message *message)
{
    message->snapshot = true;
    return match(scan, message);
}

static int heartbeat(ts_scan *scan, ts_message *message)
{
    static const ts_member members[] = {
        {"last_trade_id", ts_scan_u64, offsetof(ts_message, heartbeat), true},
        {"product_id", ts_coinbase_product, offsetof(ts_message, heartbeat_product), true},
        {"time", ts_coinbase_time, offsetof(ts_message, time_us), true},
    };
    message->last_trade = true;
    return ts_scan_object(scan, members, COUNT(members), message);
}

static int product(ts_scan *scan, void *into)
{
    ts_product *added = ts_message_add_product(into, scan->error);
    return added ? ts_coinbase_product(scan, added->symbol) : -1;
}

/* One channel of the confirmed ones; its products count when it is that of the trades. */
typedef struct channel {
    char name[TYPE];
    const char *products_at;
} channel;

static int products(ts_scan *scan, void *into)
{
    ((channel *)into)->products_at = scan->at;
    return ts_scan_skip(scan);
}

static int read_channel(ts_scan *scan, void *into)
{
    static const ts_member members[] = {{"name", type, offsetof(channel, name), true},
                                        {"product_ids", products, 0, false}};
    channel said = {0};
    if (ts_scan_object(scan, members, COUNT(members), &said)) return -1;
    if (!said.products_at || strcmp(said.name, TS_COINBASE_MATCHES_CHANNEL)) return 0;
    ts_scan inner = *scan;
    inner.at = said.products_at;
    return ts_scan_array(&inner, product, into) ? ts_error_context(scan->error, "product_ids") : 0;
}

static int read_channels(ts_scan *scan, void *into) { return ts_scan_array(scan, read_channel, into); }

static int subscriptions(ts_scan *scan, ts_message *message)
{
    static const ts_member members[] = {{"channels", read_channels, 0, true}};
    return ts_scan_object(scan, members, COUNT(members), message);
}

static int complaint(ts_scan *scan, ts_message *message)
{
    struct {
        char message[sizeof message->text], reason[sizeof message->text];
    } said = {0};
    static const ts_member members[] = {{"message", ts_coinbase_text, 0, false},
                                        {"reason", ts_coinbase_text, sizeof said.message, false}};
    if (ts_scan_object(scan, members, COUNT(members), &said)) return -1;
    size_t used = strlen(said.message);
    memcpy(message->text, said.message, used + 1);
    if (*said.reason && used + 3 < sizeof message->text) {
        size_t length = strlen(said.reason), room = sizeof message->text - used - 3;
        memcpy(message->text + used, ": ", 2);
        memcpy(message->text + used + 2, said.reason, length < room ? length : room);
        message->text[used + 2 + (length < room ? length : room)] = '\0';
    }
    return 0;
}

static const struct form {
    const char *type;
    ts_message_kind kind;
    int (*read)(ts_scan *scan, ts_message *message);
} forms[] = {
    {"match", TS_MESSAGE_TRADES, match},
    {"last_match", TS_MESSAGE_TRADES, last_match},
    {"heartbeat", TS_MESSAGE_HEARTBEAT, heartbeat},
    {"subscriptions", TS_MESSAGE_SUBSCRIBED, subscriptions},
    {"error", TS_MESSAGE_ERROR, complaint},
};

static int decode(ts_scan *scan, ts_message *message)
{
    static const ts_member members[] = {{"type", type, 0, true}};
    char said[TYPE] = "";
    ts_scan again = *scan;
    if (ts_scan_object(scan, members, COUNT(members), said) || ts_scan_end(scan)) return -1;
    for (size_t i = 0; i < COUNT(forms); i++)
        if (!strcmp(said, forms[i].type)) {
            message->kind = forms[i].kind;
            return forms[i].read(&again, message);
        }
    return 0;
}

int ts_coinbase_matches_decode(const void *bytes, size_t size, ts_message *message, ts_error *error)
{
    ts_scan scan = ts_scan_begin(bytes, size, error);
    ts_message_reset(message);
    return decode(&scan, message) ? ts_error_context(error, "a message of the Exchange feed") : 0;
}

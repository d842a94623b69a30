#include "ingest/coinbase_trades.h"

#include "ingest/coinbase_members.h"

#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* The outermost object; its events are read after it, when the channel is known. */
typedef struct envelope {
    char channel[32], type[32];
    int64_t time_us;
    uint64_t sequence;
    const char *sequence_at, *events_at; /* NULL: not there */
    char text[sizeof((ts_message *)0)->text];
} envelope;

static int name(ts_scan *scan, void *into) { return ts_scan_string(scan, into, sizeof((envelope *)0)->channel, true); }

static int sequence(ts_scan *scan, void *into)
{
    envelope *outer = into;
    outer->sequence_at = scan->at;
    return ts_scan_u64(scan, &outer->sequence);
}

static int events(ts_scan *scan, void *into)
{
    ((envelope *)into)->events_at = scan->at;
    return ts_scan_skip(scan);
}

static const ts_member envelope_members[] = {
    {"channel", name, offsetof(envelope, channel), false},
    {"type", name, offsetof(envelope, type), false},
    {"timestamp", ts_coinbase_time, offsetof(envelope, time_us), false},
    {"sequence_num", sequence, 0, false},
    {"events", events, 0, false},
    {"message", ts_coinbase_text, offsetof(envelope, text), false},
};

static const ts_member trade_members[] = {
    {"trade_id", ts_scan_u64, offsetof(ts_market_trade, trade_id), true},
    {"product_id", ts_coinbase_product, offsetof(ts_market_trade, symbol), true},
    {"price", ts_coinbase_price, offsetof(ts_market_trade, price), true},
    {"size", ts_coinbase_size, offsetof(ts_market_trade, size), true},
    {"time", ts_coinbase_time, offsetof(ts_market_trade, time_us), true},
    {"side", ts_coinbase_side, offsetof(ts_market_trade, side), false},
};

static int trade(ts_scan *scan, void *into)
{
    ts_market_trade *added = ts_message_add_trade(into, scan->error);
    if (!added) return -1;
    added->side = TS_SIDE_UNKNOWN;
    return ts_scan_object(scan, trade_members, COUNT(trade_members), added);
}

static int trades(ts_scan *scan, void *into) { return ts_scan_array(scan, trade, into); }

static int event_type(ts_scan *scan, void *into)
{
    char text[16];
    if (ts_scan_string(scan, text, sizeof text, true)) return -1;
    if (!strcmp(text, "snapshot")) ((ts_message *)into)->snapshot = true;
    return 0;
}

static int trades_event(ts_scan *scan, void *into)
{
    static const ts_member members[] = {{"type", event_type, 0, false}, {"trades", trades, 0, true}};
    return ts_scan_object(scan, members, COUNT(members), into);
}

static int heartbeat_event(ts_scan *scan, void *into)
{
    static const ts_member members[] = {{"heartbeat_counter", ts_scan_u64, offsetof(ts_message, heartbeat), true}};
    return ts_scan_object(scan, members, COUNT(members), into);
}

static int product(ts_scan *scan, void *into)
{
    ts_product *added = ts_message_add_product(into, scan->error);
    return added ? ts_coinbase_product(scan, added->symbol) : -1;
}

static int channel_products(ts_scan *scan, const char *channel, void *into)
{
    return strcmp(channel, TS_COINBASE_TRADES_CHANNEL) ? ts_scan_skip(scan) : ts_scan_array(scan, product, into);
}

static int subscriptions(ts_scan *scan, void *into) { return ts_scan_members(scan, channel_products, into); }

static int subscriptions_event(ts_scan *scan, void *into)
{
    static const ts_member members[] = {{"subscriptions", subscriptions, 0, true}};
    return ts_scan_object(scan, members, COUNT(members), into);
}

static const struct channel {
    const char *name;
    ts_message_kind kind;
    int (*event)(ts_scan *scan, void *into);
} channels[] = {
    {TS_COINBASE_TRADES_CHANNEL, TS_MESSAGE_TRADES, trades_event},
    {TS_COINBASE_HEARTBEATS_CHANNEL, TS_MESSAGE_HEARTBEAT, heartbeat_event},
    {"subscriptions", TS_MESSAGE_SUBSCRIBED, subscriptions_event},
};

static int read_events(ts_scan *scan, const envelope *outer, const struct channel *channel, ts_message *message)
{
    const char *missing = !outer->time_us       ? "timestamp"
                          : !outer->sequence_at ? "sequence_num"
                          : !outer->events_at   ? "events"
                                                : NULL;
    if (missing) return ts_fail(scan->error, TS_BAD_DATA, "%s: missing", missing);
    ts_scan inner = *scan;
    inner.at = outer->events_at;
    inner.depth = 1;
    message->kind = channel->kind;
    return ts_scan_array(&inner, channel->event, message) ? ts_error_context(scan->error, "events") : 0;
}

static int decode(ts_scan *scan, ts_message *message)
{
    envelope outer = {0};
    if (ts_scan_object(scan, envelope_members, COUNT(envelope_members), &outer) || ts_scan_end(scan)) return -1;
    message->time_us = outer.time_us;
    message->sequence = outer.sequence;
    message->sequenced = outer.sequence_at != NULL;
    if (!strcmp(outer.type, "error")) {
        message->kind = TS_MESSAGE_ERROR;
        memcpy(message->text, outer.text, sizeof message->text);
    }
    for (size_t i = 0; i < COUNT(channels); i++)
        if (!strcmp(outer.channel, channels[i].name)) return read_events(scan, &outer, &channels[i], message);
    return 0;
}

int ts_coinbase_trades_decode(const void *bytes, size_t size, ts_message *message, ts_error *error)
{
    ts_scan scan = ts_scan_begin(bytes, size, error);
    ts_message_reset(message);
    return decode(&scan, message) ? ts_error_context(error, "a message of the Advanced Trade feed") : 0;
}

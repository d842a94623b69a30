#include "ingest/stream.h"

#include "common/memory.h"
#include "ingest/coinbase_matches.h"
#include "ingest/coinbase_trades.h"
#include "ingest/number_spans.h"

#include <stdlib.h>
#include <string.h>

/* A step of the exchange's clock by more than LEAP is believed when a second message says so too; a trade that is so
 * far ahead of its message is not. */
static const int64_t LEAP_US = 300000000, AHEAD_US = 60000000;

/* All products are told the time so often, and not with every message. */
static const int64_t TICK_US = 50000;

/* What differs between the feeds. */
typedef struct form {
    int (*decode)(const void *bytes, size_t size, ts_message *message, ts_error *error);
    const char *channel[2];       /* trades first: a connection without a subscription is closed after 5 s */
    const char *opening, *joined; /* of a subscription: before the products, after them up to the channel */
    const char *closing;
    bool each; /* every product has a clock of its own, by its trades and heartbeats */
} form;

static const form forms[] = {
    [TS_FEED_ADVANCED] = {ts_coinbase_trades_decode,
                          {TS_COINBASE_TRADES_CHANNEL, TS_COINBASE_HEARTBEATS_CHANNEL},
                          "{\"type\":\"subscribe\",\"product_ids\":[",
                          "],\"channel\":\"",
                          "\"}",
                          false},
    [TS_FEED_EXCHANGE] = {ts_coinbase_matches_decode,
                          {TS_COINBASE_MATCHES_CHANNEL, TS_COINBASE_HEARTBEAT_CHANNEL},
                          "{\"type\":\"subscribe\",\"product_ids\":[",
                          "],\"channels\":[\"",
                          "\"]}",
                          true},
};

typedef struct product {
    ts_minutes *minutes;
    bool confirmed; /* the exchange said that it sends its trades */
} product;

struct ts_stream {
    const form *form;
    product *product; /* sorted by symbol */
    size_t products;
    int64_t grace_us;
    int64_t clock_us, leap_us; /* the exchange's; 0: not known; a step that is not believed yet */
    int64_t guess_us;          /* of its clock, while there was no connection */
    int64_t tick_us;           /* when all products are next told the time */
    bool open, suspect;        /* a message since then could not be read */
    bool answered;             /* the exchange has said what it sends on this connection */
    ts_number_spans sequence;
    ts_message message;
    ts_stream_counts *counts;
};

static int by_symbol(const void *a, const void *b)
{
    return strcmp(ts_minutes_symbol(((const product *)a)->minutes), ts_minutes_symbol(((const product *)b)->minutes));
}

static int add_products(ts_stream *stream, const char *const *symbol, size_t count, ts_minute_sink *sink, void *context,
                        ts_error *error)
{
    for (size_t i = 0; i < count; i++) {
        product *added = &stream->product[i];
        added->minutes = ts_minutes_new(symbol[i], stream->grace_us, sink, context, &stream->counts->minutes, error);
        if (!added->minutes) return -1;
        stream->products++;
    }
    qsort(stream->product, count, sizeof *stream->product, by_symbol);
    for (size_t i = 1; i < count; i++)
        if (!by_symbol(&stream->product[i - 1], &stream->product[i]))
            return ts_fail(error, TS_USAGE, "%s comes twice among the symbols",
                           ts_minutes_symbol(stream->product[i].minutes));
    return 0;
}

ts_stream *ts_stream_new(ts_feed_source source, const char *const *symbol, size_t count, int64_t grace_us,
                         ts_minute_sink *sink, void *context, ts_stream_counts *counts, ts_error *error)
{
    if (!count || count > TS_STREAM_SYMBOLS)
        return ts_fail(error, TS_USAGE, "a connection is for 1 to %d symbols, not %zu", TS_STREAM_SYMBOLS, count), NULL;
    ts_stream *stream = ts_alloc(1, sizeof *stream);
    if (stream) stream->product = ts_alloc(count, sizeof *stream->product);
    if (!stream || !stream->product) {
        free(stream);
        return ts_no_memory(error, "a stream of trades"), NULL;
    }
    stream->form = &forms[source];
    stream->grace_us = grace_us;
    stream->counts = counts;
    if (!add_products(stream, symbol, count, sink, context, error)) return stream;
    ts_stream_free(stream);
    return NULL;
}

void ts_stream_free(ts_stream *stream)
{
    if (!stream) return;
    for (size_t i = 0; i < stream->products; i++) ts_minutes_free(stream->product[i].minutes);
    free(stream->product);
    ts_message_clear(&stream->message);
    free(stream);
}

bool ts_stream_subscription(const ts_stream *stream, size_t index, ts_strbuf *text)
{
    const form *said = stream->form;
    if (index >= sizeof said->channel / sizeof *said->channel) return false;
    ts_strbuf_puts(text, said->opening);
    for (size_t i = 0; i < stream->products; i++)
        ts_strbuf_printf(text, "%s\"%s\"", i ? "," : "", ts_minutes_symbol(stream->product[i].minutes));
    ts_strbuf_printf(text, "%s%s%s", said->joined, said->channel[index], said->closing);
    return true;
}

static product *lookup(ts_stream *stream, const char *symbol)
{
    size_t low = 0, high = stream->products;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(ts_minutes_symbol(stream->product[middle].minutes), symbol);
        if (!order) return &stream->product[middle];
        if (order < 0) low = middle + 1;
        else high = middle;
    }
    return NULL;
}

/* The product of the exchange's name. X-USDC shares its book with X-USD, and its trades come under that name. */
static product *find(ts_stream *stream, const char *symbol)
{
    product *found = lookup(stream, symbol);
    size_t length = strlen(symbol);
    if (found || length + 2 > TS_SYMBOL_TEXT || length < 4 || strcmp(symbol + length - 4, "-USD")) return found;
    char other[TS_SYMBOL_TEXT + 1];
    memcpy(other, symbol, length);
    memcpy(other + length, "C", 2);
    return lookup(stream, other);
}

size_t ts_stream_symbols(const ts_stream *stream) { return stream->products; }

static void damage_all(ts_stream *stream, int64_t from_us, int64_t to_us)
{
    for (size_t i = 0; i < stream->products; i++) ts_minutes_damage(stream->product[i].minutes, from_us, to_us);
}

void ts_stream_opened(ts_stream *stream)
{
    stream->sequence = (ts_number_spans){0};
    stream->open = true;
    stream->suspect = stream->answered = false;
    stream->leap_us = 0;
}

void ts_stream_closed(ts_stream *stream)
{
    stream->open = false;
    for (size_t i = 0; i < stream->products; i++) {
        ts_minutes_stop(stream->product[i].minutes);
        stream->product[i].confirmed = false;
    }
}

void ts_stream_quiet(ts_stream *stream, double seconds)
{
    if (stream->open || !stream->clock_us || !(seconds > 0 && seconds < 1e9)) return;
    stream->guess_us = stream->clock_us + (int64_t)(seconds * 1e6);
    for (size_t i = 0; i < stream->products; i++) ts_minutes_advance(stream->product[i].minutes, stream->guess_us);
}

size_t ts_stream_covered(const ts_stream *stream)
{
    size_t covered = 0;
    for (size_t i = 0; i < stream->products; i++) covered += ts_minutes_covered(stream->product[i].minutes);
    return covered;
}

void ts_stream_unconfirmed(const ts_stream *stream, ts_strbuf *names)
{
    for (size_t i = 0; i < stream->products; i++)
        if (!stream->product[i].confirmed)
            ts_strbuf_printf(names, "%s%s", names->length ? ", " : "", ts_minutes_symbol(stream->product[i].minutes));
}

/* Move the clock; false when the message's time is not believed. */
static bool believe(ts_stream *stream, int64_t now_us)
{
    int64_t known = stream->guess_us > stream->clock_us ? stream->guess_us : stream->clock_us;
    if (stream->clock_us && now_us > known + LEAP_US &&
        (!stream->leap_us || now_us > stream->leap_us + LEAP_US || now_us < stream->leap_us - LEAP_US)) {
        stream->leap_us = now_us;
        stream->counts->implausible++;
        stream->suspect = true;
        return false;
    }
    if (stream->suspect) damage_all(stream, stream->clock_us - stream->grace_us, now_us);
    stream->suspect = false;
    if (now_us > stream->clock_us) stream->clock_us = now_us;
    stream->leap_us = 0;
    return true;
}

/* Messages that are missing: wait a grace for them, then their time is damaged. True while there are some. */
static bool waits_for_messages(ts_stream *stream)
{
    ts_number_spans *sequence = &stream->sequence;
    while (sequence->count > 1) {
        ts_hole hole = ts_number_spans_hole(sequence, 1);
        if (stream->clock_us - hole.to_us < stream->grace_us) return true;
        damage_all(stream, hole.from_us - stream->grace_us, hole.to_us);
        ts_number_spans_forget(sequence, 1);
    }
    return false;
}

static void number(ts_stream *stream, const ts_message *message)
{
    ts_hole hole = {0};
    size_t before = stream->sequence.count;
    ts_seen seen = ts_number_spans_add(&stream->sequence, message->sequence, message->time_us, &hole);
    if (seen == TS_SEEN_BEFORE) stream->counts->repeated++;
    if (seen == TS_SEEN_CROWDED) damage_all(stream, hole.from_us - stream->grace_us, hole.to_us);
    if (seen == TS_SEEN_CROWDED || (before && stream->sequence.count > before)) stream->counts->gaps++;
}

/* A product's part of time: its coverage begins with the first live message after the confirmation. */
static void tick(product *of, int64_t now_us)
{
    if (of->confirmed && !ts_minutes_covered(of->minutes)) ts_minutes_start(of->minutes, now_us);
    if (of->confirmed) ts_minutes_advance(of->minutes, now_us);
}

/* Nobody sends the trades of a product that is not confirmed: its minutes come out dirty, by the others' clock. */
static void tick_unconfirmed(ts_stream *stream)
{
    for (size_t i = 0; i < stream->products && stream->answered && stream->clock_us; i++) {
        const product *of = &stream->product[i];
        if (of->confirmed) continue;
        ts_minutes_begin(of->minutes, stream->clock_us);
        ts_minutes_advance(of->minutes, stream->clock_us);
    }
}

static void tick_all(ts_stream *stream)
{
    if ((!stream->form->each && waits_for_messages(stream)) || stream->clock_us < stream->tick_us) return;
    stream->tick_us = stream->clock_us + TICK_US;
    tick_unconfirmed(stream);
    for (size_t i = 0; i < stream->products && !stream->form->each; i++) tick(&stream->product[i], stream->clock_us);
}

static void take_trades(ts_stream *stream, const ts_message *message)
{
    for (size_t i = 0; i < message->trades; i++) {
        const ts_market_trade *trade = &message->trade[i];
        product *of = find(stream, trade->symbol);
        if (!of) {
            stream->counts->unknown++;
        } else if (message->time_us && trade->time_us > message->time_us + AHEAD_US) {
            stream->counts->implausible++;
            ts_minutes_damage(of->minutes, stream->clock_us - stream->grace_us, stream->clock_us);
        } else {
            if (stream->form->each && !message->snapshot) tick(of, trade->time_us);
            ts_minutes_trade(of->minutes, trade);
        }
    }
}

static void take_heartbeat(ts_stream *stream, const ts_message *message)
{
    if (!message->last_trade) return;
    product *of = find(stream, message->heartbeat_product.symbol);
    if (!of) return;
    ts_minutes_last_trade(of->minutes, message->heartbeat, message->time_us);
    tick(of, message->time_us);
}

/* What is listed is sent from now on, and nothing else. */
static void take_confirmation(ts_stream *stream, const ts_message *message)
{
    stream->tick_us = 0;
    stream->answered = true;
    for (size_t i = 0; i < stream->products; i++) stream->product[i].confirmed = false;
    for (size_t i = 0; i < message->products; i++) {
        product *of = find(stream, message->product[i].symbol);
        if (of) of->confirmed = true;
    }
    for (size_t i = 0; i < stream->products; i++)
        if (!stream->product[i].confirmed) ts_minutes_stop(stream->product[i].minutes);
}

static void take(ts_stream *stream, const ts_message *message)
{
    ts_stream_counts *counts = stream->counts;
    bool live = message->time_us && !(stream->form->each && message->snapshot);
    if (message->kind == TS_MESSAGE_SUBSCRIBED) take_confirmation(stream, message);
    if (live && !believe(stream, message->time_us)) return;
    if (message->sequenced && message->time_us) number(stream, message);
    tick_all(stream);
    if (message->kind == TS_MESSAGE_TRADES) {
        counts->trades_messages++;
        take_trades(stream, message);
    } else if (message->kind == TS_MESSAGE_HEARTBEAT) {
        counts->heartbeats++;
        take_heartbeat(stream, message);
    } else counts->other++;
}

int ts_stream_message(ts_stream *stream, const void *bytes, size_t size, ts_error *error)
{
    ts_message *message = &stream->message;
    stream->counts->messages++;
    stream->counts->bytes += size;
    if (stream->form->decode(bytes, size, message, error)) {
        stream->counts->decode_errors++;
        stream->suspect = true;
        damage_all(stream, stream->clock_us - stream->grace_us, stream->clock_us);
        return -1;
    }
    take(stream, message);
    if (message->kind != TS_MESSAGE_ERROR) return 0;
    stream->counts->errors++;
    return ts_fail(error, TS_UNAVAILABLE, "the exchange complains: %s", message->text);
}

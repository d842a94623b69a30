/* Decoding the messages of exchanges. The messages are made up in Coinbase's form and differ in every number; beside it
 * the same messages read by jansson's tree and strtod, the way that needs no decoder. */
#include "bench/bench.h"
#include "bench/stopwatch.h"
#include "common/clock.h"
#include "common/json.h"
#include "common/memory.h"
#include "common/philox.h"
#include "ingest/coinbase_matches.h"
#include "ingest/coinbase_trades.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { MESSAGES = 64, SNAPSHOT = 100, LIMIT_NS_MESSAGE = 10000, LIMIT_NS_TRADE = 4000 };

typedef struct decode_job {
    int (*decode)(const void *bytes, size_t size, ts_message *message, ts_error *error);
    size_t trades; /* of a message */
    ts_strbuf text[MESSAGES];
    ts_message message;
    double seen; /* the prices of the tree, so that nobody leaves them out */
} decode_job;

static void free_job(void *state)
{
    decode_job *job = state;
    for (size_t i = 0; i < MESSAGES; i++) ts_strbuf_clear(&job->text[i]);
    ts_message_clear(&job->message);
    free(job);
}

static void put_trade(ts_strbuf *text, ts_draws *draws, uint64_t id, const char *type)
{
    ts_strbuf_printf(text,
                     "{%s\"product_id\":\"BTC-USD\",\"trade_id\":\"%" PRIu64
                     "\",\"price\":\"%u.%02u\",\"size\":\"0.%08u\","
                     "\"time\":\"2025-03-01T00:%02u:%02u.%06uZ\",\"side\":\"%s\"}",
                     type, id, 60000 + ts_draw_below(draws, 9999), ts_draw_below(draws, 100),
                     1 + ts_draw_below(draws, 99999999), ts_draw_below(draws, 60), ts_draw_below(draws, 60),
                     ts_draw_below(draws, 1000000), ts_draw_below(draws, 2) ? "BUY" : "SELL");
}

static void put_message(ts_strbuf *text, const decode_job *job, uint32_t number)
{
    ts_draws draws = ts_draws_at(1, 31, number, 0);
    uint64_t id = 1068572000 + (uint64_t)number * job->trades;
    if (job->decode == ts_coinbase_matches_decode) {
        put_trade(text, &draws, id,
                  "\"type\":\"match\",\"maker_order_id\":\"00000000-0000-0000-0000-000000000000\","
                  "\"taker_order_id\":\"00000000-0000-0000-0000-000000000001\",\"sequence\":177100030,");
        return;
    }
    ts_strbuf_printf(text,
                     "{\"channel\":\"market_trades\",\"client_id\":\"\",\"timestamp\":\"2025-03-01T01:00:00.%09uZ\","
                     "\"sequence_num\":%u,\"events\":[{\"type\":\"%s\",\"trades\":[",
                     ts_draw_below(&draws, 1000000000), number, job->trades > 1 ? "snapshot" : "update");
    for (size_t i = 0; i < job->trades; i++) {
        if (i) ts_strbuf_putc(text, ',');
        put_trade(text, &draws, id - i, "");
    }
    ts_strbuf_puts(text, "]}]}");
}

/* What the trades of a tree say, added up; -1: it is no message with as many trades. */
static int sum_tree(decode_job *job, const json_t *root)
{
    const json_t *event = json_array_get(json_object_get(root, "events"), 0), *trade;
    const json_t *trades = json_object_get(event, "trades");
    size_t i;
    json_array_foreach(trades, i, trade)
    {
        job->seen += strtod(json_string_value(json_object_get(trade, "price")), NULL);
        job->seen += strtod(json_string_value(json_object_get(trade, "size")), NULL);
        job->seen += (double)strtoull(json_string_value(json_object_get(trade, "trade_id")), NULL, 10);
    }
    if (trades) return i == job->trades ? 0 : -1;
    job->seen += strtod(json_string_value(json_object_get(root, "price")), NULL);
    job->seen += strtod(json_string_value(json_object_get(root, "size")), NULL);
    return 0;
}

static int read_tree(decode_job *job, const ts_strbuf *text, ts_error *error)
{
    json_t *root = json_loadb(text->text, text->length, 0, NULL);
    int status = root ? sum_tree(job, root) : -1;
    json_decref(root);
    return status ? ts_fail(error, TS_FAILED, "a made-up message is not as it should be") : 0;
}

static int read_message(decode_job *job, const ts_strbuf *text, ts_error *error)
{
    if (job->decode(text->text, text->length, &job->message, error)) return -1;
    if (job->message.trades == job->trades) return 0;
    return ts_fail(error, TS_FAILED, "%zu trades were read, not %zu", job->message.trades, job->trades);
}

/* Nanoseconds of processor time a message, over at least `seconds`. */
static int time_reading(decode_job *job, int (*read)(decode_job *, const ts_strbuf *, ts_error *), double seconds,
                        double *ns, ts_error *error)
{
    uint64_t count = 0;
    ts_lap start = ts_stopwatch(), lap;
    do {
        for (size_t i = 0; i < MESSAGES; i++)
            if (read(job, &job->text[i], error)) return -1;
        count += MESSAGES;
        lap = ts_stopwatch_since(start);
    } while (lap.wall < seconds);
    *ns = lap.cpu * 1e9 / (double)count;
    return 0;
}

static int measure(void *state, double seconds, ts_bench_line *line, ts_error *error)
{
    decode_job *job = state;
    double ours = 0, tree = 0;
    if (time_reading(job, read_message, seconds / 2, &ours, error)) return -1;
    if (time_reading(job, read_tree, seconds / 2, &tree, error)) return -1;
    line->value[TS_FIELD_threads] = 1;
    line->value[TS_FIELD_bytes_per_message] = (double)job->text[0].length;
    line->value[TS_FIELD_trades_per_message] = (double)job->trades;
    line->value[TS_FIELD_ns_per_message] = ours;
    line->value[TS_FIELD_ns_per_trade] = ours / (double)job->trades;
    if (job->trades > 1) line->value[TS_FIELD_limit_ns_per_trade] = LIMIT_NS_TRADE;
    else line->value[TS_FIELD_limit_ns_per_message] = LIMIT_NS_MESSAGE;
    line->value[TS_FIELD_tree_ns_per_message] = tree;
    line->value[TS_FIELD_ratio] = tree / ours;
    return 0;
}

static int add(ts_bench *bench, const char *item, decode_job like, ts_error *error)
{
    decode_job *job = ts_alloc(1, sizeof *job);
    if (!job) return ts_no_memory(error, "a benchmark");
    *job = like;
    bool failed = false;
    for (uint32_t i = 0; i < MESSAGES; i++) {
        put_message(&job->text[i], job, i);
        failed |= ts_strbuf_failed(&job->text[i]);
    }
    if (!failed) return ts_bench_add(bench, (ts_job){"ingest", item, NULL, job, measure, free_job}, error);
    free_job(job);
    return ts_no_memory(error, "made-up messages");
}

int ts_bench_add_ingest(ts_bench *bench, const char *name, const char *const *backend, size_t backends, ts_error *error)
{
    (void)name, (void)backend, (void)backends; /* no back end has a part in it */
    if (add(bench, "market_trades, one trade", (decode_job){.decode = ts_coinbase_trades_decode, .trades = 1}, error))
        return -1;
    if (add(bench, "market_trades, snapshot", (decode_job){.decode = ts_coinbase_trades_decode, .trades = SNAPSHOT},
            error))
        return -1;
    if (add(bench, "match", (decode_job){.decode = ts_coinbase_matches_decode, .trades = 1}, error)) return -1;
    return ts_bench_add_minutes(bench, error);
}

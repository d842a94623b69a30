/* A market through the stream into minutes, with all but the sockets: 200 products with 20 trades a minute each, a
 * message a trade and a heartbeat a second, in Coinbase's form. A run with another outcome than clean minutes is an
 * error. */
#include "bench/bench.h"
#include "bench/stopwatch.h"
#include "common/clock.h"
#include "common/memory.h"
#include "common/philox.h"
#include "ingest/stream.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { PRODUCTS = 200, TRADES = 20, MINUTES = 4, START_S = 1740787200 }; /* 2025-03-01T00:00:00Z */

typedef struct minutes_job {
    ts_strbuf text; /* all messages, one after the other */
    size_t *end;    /* of each message in it */
    size_t messages, trades;
    const char *symbol[PRODUCTS];
    char name[PRODUCTS][16];
    uint64_t bars;
} minutes_job;

static void free_job(void *state)
{
    minutes_job *job = state;
    ts_strbuf_clear(&job->text);
    free(job->end);
    free(job);
}

static void head(minutes_job *job, const char *channel, int64_t ms)
{
    char time[TS_TIME_TEXT];
    ts_strbuf_printf(&job->text,
                     "{\"channel\":\"%s\",\"client_id\":\"\",\"timestamp\":\"%s\",\"sequence_num\":%zu,\"events\":[",
                     channel, ts_time_text(ms, time), job->messages);
}

static void tail(minutes_job *job, const char *text)
{
    ts_strbuf_puts(&job->text, text);
    job->end[job->messages++] = job->text.length;
}

static void put_trade(minutes_job *job, size_t product, uint64_t id, int64_t ms)
{
    char time[TS_TIME_TEXT];
    ts_draws draws = ts_draws_at(2, (uint32_t)product, (uint32_t)id, 0);
    head(job, "market_trades", ms + 1);
    ts_strbuf_printf(&job->text,
                     "{\"type\":\"update\",\"trades\":[{\"product_id\":\"%s\",\"trade_id\":\"%" PRIu64
                     "\",\"price\":\"%u.%02u\",\"size\":\"0.%08u\",\"time\":\"%s\",\"side\":\"BUY\"}]}",
                     job->name[product], id, 100 + ts_draw_below(&draws, 900), ts_draw_below(&draws, 100),
                     1 + ts_draw_below(&draws, 99999999), ts_time_text(ms, time));
    tail(job, "]}");
    job->trades++;
}

/* Trades of all products take turns, 15 ms apart; what is confirmed at the start are all products. */
static void put_market(minutes_job *job)
{
    int64_t ms = (int64_t)START_S * 1000, step = 60000 / (PRODUCTS * TRADES), end = ms + MINUTES * 60000;
    head(job, "subscriptions", ms);
    ts_strbuf_puts(&job->text, "{\"subscriptions\":{\"market_trades\":[");
    for (size_t i = 0; i < PRODUCTS; i++) ts_strbuf_printf(&job->text, "%s\"%s\"", i ? "," : "", job->name[i]);
    tail(job, "]}}]}");
    for (size_t i = 0; ms < end; i++, ms += step) {
        put_trade(job, i % PRODUCTS, 1000 + i / PRODUCTS, ms);
        if (ms % 1000 >= step) continue;
        head(job, "heartbeats", ms + 2);
        tail(job, "{\"current_time\":\"x\",\"heartbeat_counter\":1}]}");
    }
}

static void count_bar(void *context, const ts_minute *minute)
{
    ((minutes_job *)context)->bars += minute->kind == TS_MINUTE_BAR && minute->trades == TRADES;
}

static int run(minutes_job *job, ts_error *error)
{
    ts_stream_counts counts = {0};
    ts_stream *stream = ts_stream_new(TS_FEED_ADVANCED, job->symbol, PRODUCTS, 2000000, count_bar, job, &counts, error);
    int status = stream ? 0 : -1;
    job->bars = 0;
    if (stream) ts_stream_opened(stream);
    for (size_t i = 0, from = 0; i < job->messages && !status; from = job->end[i++])
        status = ts_stream_message(stream, job->text.text + from, job->end[i] - from, error);
    ts_stream_free(stream);
    /* The first minute is dirty, the last one not over. */
    if (!status && (job->bars != PRODUCTS * (MINUTES - 2) || counts.minutes.dirty != PRODUCTS))
        status =
            ts_fail(error, TS_FAILED, "%" PRIu64 " minutes are clean, not %d", job->bars, PRODUCTS * (MINUTES - 2));
    return status;
}

static int measure(void *state, double seconds, ts_bench_line *line, ts_error *error)
{
    minutes_job *job = state;
    double runs = 0;
    ts_lap start = ts_stopwatch(), lap;
    do {
        if (run(job, error)) return -1;
        runs++;
        lap = ts_stopwatch_since(start);
    } while (lap.wall < seconds);
    line->value[TS_FIELD_threads] = 1;
    line->value[TS_FIELD_bytes_per_message] = (double)job->text.length / (double)job->messages;
    line->value[TS_FIELD_trades_per_message] = 1;
    line->value[TS_FIELD_ns_per_message] = lap.cpu * 1e9 / (runs * (double)job->messages);
    line->value[TS_FIELD_ns_per_trade] = lap.cpu * 1e9 / (runs * (double)job->trades);
    return 0;
}

int ts_bench_add_minutes(ts_bench *bench, ts_error *error)
{
    minutes_job *job = ts_alloc(1, sizeof *job);
    if (!job) return ts_no_memory(error, "a benchmark");
    for (size_t i = 0; i < PRODUCTS; i++) {
        snprintf(job->name[i], sizeof job->name[i], "COIN%zu-USD", i);
        job->symbol[i] = job->name[i];
    }
    job->end = ts_alloc((size_t)PRODUCTS * TRADES * MINUTES + 60 * MINUTES + 2, sizeof *job->end);
    if (job->end) put_market(job);
    if (job->end && !ts_strbuf_failed(&job->text))
        return ts_bench_add(bench, (ts_job){"ingest", "into minutes", NULL, job, measure, free_job}, error);
    free_job(job);
    return ts_no_memory(error, "made-up messages");
}

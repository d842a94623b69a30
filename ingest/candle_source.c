#define _GNU_SOURCE
#include "ingest/candle_source.h"

#include "common/clock.h"
#include "common/interval.h"
#include "common/memory.h"
#include "data/http/http_client.h"
#include "ingest/backoff.h"
#include "ingest/candle_exchange.h"
#include "ingest/pacing.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ANSWER_LIMIT = 16 << 20, QUOTED = 120 /* characters of a refusal */ };

/* A page without candles is asked for so often in all: the exchange is known to answer one request in five with
 * nothing. Within a stretch of them it is enough to find its ends with care. */
enum { EMPTY_FIRST = 8, EMPTY_WITHIN = 2 };

static const double usual_seconds = 30, longest_pause = 600, backoff_first = 0.5, backoff_most = 30;

struct ts_candle_source {
    const ts_candle_exchange *exchange;
    char *url, *ca_file;
    unsigned attempts;
    double seconds;
    bool (*wait)(double seconds);
    ts_fetcher *client;
    ts_fetch_answer answer;
    ts_pacing pacing;
    ts_backoff backoff;
    ts_candle_rows rows;
    ts_candle_source_counts counts;
};

/* What is asked for now. */
typedef struct question {
    const char *symbol;
    char product[2 * TS_SYMBOL_TEXT];
    int64_t interval_ms, from_ms, to_ms;
} question;

static bool sleep_for(double seconds)
{
    struct timespec span = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
    nanosleep(&span, NULL);
    return false;
}

static int check(const ts_candle_source_settings *s, ts_error *error)
{
    if (s->url && strncmp(s->url, "http://", 7) != 0 && strncmp(s->url, "https://", 8) != 0)
        return ts_fail(error, TS_BAD_CONFIG, "the exchange's URL: expected http:// or https:// and a host");
    if (s->ca_file && access(s->ca_file, R_OK))
        return ts_fail(error, TS_BAD_CONFIG, "%s: %s", s->ca_file, strerror(errno));
    return 0;
}

ts_candle_source *ts_candle_source_open(const ts_candle_source_settings *s, ts_error *error)
{
    const ts_candle_exchange *exchange = ts_candle_exchange_find(s->exchange, error);
    if (!exchange || check(s, error)) return NULL;
    ts_candle_source *source = ts_alloc(1, sizeof *source);
    if (!source || !(source->url = strdup(s->url ? s->url : exchange->url)) ||
        (s->ca_file && !(source->ca_file = strdup(s->ca_file)))) {
        ts_candle_source_close(source);
        ts_no_memory(error, "a source of candles");
        return NULL;
    }
    size_t length = strlen(source->url);
    if (source->url[length - 1] == '/') source->url[length - 1] = '\0';
    source->exchange = exchange;
    source->attempts = s->attempts ? s->attempts : 8;
    source->seconds = s->seconds > 0 ? s->seconds : usual_seconds;
    source->wait = s->wait ? s->wait : sleep_for;
    source->pacing = ts_pacing_make(s->per_second > 0 ? s->per_second : exchange->per_second, ts_clock_seconds());
    source->backoff = ts_backoff_make(backoff_first, backoff_most, s->seed, 0);
    if ((source->client = ts_fetcher_new(error))) return source;
    ts_candle_source_close(source);
    return NULL;
}

void ts_candle_source_close(ts_candle_source *source)
{
    if (!source) return;
    ts_fetcher_free(source->client);
    ts_fetch_answer_clear(&source->answer);
    ts_candle_rows_clear(&source->rows);
    free(source->url), free(source->ca_file);
    free(source);
}

ts_candle_source_counts ts_candle_source_count(const ts_candle_source *source) { return source->counts; }

static int wait_for_turn(ts_candle_source *source, ts_error *error)
{
    for (double left; (left = ts_pacing_take(&source->pacing, ts_clock_seconds())) > 0;)
        if (source->wait(left)) return ts_fail(error, TS_RUN_AGAIN, "asked to end while candles are missing");
    return 0;
}

static int get(ts_candle_source *source, const char *url, ts_error *error)
{
    const ts_fetch_request request = {
        .method = "GET", .url = url, .seconds = source->seconds, .limit = ANSWER_LIMIT, .ca_file = source->ca_file};
    source->counts.requests++;
    return ts_fetch(source->client, &request, &source->answer, error);
}

static int send(ts_candle_source *source, const question *q, ts_error *error)
{
    ts_strbuf url = {0};
    ts_strbuf_puts(&url, source->url);
    bool known = source->exchange->path(q->product, q->interval_ms, q->from_ms, q->to_ms, &url);
    int status = 0;
    if (!known)
        status = ts_fail(error, TS_USAGE, "%s has no candles of %s", source->exchange->name,
                         ts_interval_text(q->interval_ms));
    else if (ts_strbuf_failed(&url)) status = ts_no_memory(error, "a URL");
    else status = get(source, url.text, error);
    ts_strbuf_clear(&url);
    return status;
}

int64_t ts_candle_source_clock(ts_candle_source *source, ts_error *error)
{
    ts_strbuf url = {0};
    ts_strbuf_printf(&url, "%s%s", source->url, source->exchange->clock);
    int status = ts_strbuf_failed(&url) ? ts_no_memory(error, "a URL") : wait_for_turn(source, error);
    if (!status) status = get(source, url.text, error);
    ts_strbuf_clear(&url);
    return status ? 0 : source->answer.date_ms;
}

bool ts_candle_source_is_there(ts_candle_source *source)
{
    bool there = false;
    for (int tries = 0; tries < 3 && !there; tries++) {
        ts_error unseen = {0};
        ts_candle_source_clock(source, &unseen);
        there = !unseen.code && source->answer.status == 200;
    }
    if (there) ts_backoff_reset(&source->backoff);
    return there;
}

/* The beginning of an answer, fit for a log. */
static const char *quote(const ts_fetch_answer *answer, char text[QUOTED + 1])
{
    size_t length = answer->body.length < QUOTED ? answer->body.length : QUOTED;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)answer->body.text[i];
        text[i] = c < ' ' || c > '~' ? ' ' : (char)c;
    }
    text[length] = '\0';
    return text;
}

static int too_old(const ts_candle_source *source, const question *q, ts_error *error)
{
    const ts_candle_rows *rows = &source->rows;
    char text[TS_TIME_TEXT];
    if (!source->exchange->latest_only || rows->count < (size_t)source->exchange->page ||
        rows->candle[0].time <= q->from_ms)
        return 0;
    return ts_fail(error, TS_BAD_DATA, "%s keeps its last %d candles only: here those since %s", source->exchange->name,
                   (int)source->exchange->page, ts_time_text(rows->candle[0].time, text));
}

typedef enum verdict { GOOD, AGAIN, NEVER } verdict;

/* An answer with this status; `error` says what is wrong. */
static verdict judge(ts_candle_source *source, const question *q, ts_error *error)
{
    const ts_fetch_answer *answer = &source->answer;
    char text[QUOTED + 1];
    int status = answer->status;
    if (status == 200) {
        if (ts_candle_rows_read(&source->exchange->layout, q->interval_ms, answer->body.text, answer->body.length,
                                &source->rows, error))
            return source->rows.refused ? NEVER : AGAIN;
        return too_old(source, q, error) ? NEVER : GOOD;
    }
    bool busy = status == 408 || status == 418 || status == 429 || status >= 500 || status < 200;
    bool unknown = status == 400 || status == 404;
    source->counts.limited += status == 429 || status == 418;
    ts_fail(error, unknown ? TS_BAD_DATA : TS_UNAVAILABLE, "the answer is %d: %s", status, quote(answer, text));
    return busy ? AGAIN : NEVER;
}

static verdict ask(ts_candle_source *source, const question *q, double *pause, ts_error *error)
{
    *pause = 0;
    if (send(source, q, error)) return error->code == TS_UNAVAILABLE || error->code == TS_BAD_DATA ? AGAIN : NEVER;
    verdict result = judge(source, q, error);
    if (result == AGAIN) *pause = ts_fetch_retry_seconds(&source->answer, ts_clock_now_ms());
    return result;
}

/* One page into source->rows. */
static int ask_patiently(ts_candle_source *source, const question *q, ts_error *error)
{
    for (unsigned attempt = 1;; attempt++) {
        ts_error why = {0};
        double pause;
        if (wait_for_turn(source, error)) return -1;
        verdict result = ask(source, q, &pause, &why);
        if (result == GOOD) {
            ts_backoff_reset(&source->backoff);
            return 0;
        }
        if (result == NEVER) return ts_fail(error, why.code, "%s: %s", q->symbol, why.text);
        if (attempt == source->attempts)
            return ts_fail(error, TS_UNAVAILABLE, "%s: no good answer in %u tries: %s", q->symbol, attempt, why.text);
        source->counts.retries++;
        if (pause <= 0) pause = ts_backoff_next(&source->backoff);
        ts_pacing_pause(&source->pacing, pause < longest_pause ? pause : longest_pause, ts_clock_seconds());
    }
}

/* Ask until there are candles, at most so often. */
static int ask_again(ts_candle_source *source, const question *q, unsigned times, ts_candle_page *page, ts_error *error)
{
    do {
        if (ask_patiently(source, q, error)) return -1;
        page->candle = ts_candle_rows_within(&source->rows, q->from_ms, q->to_ms, &page->count);
    } while (!page->count && --times);
    page->from_ms = q->from_ms, page->to_ms = q->to_ms;
    page->server_ms = source->answer.date_ms;
    source->counts.pages++;
    source->counts.candles += page->count;
    return 0;
}

/* A page without candles, and whether it was asked for with care: as the first of its stretch it was. */
typedef struct stretch {
    question last;
    bool open, sure;
} stretch;

/* The stretch goes on or begins with this page. */
static void extend(stretch *empty, const question *q)
{
    *empty = (stretch){.last = *q, .open = true, .sure = !empty->open};
}

/* Give out the last page of the stretch, which another follows: it was asked for twice. */
static int give_within(ts_candle_source *source, const stretch *empty, ts_candle_page_sink *sink, void *context,
                       ts_error *error)
{
    const question *last = &empty->last;
    ts_candle_page page = {.from_ms = last->from_ms, .to_ms = last->to_ms, .server_ms = source->answer.date_ms};
    return sink(context, &page, error);
}

/* Where the stretch ends its last page is looked at with care. */
static int give_last(ts_candle_source *source, stretch *empty, ts_candle_page_sink *sink, void *context,
                     ts_error *error)
{
    ts_candle_page page;
    empty->open = false;
    if (empty->sure) return give_within(source, empty, sink, context, error);
    return ask_again(source, &empty->last, EMPTY_FIRST, &page, error) || sink(context, &page, error) ? -1 : 0;
}

int ts_candle_source_fetch(ts_candle_source *source, const char *symbol, int64_t interval_ms, int64_t from_ms,
                           int64_t to_ms, ts_candle_page_sink *sink, void *context, ts_error *error)
{
    question q = {.symbol = symbol, .interval_ms = interval_ms};
    stretch empty = {0};
    int64_t span = source->exchange->page * interval_ms;
    ts_candle_page page;
    ts_strbuf product = {0};
    ts_candle_exchange_product(source->exchange, symbol, &product);
    snprintf(q.product, sizeof q.product, "%s", product.text ? product.text : "");
    ts_strbuf_clear(&product);
    for (q.from_ms = from_ms; q.from_ms < to_ms; q.from_ms = q.to_ms) {
        q.to_ms = to_ms - q.from_ms > span ? q.from_ms + span : to_ms;
        if (ask_again(source, &q, empty.open ? EMPTY_WITHIN : EMPTY_FIRST, &page, error)) return -1;
        if (page.count && empty.open) {
            bool again = !empty.sure; /* the answer is another one by then */
            if (give_last(source, &empty, sink, context, error) ||
                (again && ask_again(source, &q, EMPTY_FIRST, &page, error)))
                return -1;
        } else if (empty.open && give_within(source, &empty, sink, context, error)) return -1;
        if (!page.count) extend(&empty, &q);
        else if (sink(context, &page, error)) return -1;
    }
    return empty.open ? give_last(source, &empty, sink, context, error) : 0;
}

#include "services/market_data_service/question.h"

#include "common/clock.h"
#include "common/interval.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef int reader(const char *text, market_question *question, ts_error *error);

static int read_exchange(const char *text, market_question *question, ts_error *error)
{
    if (ts_exchange_check(text, error)) return -1;
    snprintf(question->key.exchange, sizeof question->key.exchange, "%s", text);
    return 0;
}

static int read_interval(const char *text, market_question *question, ts_error *error)
{
    return ts_interval_parse(text, &question->key.interval_ms, error);
}

static int read_from(const char *text, market_question *question, ts_error *error)
{
    return ts_time_parse(text, &question->from_ms, error);
}

static int read_to(const char *text, market_question *question, ts_error *error)
{
    return ts_time_parse(text, &question->to_ms, error);
}

static int read_limit(const char *text, market_question *question, ts_error *error)
{
    size_t length = strlen(text);
    unsigned long value = length && length <= 5 && strspn(text, "0123456789") == length ? strtoul(text, NULL, 10) : 0;
    if (value < 1 || value > MARKET_LIMIT_MOST)
        return ts_fail(error, TS_USAGE, "'%.40s' is not a whole number from 1 to %d", text, MARKET_LIMIT_MOST);
    question->limit = value;
    return 0;
}

/* Opaque to clients: "t" and the time in hexadecimal. */
const char *market_cursor_text(int64_t time_ms, char text[MARKET_CURSOR_TEXT])
{
    snprintf(text, MARKET_CURSOR_TEXT, "t%016" PRIx64, (uint64_t)time_ms);
    return text;
}

static int read_cursor(const char *text, market_question *question, ts_error *error)
{
    if (text[0] != 't' || strlen(text) != 17 || strspn(text + 1, "0123456789abcdef") != 16)
        return ts_fail(error, TS_USAGE, "'%.40s' is no cursor: expected what the page before gave", text);
    int64_t time_ms = (int64_t)strtoull(text + 1, NULL, 16);
    if (time_ms > question->from_ms) question->from_ms = time_ms;
    return 0;
}

static int read_partial(const char *text, market_question *question, ts_error *error)
{
    question->partial = !strcmp(text, "true");
    if (question->partial || !strcmp(text, "false")) return 0;
    return ts_fail(error, TS_USAGE, "'%.40s' is neither true nor false", text);
}

static int read_format(const char *text, market_question *question, ts_error *error)
{
    question->shape = !strcmp(text, "csv") ? MARKET_CSV : MARKET_JSON;
    if (question->shape == MARKET_CSV || !strcmp(text, "json")) return 0;
    return ts_fail(error, TS_USAGE, "'%.40s' is neither json nor csv", text);
}

/* In this order; a cursor counts more than `from`. */
static const struct {
    const char *name;
    reader *read;
} parameters[] = {
    {"exchange", read_exchange}, {"interval", read_interval}, {"from", read_from},       {"to", read_to},
    {"limit", read_limit},       {"cursor", read_cursor},     {"partial", read_partial}, {"format", read_format}};

/* Is the name one of those of a list with commas? */
static bool listed(const char *names, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = names; (at = strstr(at, name)); at += length)
        if ((at == names || at[-1] == ',') && (!at[length] || at[length] == ',')) return true;
    return false;
}

static bool refuse(ts_http_reply *reply, const char *name, const ts_error *error)
{
    ts_http_problem(reply, 400, "%s: %s", name, error->text);
    return false;
}

bool market_question_read(const ts_http_request *request, const char *symbol, const char *names, const char *root,
                          const char *exchange, market_question *question, ts_http_reply *reply)
{
    ts_error error = {0};
    const char *accept = ts_http_header(request, "Accept");
    *question = (market_question){.key = {.root = root, .interval_ms = 60000},
                                  .from_ms = INT64_MIN,
                                  .to_ms = INT64_MAX,
                                  .limit = MARKET_LIMIT,
                                  .shape = accept && !strncmp(accept, "text/csv", 8) ? MARKET_CSV : MARKET_JSON};
    snprintf(question->key.exchange, sizeof question->key.exchange, "%s", exchange);
    if (symbol && ts_symbol_parse(symbol, question->key.symbol, &error)) return refuse(reply, "symbol", &error);
    for (size_t i = 0; i < sizeof parameters / sizeof *parameters; i++) {
        const char *text = listed(names, parameters[i].name) ? ts_http_query(request, parameters[i].name) : NULL;
        if (text && parameters[i].read(text, question, &error)) return refuse(reply, parameters[i].name, &error);
    }
    return true;
}

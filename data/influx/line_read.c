/* Reading candles from InfluxDB's line protocol. */
#include "common/interval.h"
#include "data/candles/decimal.h"
#include "data/influx/line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORD = 128 }; /* bytes of a name or a value: none of ours is as long */

typedef struct cursor {
    const char *at, *end;
} cursor;

typedef struct tags {
    char currency_pair[WORD], exchange[WORD], interval[WORD], symbol[WORD];
} tags;

/* The text up to one of `stops` that has no \ before it, without the \ of what was escaped. */
static int take_word(cursor *in, const char *stops, char word[WORD], ts_error *error)
{
    size_t length = 0;
    for (; in->at < in->end && !strchr(stops, *in->at); in->at++) {
        bool escaped = *in->at == '\\' && in->at + 1 < in->end && in->at[1] && strchr(", =", in->at[1]);
        if (escaped) in->at++;
        if (!*in->at || *in->at == '\n') return ts_fail(error, TS_BAD_DATA, "a line that breaks off, or a NUL in it");
        if (length + 1 == WORD) return ts_fail(error, TS_BAD_DATA, "a word of more than %d bytes", WORD - 1);
        word[length++] = *in->at;
    }
    word[length] = '\0';
    return length ? 0 : ts_fail(error, TS_BAD_DATA, "a word is missing");
}

static bool take_char(cursor *in, char c)
{
    bool there = in->at < in->end && *in->at == c;
    in->at += there;
    return there;
}

static int take_pair(cursor *in, char name[WORD], char value[WORD], ts_error *error)
{
    if (take_word(in, "=, ", name, error)) return -1;
    if (!take_char(in, '=')) return ts_fail(error, TS_BAD_DATA, "'%.40s': expected = after the name", name);
    return take_word(in, "=, ", value, error);
}

static char *tag_named(tags *into, const char *name)
{
    struct {
        const char *name;
        char *value;
    } const known[] = {{"currency_pair", into->currency_pair},
                       {"exchange", into->exchange},
                       {"interval", into->interval},
                       {"symbol", into->symbol}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(known[i].name, name)) return known[i].value;
    return NULL;
}

static int take_tags(cursor *in, tags *into, ts_error *error)
{
    char name[WORD], value[WORD];
    while (take_char(in, ',')) {
        if (take_pair(in, name, value, error)) return -1;
        char *tag = tag_named(into, name);
        if (!tag || *tag) return ts_fail(error, TS_BAD_DATA, "tag '%.40s': not expected, or there twice", name);
        memcpy(tag, value, strlen(value) + 1);
    }
    return 0;
}

/* -0 is 0, as it is written. */
static int take_real(const char *text, double *value, ts_error *error)
{
    const char *at = text;
    bool read = ts_decimal_read(&at, value) && !*at;
    if (read && *value == 0) *value = 0;
    if (read) return 0;
    return ts_fail(error, TS_BAD_DATA, "expected a number, found '%.40s'", text);
}

static int take_fields(cursor *in, double value[TS_COLUMNS], ts_error *error)
{
    static const char *const names[TS_COLUMNS] = {"open", "high", "low", "close", "volume"};
    char name[WORD], text[WORD];
    bool there[TS_COLUMNS] = {false};
    do {
        int c = 0;
        if (take_pair(in, name, text, error)) return -1;
        while (c < TS_COLUMNS && strcmp(names[c], name) != 0) c++;
        if (c == TS_COLUMNS || there[c])
            return ts_fail(error, TS_BAD_DATA, "field '%.40s': not expected, or there twice", name);
        if (take_real(text, &value[c], error)) return ts_error_context(error, "field %s", name);
        there[c] = true;
    } while (take_char(in, ','));
    for (int c = 0; c < TS_COLUMNS; c++)
        if (!there[c]) return ts_fail(error, TS_BAD_DATA, "field %s: missing", names[c]);
    return 0;
}

static int take_time(cursor *in, int64_t *time, ts_error *error)
{
    char text[WORD], *end;
    if (!take_char(in, ' ') || take_word(in, " \n", text, error)) return ts_fail(error, TS_BAD_DATA, "expected a time");
    *time = strtoll(text, &end, 10);
    if (strspn(text, "-0123456789") != strlen(text) || *end || strlen(text) > 16)
        return ts_fail(error, TS_BAD_DATA, "expected a time in milliseconds, found '%.40s'", text);
    take_char(in, '\n');
    return in->at == in->end ? 0 : ts_fail(error, TS_BAD_DATA, "something follows the time");
}

/* The tags as the key of a series; those that the store does not name must fit, too. */
static int make_key(const tags *said, ts_store_key *series, ts_error *error)
{
    char symbol[TS_SYMBOL_TEXT];
    *series = (ts_store_key){0};
    if (ts_exchange_check(said->exchange, error) || ts_symbol_parse(said->symbol, series->symbol, error) ||
        ts_symbol_parse(said->currency_pair, symbol, error) ||
        ts_interval_parse(said->interval, &series->interval_ms, error))
        return -1;
    snprintf(series->exchange, sizeof series->exchange, "%s", said->exchange);
    if (!strcmp(series->symbol, said->symbol) && !strcmp(series->symbol, symbol)) return 0;
    return ts_fail(error, TS_BAD_DATA, "symbol '%.40s' and currency_pair '%.40s' do not fit", said->symbol,
                   said->currency_pair);
}

int ts_line_read(const char *line, size_t length, ts_store_key *series, ts_candle *candle, ts_error *error)
{
    cursor in = {line, line + length};
    tags said = {0};
    char measurement[WORD];
    int status = take_word(&in, ", ", measurement, error);
    if (!status && strcmp(measurement, TS_LINE_MEASUREMENT) != 0)
        status =
            ts_fail(error, TS_BAD_DATA, "expected the measurement %s, found '%.40s'", TS_LINE_MEASUREMENT, measurement);
    if (!status) status = take_tags(&in, &said, error);
    if (!status && !take_char(&in, ' ')) status = ts_fail(error, TS_BAD_DATA, "expected fields after the tags");
    if (!status) status = take_fields(&in, candle->value, error);
    if (!status) status = take_time(&in, &candle->time, error);
    if (!status) status = make_key(&said, series, error);
    if (status) error->code = TS_BAD_DATA;
    return status;
}

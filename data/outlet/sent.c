#define _GNU_SOURCE
#include "data/outlet/sent.h"

#include "common/interval.h"
#include "common/json_members.h"
#include "common/memory.h"
#include "common/safe_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_MOST = 64 << 20, SERIES_MOST = 1000000, SUM = sizeof "xxh3 \n" - 1 + TS_FINGERPRINT_TEXT - 1 };
static const char schema[] = "sent-candles/1";

static int compare(const ts_store_key *a, const ts_store_key *b)
{
    int order = strcmp(a->exchange, b->exchange);
    if (!order) order = strcmp(a->symbol, b->symbol);
    return order ? order : (a->interval_ms > b->interval_ms) - (a->interval_ms < b->interval_ms);
}

/* Where the key is, or belongs. */
static size_t place(const ts_sent *sent, const ts_store_key *key)
{
    size_t low = 0, high = sent->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (compare(&sent->series[middle]->key, key) < 0) low = middle + 1;
        else high = middle;
    }
    return low;
}

ts_sent_series *ts_sent_find(ts_sent *sent, const ts_store_key *key, int64_t from_ms, ts_error *error)
{
    size_t at = place(sent, key);
    if (at < sent->count && !compare(&sent->series[at]->key, key)) return sent->series[at];
    if (sent->count == sent->capacity) {
        size_t capacity = sent->capacity ? sent->capacity * 2 : 64;
        void *grown = capacity <= SERIES_MOST * 2 ? ts_grow(sent->series, capacity, sizeof *sent->series) : NULL;
        if (!grown) goto no_memory;
        sent->series = grown;
        sent->capacity = capacity;
    }
    ts_sent_series *made = ts_alloc(1, sizeof *made);
    if (!made) goto no_memory;
    made->key = *key;
    made->key.root = NULL;
    made->until_ms = from_ms;
    made->behind = true;
    memmove(sent->series + at + 1, sent->series + at, (sent->count++ - at) * sizeof *sent->series);
    return sent->series[at] = made;
no_memory:
    ts_no_memory(error, "the series of an outlet");
    return NULL;
}

typedef struct entry {
    const char *exchange, *symbol, *interval;
    uint64_t until_ms;
    const json_t *again;
} entry;

static const ts_json_member members[] = {{"exchange", TS_JSON_TEXT, true, offsetof(entry, exchange)},
                                         {"symbol", TS_JSON_TEXT, true, offsetof(entry, symbol)},
                                         {"interval", TS_JSON_TEXT, true, offsetof(entry, interval)},
                                         {"until", TS_JSON_COUNT, true, offsetof(entry, until_ms)},
                                         {"again", TS_JSON_ARRAY, false, offsetof(entry, again)},
                                         {0}};

static int read_again(const json_t *again, ts_ranges *into, ts_error *error)
{
    size_t i;
    json_t *pair;
    json_array_foreach((json_t *)again, i, pair)
    {
        ts_range range = {json_integer_value(json_array_get(pair, 0)), json_integer_value(json_array_get(pair, 1))};
        if (ts_again_add(into, range, error)) return -1;
    }
    return 0;
}

static int read_entry(ts_sent *sent, const json_t *object, ts_error *error)
{
    entry read = {0};
    ts_store_key key = {0};
    if (ts_json_members(object, members, true, &read, error) || ts_exchange_check(read.exchange, error) ||
        ts_symbol_parse(read.symbol, key.symbol, error) || ts_interval_parse(read.interval, &key.interval_ms, error))
        return -1;
    snprintf(key.exchange, sizeof key.exchange, "%s", read.exchange);
    ts_sent_series *series = ts_sent_find(sent, &key, (int64_t)read.until_ms, error);
    return series ? read_again(read.again, &series->again, error) : -1;
}

static int read_document(ts_sent *sent, const char *text, size_t length, ts_error *error)
{
    json_error_t where;
    json_t *document = json_loadb(text, length, JSON_REJECT_DUPLICATES, &where), *object;
    const char *says = json_string_value(json_object_get(document, "schema"));
    size_t i;
    int status = 0;
    if (!says || strcmp(says, schema) != 0) status = ts_fail(error, TS_BAD_DATA, "expected the schema %s", schema);
    json_array_foreach(json_object_get(document, "series"), i, object)
    {
        if (!status) status = read_entry(sent, object, error);
    }
    json_decref(document);
    return status;
}

static int check_and_read(ts_sent *sent, const ts_strbuf *text, ts_error *error)
{
    char right[TS_FINGERPRINT_TEXT], line[SUM + 1];
    if (text->length < SUM) return ts_fail(error, TS_BAD_DATA, "it is cut off");
    size_t length = text->length - SUM;
    ts_fingerprint_of(text->text, length, right);
    snprintf(line, sizeof line, "xxh3 %s\n", right);
    if (memcmp(text->text + length, line, SUM) != 0)
        return ts_fail(error, TS_BAD_DATA, "its checksum does not fit its content");
    return read_document(sent, text->text, length, error);
}

int ts_sent_load(ts_sent *sent, const char *path, ts_error *error)
{
    ts_strbuf text = {0};
    *sent = (ts_sent){.path = strdup(path)};
    if (!sent->path) return ts_no_memory(error, path);
    if (access(path, F_OK) && errno == ENOENT) return 0;
    int status = ts_file_read(path, FILE_MOST, &text, error);
    if (!status && check_and_read(sent, &text, error)) {
        if (error->code != TS_FAILED) error->code = TS_BAD_DATA;
        status = ts_error_context(error, "%s: without this file all candles are sent again", path);
    }
    ts_strbuf_clear(&text);
    return status;
}

void ts_sent_clear(ts_sent *sent)
{
    for (size_t i = 0; i < sent->count; i++) {
        free(sent->series[i]->again.range);
        free(sent->series[i]);
    }
    free(sent->series);
    free(sent->path);
    *sent = (ts_sent){0};
}

static void write_entry(ts_json *json, const ts_sent_series *series)
{
    ts_json_object(json, NULL);
    ts_json_text(json, "exchange", series->key.exchange);
    ts_json_text(json, "symbol", series->key.symbol);
    ts_json_text(json, "interval", ts_interval_text(series->key.interval_ms));
    ts_json_int(json, "until", series->until_ms);
    if (series->again.count) ts_json_array(json, "again");
    for (size_t i = 0; i < series->again.count; i++) {
        ts_json_array(json, NULL);
        ts_json_int(json, NULL, series->again.range[i].from_ms);
        ts_json_int(json, NULL, series->again.range[i].to_ms);
        ts_json_array_end(json);
    }
    if (series->again.count) ts_json_array_end(json);
    ts_json_object_end(json);
}

void ts_sent_text(const ts_sent *sent, ts_strbuf *text)
{
    ts_json json = {.out = *text};
    char sum[TS_FINGERPRINT_TEXT];
    ts_json_object(&json, NULL);
    ts_json_text(&json, "schema", schema);
    ts_json_array(&json, "series");
    for (size_t i = 0; i < sent->count; i++) write_entry(&json, sent->series[i]);
    ts_json_array_end(&json);
    ts_json_object_end(&json);
    ts_strbuf_putc(&json.out, '\n');
    if (!json.out.failed) ts_fingerprint_of(json.out.text, json.out.length, sum);
    if (!json.out.failed) ts_strbuf_printf(&json.out, "xxh3 %s\n", sum);
    *text = json.out;
}

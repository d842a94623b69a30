/* tradestream data list: what a store holds. */
#include "common/clock.h"
#include "common/interval.h"
#include "common/json.h"
#include "host/report/table.h"
#include "services/tradestream/verb_data.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct row {
    const ts_store_key *key;
    ts_store_summary summary;
    char first[TS_TIME_TEXT], last[TS_TIME_TEXT];
} row;

static const ts_setting own_table[] = {
    {"store", TS_SETTING_TEXT, offsetof(ts_data_options, store), NULL, 0, 0, NULL, "DIR", "the candle store's folder"},
    {"format", TS_SETTING_CHOICE, offsetof(ts_data_options, format), "table", 0, 0, "table|json", NULL, "of the list"},
    {0}};
static const ts_setting *const tables[] = {own_table, NULL};

static void text_cell(ts_table *table, const char *text)
{
    ts_strbuf_puts(&table->cells, text);
    ts_table_cell(table);
}

static void as_table(ts_strbuf *out, const row *rows, size_t count)
{
    ts_table table = {0};
    ts_table_column(&table, "exchange", true);
    for (size_t i = 0; i < count; i++) text_cell(&table, rows[i].key->exchange);
    ts_table_column(&table, "symbol", true);
    for (size_t i = 0; i < count; i++) text_cell(&table, rows[i].key->symbol);
    ts_table_column(&table, "interval", true);
    for (size_t i = 0; i < count; i++) text_cell(&table, ts_interval_text(rows[i].key->interval_ms));
    ts_table_column(&table, "bars", false);
    for (size_t i = 0; i < count; i++) {
        ts_strbuf_printf(&table.cells, "%zu", rows[i].summary.bars);
        ts_table_cell(&table);
    }
    ts_table_column(&table, "first", true);
    for (size_t i = 0; i < count; i++) text_cell(&table, rows[i].first);
    ts_table_column(&table, "last", true);
    for (size_t i = 0; i < count; i++) text_cell(&table, rows[i].last);
    ts_table_column(&table, "", true);
    for (size_t i = 0; i < count; i++) text_cell(&table, rows[i].summary.synthetic ? "synthetic" : "");
    ts_table_print(out, &table);
    ts_table_clear(&table);
}

static void as_json(ts_strbuf *out, const row *rows, size_t count)
{
    ts_json json = {.indent = 2, .first = true};
    ts_json_array(&json, NULL);
    for (size_t i = 0; i < count; i++) {
        ts_json_object(&json, NULL);
        ts_json_text(&json, "exchange", rows[i].key->exchange);
        ts_json_text(&json, "symbol", rows[i].key->symbol);
        ts_json_text(&json, "interval", ts_interval_text(rows[i].key->interval_ms));
        ts_json_int(&json, "bars", (int64_t)rows[i].summary.bars);
        ts_json_int(&json, "batches", (int64_t)rows[i].summary.batches);
        ts_json_int(&json, "live", (int64_t)rows[i].summary.live);
        ts_json_text(&json, "first", rows[i].first);
        ts_json_text(&json, "last", rows[i].last);
        ts_json_bool(&json, "synthetic", rows[i].summary.synthetic);
        ts_json_object_end(&json);
    }
    ts_json_array_end(&json);
    ts_strbuf_putc(&json.out, '\n');
    *out = json.out;
}

/* The series that have batches; returns their number, or SIZE_MAX. */
static size_t summarise(const ts_store_key *keys, size_t count, row *rows, ts_error *error)
{
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        row *is = &rows[used];
        if (ts_store_summarise(&keys[i], &is->summary, error)) return SIZE_MAX;
        if (!is->summary.bars) continue;
        is->key = &keys[i];
        ts_time_text(is->summary.first_ms, is->first);
        ts_time_text(is->summary.last_ms, is->last);
        used++;
    }
    return used;
}

static int run(int argc, char **argv, ts_error *error)
{
    ts_data_options options = {0};
    ts_strbuf out = {0};
    ts_store_key *keys = NULL;
    size_t count = 0;
    if (ts_settings_read_all(tables, &options, argc, argv, NULL, error)) return -1;
    if (!options.store) return ts_fail(error, TS_USAGE, "--store DIR is needed: the folder of the candle store");
    if (ts_store_list(options.store, &keys, &count, error)) return -1;
    row *rows = calloc(count + 1, sizeof *rows);
    if (rows) count = summarise(keys, count, rows, error);
    int status = !rows ? ts_no_memory(error, "list") : count == SIZE_MAX ? -1 : 0;
    if (!status) {
        if (options.format) as_json(&out, rows, count);
        else as_table(&out, rows, count);
        status = ts_data_write(NULL, &out, error);
    }
    free(rows);
    free(keys);
    return status;
}

const ts_verb ts_verb_data_list = {
    .name = "list", .summary = "The series that a store holds.", .settings = tables, .run = run};

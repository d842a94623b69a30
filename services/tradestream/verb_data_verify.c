/* tradestream data verify: read candles with every check there is, and report what is missing. Damage in one series
 * does not hide the others; the exit code tells it at the end. */
#include "common/clock.h"
#include "common/interval.h"
#include "common/json.h"
#include "common/log.h"
#include "host/report/table.h"
#include "services/tradestream/verb_data.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct verdict {
    const char *file; /* NULL: of the store */
    char symbol[TS_SYMBOL_TEXT];
    const char *interval;
    size_t bars, duplicates;
    int64_t first_ms, last_ms;
    ts_gaps gaps;
    bool synthetic;
    ts_error error; /* code 0: sound */
} verdict;

typedef struct verdicts {
    verdict *row;
    size_t count, sound;
} verdicts;

static const ts_setting own_table[] = {{"format", TS_SETTING_CHOICE, offsetof(ts_data_options, format), "table", 0, 0,
                                        "table|json", NULL, "of the report"},
                                       {0}};
static const ts_setting *const tables[] = {ts_data_store_table, own_table, NULL};

/* Load one series: a file, or the store's under the symbol and interval of the options. */
static void judge(const ts_data_options *options, const char *file, verdicts *into)
{
    verdict *is = &into->row[into->count++];
    ts_series series = {0};
    ts_read_report report = {0};
    is->file = file;
    if (options->symbol && !file) snprintf(is->symbol, sizeof is->symbol, "%s", options->symbol);
    if (options->interval && !file) is->interval = options->interval;
    if (ts_data_load(options, file, &series, &report, &is->error)) return;
    memcpy(is->symbol, series.symbol, sizeof is->symbol);
    is->interval = ts_interval_text(series.interval_ms);
    is->bars = series.bars;
    is->duplicates = report.duplicates;
    is->first_ms = series.time[0];
    is->last_ms = series.time[series.bars - 1];
    is->gaps = ts_series_gaps(&series);
    is->synthetic = series.synthetic;
    into->sound++;
    ts_series_clear(&series);
}

static int judge_store(const ts_data_options *options, const ts_store_key *keys, size_t count, verdicts *into,
                       ts_error *error)
{
    char symbol[TS_SYMBOL_TEXT] = "";
    if (options->symbol && ts_symbol_parse(options->symbol, symbol, error)) return -1;
    for (size_t i = 0; i < count; i++) {
        const char *interval = ts_interval_text(keys[i].interval_ms);
        if (options->exchange && strcmp(options->exchange, keys[i].exchange)) continue;
        if (options->symbol && strcmp(symbol, keys[i].symbol)) continue;
        if (options->interval && strcmp(options->interval, interval)) continue;
        ts_data_options one = *options;
        one.exchange = keys[i].exchange;
        one.symbol = keys[i].symbol;
        one.interval = interval;
        judge(&one, NULL, into);
    }
    if (into->count) return 0;
    return ts_fail(error, TS_BAD_DATA, "the store %s holds no such candles", options->store);
}

static const char *label(const verdict *is)
{
    if (!is->file) return is->symbol;
    const char *slash = strrchr(is->file, '/');
    return slash ? slash + 1 : is->file;
}

static void number_column(ts_table *table, const char *heading, const verdicts *all, size_t offset)
{
    ts_table_column(table, heading, false);
    for (size_t i = 0; i < all->count; i++) {
        size_t value;
        memcpy(&value, (const char *)&all->row[i] + offset, sizeof value);
        if (!all->row[i].error.code) ts_strbuf_printf(&table->cells, "%zu", value);
        ts_table_cell(table);
    }
}

static void time_column(ts_table *table, const char *heading, const verdicts *all, size_t offset)
{
    ts_table_column(table, heading, true);
    for (size_t i = 0; i < all->count; i++) {
        char text[TS_TIME_TEXT];
        int64_t value;
        memcpy(&value, (const char *)&all->row[i] + offset, sizeof value);
        bool shown =
            !all->row[i].error.code && (offset != offsetof(verdict, gaps.longest_after_ms) || all->row[i].gaps.gaps);
        if (shown) ts_strbuf_puts(&table->cells, ts_time_text(value, text));
        ts_table_cell(table);
    }
}

static void as_table(ts_strbuf *out, const verdicts *all)
{
    ts_table table = {0};
    ts_table_column(&table, "candles", true);
    for (size_t i = 0; i < all->count; i++) {
        ts_strbuf_puts(&table.cells, label(&all->row[i]));
        ts_table_cell(&table);
    }
    ts_table_column(&table, "interval", true);
    for (size_t i = 0; i < all->count; i++) {
        if (all->row[i].interval) ts_strbuf_puts(&table.cells, all->row[i].interval);
        ts_table_cell(&table);
    }
    number_column(&table, "bars", all, offsetof(verdict, bars));
    time_column(&table, "first", all, offsetof(verdict, first_ms));
    time_column(&table, "last", all, offsetof(verdict, last_ms));
    number_column(&table, "gaps", all, offsetof(verdict, gaps.gaps));
    number_column(&table, "missing", all, offsetof(verdict, gaps.missing));
    number_column(&table, "longest", all, offsetof(verdict, gaps.longest));
    time_column(&table, "after", all, offsetof(verdict, gaps.longest_after_ms));
    number_column(&table, "repeated", all, offsetof(verdict, duplicates));
    number_column(&table, "no volume", all, offsetof(verdict, gaps.zero_volume));
    ts_table_column(&table, "", true);
    for (size_t i = 0; i < all->count; i++) {
        const verdict *is = &all->row[i];
        ts_strbuf_puts(&table.cells, is->error.code ? "BAD" : is->synthetic ? "sound, synthetic" : "sound");
        ts_table_cell(&table);
    }
    ts_table_print(out, &table);
    ts_table_clear(&table);
    for (size_t i = 0; i < all->count; i++)
        if (all->row[i].error.code) ts_strbuf_printf(out, "%s: %s\n", label(&all->row[i]), all->row[i].error.text);
}

static void json_time(ts_json *json, const char *key, int64_t time_ms)
{
    char text[TS_TIME_TEXT];
    ts_json_text(json, key, ts_time_text(time_ms, text));
}

static void as_json(ts_strbuf *out, const verdicts *all)
{
    ts_json json = {.indent = 2, .first = true};
    ts_json_array(&json, NULL);
    for (size_t i = 0; i < all->count; i++) {
        const verdict *is = &all->row[i];
        ts_json_object(&json, NULL);
        ts_json_text(&json, "file", is->file);
        ts_json_text(&json, "symbol", is->symbol[0] ? is->symbol : NULL);
        ts_json_text(&json, "interval", is->interval);
        ts_json_text(&json, "error", is->error.code ? is->error.text : NULL);
        if (!is->error.code) {
            ts_json_int(&json, "bars", (int64_t)is->bars);
            json_time(&json, "first", is->first_ms);
            json_time(&json, "last", is->last_ms);
            ts_json_int(&json, "gaps", (int64_t)is->gaps.gaps);
            ts_json_int(&json, "missing", (int64_t)is->gaps.missing);
            ts_json_int(&json, "longest_gap", (int64_t)is->gaps.longest);
            if (is->gaps.gaps) json_time(&json, "longest_gap_after", is->gaps.longest_after_ms);
            ts_json_int(&json, "repeated", (int64_t)is->duplicates);
            ts_json_int(&json, "zero_volume", (int64_t)is->gaps.zero_volume);
            ts_json_bool(&json, "synthetic", is->synthetic);
        }
        ts_json_object_end(&json);
    }
    ts_json_array_end(&json);
    ts_strbuf_putc(&json.out, '\n');
    *out = json.out;
}

static int run(int argc, char **argv, ts_error *error)
{
    ts_data_options options = {0};
    ts_texts files = {0};
    ts_strbuf out = {0};
    ts_store_key *keys = NULL;
    size_t count = 0;
    if (ts_settings_read_all(tables, &options, argc, argv, &files, error)) return -1;
    if (!files.count == !options.store)
        return ts_fail(error, TS_USAGE, "verify what? Either files of candles or --store DIR");
    if (options.store && ts_store_list(options.store, &keys, &count, error)) return -1;
    verdicts all = {.row = calloc(files.count + count + 1, sizeof *all.row)};
    int status = all.row ? 0 : ts_no_memory(error, "report");
    for (size_t i = 0; i < files.count && !status; i++) {
        ts_progress(false, "%zu of %zu files judged: %s", i, files.count, files.text[i]);
        judge(&options, files.text[i], &all);
    }
    if (options.store && !status) status = judge_store(&options, keys, count, &all, error);
    if (!status) {
        if (options.format) as_json(&out, &all);
        else as_table(&out, &all);
        status = ts_data_write(NULL, &out, error);
    }
    if (!status && all.sound < all.count)
        status = ts_fail(error, TS_BAD_DATA, "%zu of %zu series are not sound", all.count - all.sound, all.count);
    free(all.row);
    free(keys);
    return status;
}

const ts_verb ts_verb_data_verify = {.name = "verify",
                                     .words = "[FILE...]",
                                     .summary =
                                         "Check order, gaps, duplicates, prices and checksums of files or a store.",
                                     .settings = tables,
                                     .run = run};

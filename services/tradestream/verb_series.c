/* tradestream series: what expressions of the strategy language are worth at every bar. */
#include "common/clock.h"
#include "common/interval.h"
#include "common/memory.h"
#include "host/language/parser.h"
#include "services/tradestream/options.h"
#include "services/tradestream/verb.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AT(field) offsetof(ts_options, field)

enum { FORMAT_CSV, FORMAT_JSON, FLUSH_BYTES = 1 << 16 };

static const ts_setting output_table[] = {
    {"expr", TS_SETTING_LIST, AT(exprs), NULL, 0, 0, NULL, "EXPR",
     "a series or a signal (1 and 0), such as \"rsi(close,14)\"; may be given again"},
    {"format", TS_SETTING_CHOICE, AT(format), "csv", 0, 0, "csv|json", NULL,
     "undefined values are empty in csv, null in json"},
    {0}};
static const ts_setting *const tables[] = {ts_options_one_source, ts_options_window, output_table,
                                           ts_options_engine,     ts_options_opencl, NULL};

/* The columns of the answer. */
typedef struct rows {
    const ts_texts *text; /* of the expressions */
    const ts_expression **tree;
    double **value; /* of each, over all bars loaded */
    ts_arena *arena;
} rows;

static void rows_clear(rows *r)
{
    for (size_t i = 0; r->value && i < r->text->count; i++) free(r->value[i]);
    free(r->value);
    free(r->tree);
    ts_arena_free(r->arena);
}

static int rows_init(rows *r, const ts_texts *text, size_t bars, ts_error *error)
{
    const ts_scope scope = {0};
    *r = (rows){.text = text,
                .tree = ts_alloc(text->count, sizeof *r->tree),
                .value = ts_alloc(text->count, sizeof *r->value),
                .arena = ts_arena_new()};
    if (!r->tree || !r->value || !r->arena) return ts_no_memory(error, "expressions");
    for (size_t i = 0; i < text->count; i++) {
        r->tree[i] = ts_parse(text->text[i], &scope, r->arena, error);
        if (!r->tree[i]) return ts_error_context(error, "--expr \"%s\"", text->text[i]);
        if (r->tree[i]->type == TS_NUMBER)
            return ts_fail(error, TS_BAD_DATA, "--expr \"%s\": a number, expected a series or a signal", text->text[i]);
        r->value[i] = ts_alloc(bars, sizeof(double));
        if (!r->value[i]) return ts_no_memory(error, "a row");
    }
    return 0;
}

static int flush(ts_strbuf *out, bool last, ts_error *error)
{
    if (ts_strbuf_failed(out)) return ts_no_memory(error, "the rows");
    if (!last && out->length < FLUSH_BYTES) return 0;
    if (out->length && fwrite(out->text, 1, out->length, stdout) != out->length)
        return ts_fail(error, TS_FAILED, "stdout: cannot be written");
    ts_strbuf_reset(out);
    return 0;
}

/* A field of CSV: in quotes when it holds commas or quotes. */
static void csv_field(ts_strbuf *out, const char *text)
{
    bool plain = !text[strcspn(text, ",\"\n\r")];
    if (!plain) ts_strbuf_putc(out, '"');
    for (; *text; text++) {
        if (*text == '"') ts_strbuf_putc(out, '"');
        ts_strbuf_putc(out, *text);
    }
    if (!plain) ts_strbuf_putc(out, '"');
}

static int print_csv(const rows *r, const ts_series *series, size_t from, size_t to, ts_error *error)
{
    ts_strbuf out = {0};
    char time[TS_TIME_TEXT];
    int rc = 0;
    ts_strbuf_puts(&out, "time");
    for (size_t i = 0; i < r->text->count; i++) {
        ts_strbuf_putc(&out, ',');
        csv_field(&out, r->text->text[i]);
    }
    ts_strbuf_putc(&out, '\n');
    for (size_t bar = from; bar < to && !rc; bar++) {
        ts_strbuf_puts(&out, ts_time_text(series->time[bar], time));
        for (size_t i = 0; i < r->text->count; i++) {
            ts_strbuf_putc(&out, ',');
            ts_strbuf_real(&out, r->value[i][bar], "");
        }
        ts_strbuf_putc(&out, '\n');
        rc = flush(&out, false, error);
    }
    if (!rc) rc = flush(&out, true, error);
    ts_strbuf_clear(&out);
    return rc;
}

static int print_json(const rows *r, const ts_series *series, size_t from, size_t to, ts_error *error)
{
    ts_json json = {.first = true};
    char time[TS_TIME_TEXT];
    int rc = 0;
    ts_json_object(&json, NULL);
    ts_json_text(&json, "symbol", series->symbol);
    ts_json_text(&json, "interval", ts_interval_text(series->interval_ms));
    ts_json_array(&json, "columns");
    ts_json_text(&json, NULL, "time");
    for (size_t i = 0; i < r->text->count; i++) ts_json_text(&json, NULL, r->text->text[i]);
    ts_json_array_end(&json);
    ts_json_array(&json, "rows");
    for (size_t bar = from; bar < to && !rc; bar++) {
        ts_json_array(&json, NULL);
        ts_json_text(&json, NULL, ts_time_text(series->time[bar], time));
        for (size_t i = 0; i < r->text->count; i++) ts_json_real(&json, NULL, r->value[i][bar]);
        ts_json_array_end(&json);
        rc = flush(&json.out, false, error);
    }
    ts_json_array_end(&json);
    ts_json_object_end(&json);
    ts_strbuf_putc(&json.out, '\n');
    if (!rc) rc = flush(&json.out, true, error);
    ts_strbuf_clear(&json.out);
    return rc;
}

static int evaluate(const ts_options *options, const ts_series *series, ts_error *error)
{
    rows r = {.text = &options->exprs};
    ts_engine *engine = NULL;
    size_t from = options->from_ms == INT64_MIN ? 0 : ts_series_find(series, options->from_ms);
    size_t to = options->to_ms == INT64_MIN ? series->bars : ts_series_find(series, options->to_ms);
    int rc = rows_init(&r, &options->exprs, series->bars, error);
    if (!rc) engine = ts_options_engine_new(options, error);
    if (!engine) rc = -1;
    if (!rc) rc = ts_engine_rows(engine, series, r.tree, options->exprs.count, r.value, error);
    if (!rc) rc = (options->format == FORMAT_CSV ? print_csv : print_json)(&r, series, from, to, error);
    ts_engine_free(engine);
    rows_clear(&r);
    return rc;
}

static int run(int argc, char **argv, ts_error *error)
{
    ts_options options = {0};
    ts_series series = {0};
    if (ts_settings_read_all(tables, &options, argc, argv, NULL, error)) return -1;
    if (!options.exprs.count) return ts_fail(error, TS_USAGE, "--expr is needed: which expression?");
    int rc = ts_options_load(&options, &series, error);
    if (!rc) rc = evaluate(&options, &series, error);
    ts_series_clear(&series);
    return rc;
}

const ts_verb ts_verb_series = {
    .name = "series",
    .summary = "Print what expressions of the strategy language are worth at every bar.",
    .settings = tables,
    .run = run,
};

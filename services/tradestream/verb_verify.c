/* tradestream verify: compute stored results again and compare every number bit by bit. */
#include "host/report/table.h"
#include "services/tradestream/verb.h"
#include "services/tradestream/verifier.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

#define AT(field) offsetof(ts_options, field)

enum { FORMAT_TABLE, FORMAT_JSON };

static const ts_setting output_table[] = {
    {"threads", TS_SETTING_INT, AT(threads), NULL, 1, 4096, NULL, "N", "threads (default: the cores it may use)"},
    {"format", TS_SETTING_CHOICE, AT(format), "table", 0, 0, "table|json", NULL, "of the differences"},
    {"rows", TS_SETTING_INT, AT(rows), "20", 1, 1e6, NULL, "N", "most rows of the table"},
    {0}};
static const ts_setting *const tables[] = {ts_options_recall, output_table, NULL};

/* Texts are from a file that may hold anything: nothing of them reaches a terminal as a command to it. */
static void plain(ts_strbuf *text, const char *said)
{
    for (const unsigned char *c = (const unsigned char *)said; *c; c++) ts_strbuf_putc(text, *c < ' ' ? '?' : (char)*c);
}

static void cell_value(ts_strbuf *text, const char *said, double value)
{
    if (said) plain(text, said);
    else ts_strbuf_real(text, value, "null");
}

enum { COLUMNS = 6 };

static void cell(ts_strbuf *text, int column, const ts_difference *difference)
{
    switch (column) {
    case 0: ts_strbuf_printf(text, "%zu", difference->result->number); break;
    case 1: plain(text, difference->result->symbol); break;
    case 2: plain(text, difference->result->strategy); break;
    case 3: ts_strbuf_puts(text, difference->what); break;
    case 4: cell_value(text, difference->stored_text, difference->stored); break;
    default: cell_value(text, difference->computed_text, difference->computed); break;
    }
}

static void as_table(ts_strbuf *text, const ts_verifier *v, const ts_options *options)
{
    static const char *const headings[COLUMNS] = {"row", "symbol", "strategy", "number", "stored", "computed"};
    size_t most = (size_t)options->rows, shown = v->differences < most ? v->differences : most;
    ts_table table = {0};
    for (int column = 0; column < COLUMNS && shown; column++) {
        ts_table_column(&table, headings[column], column > 0 && column < 4);
        for (size_t i = 0; i < shown; i++) {
            cell(&table.cells, column, v->difference[i]);
            ts_table_cell(&table);
        }
    }
    if (shown) ts_table_print(text, &table);
    ts_table_clear(&table);
    if (shown < v->differences) ts_strbuf_printf(text, "and %zu more\n", v->differences - shown);
    ts_strbuf_printf(text, "%s%zu results, %" PRIu64 " values computed again: ", shown ? "\n" : "", v->file.count,
                     v->compared);
    if (shown) ts_strbuf_printf(text, "%zu in %zu results differ\n", v->differences, v->differing);
    else ts_strbuf_puts(text, "all the same\n");
}

static void json_value(ts_json *json, const char *key, const char *said, double value)
{
    if (said) ts_json_text(json, key, said);
    else ts_json_real(json, key, value);
}

static void as_json(ts_strbuf *text, const ts_verifier *v)
{
    ts_json json = {.out = *text, .indent = 2, .first = true};
    ts_json_object(&json, NULL);
    ts_json_int(&json, "results", (int64_t)v->file.count);
    ts_json_int(&json, "compared", (int64_t)v->compared);
    ts_json_int(&json, "results_that_differ", (int64_t)v->differing);
    ts_json_array(&json, "differences");
    for (size_t i = 0; i < v->differences; i++) {
        const ts_difference *difference = v->difference[i];
        ts_json_object(&json, NULL);
        ts_json_int(&json, "row", (int64_t)difference->result->number);
        ts_json_text(&json, "symbol", difference->result->symbol);
        ts_json_text(&json, "strategy", difference->result->strategy);
        ts_json_text(&json, "number", difference->what);
        json_value(&json, "stored", difference->stored_text, difference->stored);
        json_value(&json, "computed", difference->computed_text, difference->computed);
        ts_json_object_end(&json);
    }
    ts_json_array_end(&json);
    ts_json_object_end(&json);
    ts_strbuf_putc(&json.out, '\n');
    *text = json.out;
}

static int print(const ts_verifier *v, const ts_options *options, ts_error *error)
{
    ts_strbuf text = {0};
    if (options->format == FORMAT_JSON) as_json(&text, v);
    else as_table(&text, v, options);
    int status = ts_strbuf_failed(&text) ? ts_no_memory(error, "the differences") : 0;
    if (!status) fwrite(text.text, 1, text.length, stdout);
    ts_strbuf_clear(&text);
    if (status || !v->differences) return status;
    return ts_fail(error, TS_FAILED, "%s: %zu of the values, in %zu of %zu results, differ from what is computed",
                   v->file.path, v->differences, v->differing, v->file.count);
}

static int run(int argc, char **argv, ts_error *error)
{
    ts_options options = {0};
    ts_texts words = {0};
    ts_verifier verifier;
    if (ts_settings_read_all(tables, &options, argc, argv, &words, error)) return -1;
    if (words.count != 1)
        return ts_fail(error, TS_USAGE, "verify what? One file of results or one folder of a run, before the options");
    if (ts_verifier_open(&verifier, words.text[0], &options, error)) return -1;
    int status = ts_verifier_run(&verifier, error);
    if (!status) status = print(&verifier, &options, error);
    ts_verifier_close(&verifier);
    return status;
}

const ts_verb ts_verb_verify = {
    .name = "verify",
    .words = "FILE|DIR",
    .summary = "Compute stored results again from their candles and compare every number bit by bit.",
    .settings = tables,
    .run = run,
};

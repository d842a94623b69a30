/* tradestream verify: compute stored results again and compare every number bit by bit. */
#include "common/log.h"
#include "host/report/table.h"
#include "host/report/verification.h"
#include "services/tradestream/recall.h"
#include "services/tradestream/verb.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#define AT(field) offsetof(ts_options, field)

enum { FORMAT_TABLE, FORMAT_JSON };

static const ts_setting output_table[] = {
    {"format", TS_SETTING_CHOICE, AT(format), "table", 0, 0, "table|json", NULL, "of the differences"},
    {"rows", TS_SETTING_INT, AT(rows), "20", 1, 1e6, NULL, "N", "most rows of the table"},
    {0}};
static const ts_setting *const tables[] = {ts_options_recall, output_table, NULL};

/* One verification under way. */
typedef struct course {
    const ts_options *options;
    ts_stored_file file;
    const ts_stored_result **order;
    ts_recall recall;
    ts_engine *engine;
    ts_verification found;
} course;

static int verify_one(course *c, const ts_stored_result *result, ts_error *error)
{
    ts_recalled recalled;
    if (ts_recall_result(&c->recall, result, &recalled, error)) return -1;
    const ts_evidence evidence = {result, recalled.market, &recalled.origin, &recalled.genome};
    return ts_verify(c->engine, &evidence, &c->found, error);
}

static int verify_all(course *c, ts_error *error)
{
    for (size_t i = 0; i < c->file.count; i++) {
        const ts_stored_result *result = c->order[i];
        if (verify_one(c, result, error)) return ts_stored_file_context(&c->file, result, error);
        ts_progress(false, "%zu of %zu: %s %s, %zu differences", i + 1, c->file.count, result->symbol, result->strategy,
                    c->found.differences);
    }
    ts_verification_sort(&c->found);
    return 0;
}

/* How many results have a difference. */
static size_t differing(const ts_verification *found)
{
    size_t count = 0;
    for (size_t i = 0; i < found->differences; i++)
        count += i == 0 || found->difference[i].result != found->difference[i - 1].result;
    return count;
}

static void cell_value(ts_strbuf *text, const char *said, double value)
{
    if (said) ts_strbuf_puts(text, said);
    else ts_strbuf_real(text, value, "null");
}

enum { COLUMNS = 6 };

static void cell(ts_strbuf *text, int column, const ts_difference *difference)
{
    switch (column) {
    case 0: ts_strbuf_printf(text, "%zu", difference->result->number); break;
    case 1: ts_strbuf_puts(text, difference->result->symbol); break;
    case 2: ts_strbuf_puts(text, difference->result->strategy); break;
    case 3: ts_strbuf_puts(text, difference->what); break;
    case 4: cell_value(text, difference->stored_text, difference->stored); break;
    default: cell_value(text, difference->computed_text, difference->computed); break;
    }
}

static void as_table(ts_strbuf *text, const course *c)
{
    static const char *const headings[COLUMNS] = {"row", "symbol", "strategy", "number", "stored", "computed"};
    const ts_verification *found = &c->found;
    size_t most = (size_t)c->options->rows, shown = found->differences < most ? found->differences : most;
    ts_table table = {0};
    for (int column = 0; column < COLUMNS && shown; column++) {
        ts_table_column(&table, headings[column], column > 0 && column < 4);
        for (size_t i = 0; i < shown; i++) {
            cell(&table.cells, column, &found->difference[i]);
            ts_table_cell(&table);
        }
    }
    if (shown) ts_table_print(text, &table);
    ts_table_clear(&table);
    if (shown < found->differences) ts_strbuf_printf(text, "and %zu more\n", found->differences - shown);
    ts_strbuf_printf(text, "%s%zu results, %" PRIu64 " values computed again: ", shown ? "\n" : "", c->file.count,
                     found->compared);
    if (shown) ts_strbuf_printf(text, "%zu in %zu results differ\n", found->differences, differing(found));
    else ts_strbuf_puts(text, "all the same\n");
}

static void json_value(ts_json *json, const char *key, const char *said, double value)
{
    if (said) ts_json_text(json, key, said);
    else ts_json_real(json, key, value);
}

static void as_json(ts_strbuf *text, const course *c)
{
    ts_json json = {.out = *text, .indent = 2, .first = true};
    const ts_verification *found = &c->found;
    ts_json_object(&json, NULL);
    ts_json_int(&json, "results", (int64_t)c->file.count);
    ts_json_int(&json, "compared", (int64_t)found->compared);
    ts_json_int(&json, "results_that_differ", (int64_t)differing(found));
    ts_json_array(&json, "differences");
    for (size_t i = 0; i < found->differences; i++) {
        const ts_difference *difference = &found->difference[i];
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

static int print(const course *c, ts_error *error)
{
    ts_strbuf text = {0};
    if (c->options->format == FORMAT_JSON) as_json(&text, c);
    else as_table(&text, c);
    int status = ts_strbuf_failed(&text) ? ts_no_memory(error, "the differences") : 0;
    if (!status) fwrite(text.text, 1, text.length, stdout);
    ts_strbuf_clear(&text);
    if (status || !c->found.differences) return status;
    return ts_fail(error, TS_FAILED, "%s: %zu values in %zu of %zu results are not what is computed", c->file.path,
                   c->found.differences, differing(&c->found), c->file.count);
}

static void clear(course *c)
{
    ts_verification_clear(&c->found);
    ts_engine_free(c->engine);
    ts_recall_close(&c->recall);
    free(c->order);
    ts_stored_file_clear(&c->file);
}

static int run(int argc, char **argv, ts_error *error)
{
    ts_options options = {0};
    ts_texts words = {0};
    course c = {.options = &options};
    if (ts_settings_read_all(tables, &options, argc, argv, &words, error)) return -1;
    if (words.count != 1)
        return ts_fail(error, TS_USAGE, "verify what? One file of results or one folder of a run, before the options");
    int status = ts_recall_open(&c.recall, &options, error);
    if (!status) status = ts_stored_file_read(words.text[0], &c.file, error);
    if (!status && !(c.order = ts_recall_order(&c.file, error))) status = -1;
    if (!status && !(c.engine = ts_engine_new("scalar", 1, error))) status = -1;
    if (!status) status = verify_all(&c, error);
    if (!status) status = print(&c, error);
    clear(&c);
    return status;
}

const ts_verb ts_verb_verify = {
    .name = "verify",
    .words = "FILE|DIR",
    .summary = "Compute stored results again from their candles and compare every number bit by bit.",
    .settings = tables,
    .run = run,
};

/* tradestream strategies: the catalogue and strategy files, listed, shown, checked and documented. */
#include "common/json.h"
#include "common/memory.h"
#include "common/safe_file.h"
#include "host/plan/warmup.h"
#include "services/tradestream/functions_page.h"
#include "services/tradestream/strategies_text.h"
#include "services/tradestream/strategy_choice.h"
#include "services/tradestream/verb.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

static const ts_setting format_table[] = {{"format", TS_SETTING_CHOICE, offsetof(ts_options, format), "table", 0, 0,
                                           "table|json", NULL, "of what is printed"},
                                          {0}};
static const ts_setting *const tables[] = {format_table, NULL};

static int print(ts_strbuf *text, ts_error *error)
{
    int status = ts_strbuf_failed(text) ? ts_no_memory(error, "output") : 0;
    if (!status) fwrite(text->text, 1, text->length, stdout);
    ts_strbuf_clear(text);
    return status;
}

/* Read the command line and the strategies that it names; none named are all of the catalogue. */
static int choose(int argc, char **argv, ts_options *options, ts_choice *choice, ts_error *error)
{
    static const char *all = "all";
    *options = (ts_options){0};
    if (ts_settings_read_all(tables, options, argc, argv, &options->strategies, error)) return -1;
    options->direction = -1;
    if (!options->strategies.count) options->strategies = (ts_texts){&all, 1};
    return ts_choice_many(options, choice, error);
}

typedef void writer(ts_strbuf *out, const ts_strategy_row *rows, size_t count);

static int fill_rows(const ts_choice *choice, ts_strategy_row *rows, ts_error *error)
{
    for (size_t i = 0; i < choice->count; i++) {
        rows[i].strategy = &choice->chosen[i].strategy;
        const ts_genome genome = ts_genome_default(rows[i].strategy);
        rows[i].warmup = ts_warmup(rows[i].strategy, &genome, error);
        if (rows[i].warmup < 0) return ts_error_context(error, "%s", rows[i].strategy->name);
    }
    return 0;
}

static int write_rows(const ts_choice *choice, writer *write, ts_strbuf *out, ts_error *error)
{
    ts_strategy_row *rows = ts_alloc(choice->count, sizeof *rows);
    int status = rows ? fill_rows(choice, rows, error) : ts_no_memory(error, "strategies");
    if (!status) write(out, rows, choice->count);
    free(rows);
    return status;
}

static int run(int argc, char **argv, writer *as_text, ts_error *error)
{
    ts_options options;
    ts_choice choice;
    ts_strbuf out = {0};
    if (choose(argc, argv, &options, &choice, error)) return -1;
    int status = write_rows(&choice, options.format ? ts_strategies_json : as_text, &out, error);
    ts_choice_clear(&choice);
    return status ? status : print(&out, error);
}

static int list(int argc, char **argv, ts_error *error) { return run(argc, argv, ts_strategies_table, error); }
static int show(int argc, char **argv, ts_error *error) { return run(argc, argv, ts_strategies_show, error); }

/* One line or one object of `check`: a strategy that is good, or a word (`fault`) that is not. */
static void add_verdict(ts_json *json, bool as_json, const char *word, const char *strategy, const ts_error *fault)
{
    if (!as_json) {
        if (fault) ts_strbuf_printf(&json->out, "wrong  %s\n", fault->text);
        else ts_strbuf_printf(&json->out, "good   %s\n", strategy);
        return;
    }
    ts_json_object(json, NULL);
    ts_json_text(json, "checked", word);
    ts_json_text(json, "strategy", strategy);
    ts_json_bool(json, "good", !fault);
    ts_json_text(json, "error", fault ? fault->text : NULL);
    ts_json_object_end(json);
}

/* One word of `check`, which may mean several strategies. */
static void check_word(ts_json *json, bool as_json, const char *word, ts_error *fault)
{
    ts_options options = {.direction = -1, .strategies = {&word, 1}};
    ts_choice choice;
    if (ts_choice_many(&options, &choice, fault)) {
        add_verdict(json, as_json, word, NULL, fault);
        return;
    }
    for (size_t i = 0; i < choice.count; i++) add_verdict(json, as_json, word, choice.chosen[i].strategy.name, NULL);
    ts_choice_clear(&choice);
}

/* Every word is checked, whatever the ones before it were; the first fault gives the exit code. */
static int check(int argc, char **argv, ts_error *error)
{
    static const char *all = "all";
    ts_options options = {0};
    ts_json json = {.indent = 2, .first = true};
    size_t wrong = 0;
    int code = TS_OK;
    if (ts_settings_read_all(tables, &options, argc, argv, &options.strategies, error)) return -1;
    if (!options.strategies.count) options.strategies = (ts_texts){&all, 1};
    if (options.format) ts_json_array(&json, NULL);
    for (size_t i = 0; i < options.strategies.count; i++) {
        ts_error fault = {0};
        check_word(&json, options.format, options.strategies.text[i], &fault);
        wrong += fault.code != TS_OK;
        if (!code) code = fault.code;
    }
    if (options.format) ts_json_array_end(&json);
    if (options.format) ts_strbuf_putc(&json.out, '\n');
    if (print(&json.out, error)) return -1;
    if (!wrong) return 0;
    return ts_fail(error, code, "strategies check: %zu of %zu wrong", wrong, options.strategies.count);
}

/* One page into the folder; `page` is emptied. */
static int save(const char *folder, const char *name, ts_strbuf *page, ts_error *error)
{
    ts_strbuf path = {0};
    ts_strbuf_printf(&path, "%s/%s", folder, name);
    int status = ts_strbuf_failed(page) || ts_strbuf_failed(&path)
                     ? ts_no_memory(error, name)
                     : ts_file_write(path.text, page->text, page->length, error);
    ts_strbuf_clear(&path);
    ts_strbuf_clear(page);
    return status;
}

/* The reference pages: of all strategies of the catalogue, and of all functions. */
static int docs(int argc, char **argv, ts_error *error)
{
    static const ts_setting *const no_tables[] = {NULL};
    static const char *all = "all";
    ts_options options = {.direction = -1, .strategies = {&all, 1}};
    ts_texts words = {0};
    ts_choice choice;
    ts_strbuf page = {0};
    if (ts_settings_read_all(no_tables, &options, argc, argv, &words, error)) return -1;
    if (words.count != 1) return ts_fail(error, TS_USAGE, "strategies docs: expected one folder");
    if (ts_folder_make(words.text[0], error) || ts_choice_many(&options, &choice, error)) return -1;
    int status = write_rows(&choice, ts_strategies_page, &page, error);
    ts_choice_clear(&choice);
    if (status || save(words.text[0], "strategies.md", &page, error)) return -1;
    ts_functions_page(&page);
    return save(words.text[0], "functions.md", &page, error);
}

static const char WORDS[] = "[NAME|FILE.json]...";
static const ts_verb list_verb = {.name = "list",
                                  .words = WORDS,
                                  .summary = "Strategies with their parameters, numbers of genomes and warm-ups.",
                                  .settings = tables,
                                  .run = list},
                     show_verb = {.name = "show",
                                  .words = WORDS,
                                  .summary = "All about strategies: rules, bounds, sources.",
                                  .settings = tables,
                                  .run = show},
                     check_verb = {.name = "check",
                                   .words = WORDS,
                                   .summary =
                                       "Are these strategy files right? Each is told; exit code 65 when one is not.",
                                   .settings = tables,
                                   .run = check},
                     docs_verb = {.name = "docs",
                                  .words = "DIR",
                                  .summary = "Write the reference pages strategies.md and functions.md into a folder.",
                                  .run = docs};
static const ts_verb *const verbs[] = {&list_verb, &show_verb, &check_verb, &docs_verb, NULL};
const ts_verb ts_verb_strategies = {
    .name = "strategies", .summary = "The catalogue of strategies: list, show, check, docs.", .verbs = verbs};

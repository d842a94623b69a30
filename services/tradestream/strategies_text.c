#include "services/tradestream/strategies_text.h"

#include "common/json.h"
#include "host/language/expression_text.h"
#include "host/report/result.h"
#include "host/report/table.h"

#include <inttypes.h>
#include <string.h>

/* The trees of a strategy under the names of their fields; absent ones are NULL. */
enum { FIELDS = 5 };
typedef struct field {
    const char *name;
    const ts_expression *tree;
} field;

static void fields_of(const ts_strategy *s, field fields[FIELDS])
{
    const field all[FIELDS] = {{"require", s->require},
                               {"entry", s->entry},
                               {"exit", s->exit},
                               {"short_entry", s->short_entry},
                               {"short_exit", s->short_exit}};
    memcpy(fields, all, sizeof all);
}

static double highest(const ts_strategy *strategy, int parameter)
{
    ts_genome last = {{0}};
    last.gene[parameter] = strategy->parameter[parameter].steps - 1;
    return ts_genome_value(strategy, &last, parameter);
}

/* "441", or "~441" when only the lattice could be counted. */
static void print_genomes(ts_strbuf *into, const ts_strategy *strategy)
{
    bool exact;
    uint64_t genomes = ts_strategy_valid(strategy, &exact);
    ts_strbuf_printf(into, "%s%" PRIu64, exact ? "" : "~", genomes);
}

/* "5..20", with the step when it is not 1. */
static void print_bounds(ts_strbuf *into, const ts_strategy *strategy, int parameter)
{
    ts_strbuf_real(into, strategy->parameter[parameter].min, "?");
    ts_strbuf_puts(into, "..");
    ts_strbuf_real(into, highest(strategy, parameter), "?");
    if (strategy->parameter[parameter].step == 1) return;
    ts_strbuf_puts(into, " by ");
    ts_strbuf_real(into, strategy->parameter[parameter].step, "?");
}

void ts_strategies_table(ts_strbuf *out, const ts_strategy_row *rows, size_t count)
{
    ts_table table = {0};
    ts_table_column(&table, "strategy", true);
    for (size_t i = 0; i < count; i++) {
        ts_strbuf_puts(&table.cells, rows[i].strategy->name);
        ts_table_cell(&table);
    }
    ts_table_column(&table, "genomes", false);
    for (size_t i = 0; i < count; i++) {
        print_genomes(&table.cells, rows[i].strategy);
        ts_table_cell(&table);
    }
    ts_table_column(&table, "warm-up", false);
    for (size_t i = 0; i < count; i++) {
        ts_strbuf_printf(&table.cells, "%" PRId64, rows[i].warmup);
        ts_table_cell(&table);
    }
    ts_table_column(&table, "parameters", true);
    for (size_t i = 0; i < count; i++) {
        const ts_strategy *s = rows[i].strategy;
        for (int j = 0; j < s->parameters; j++) {
            ts_strbuf_printf(&table.cells, "%s%s ", j ? ", " : "", s->parameter[j].name);
            print_bounds(&table.cells, s, j);
        }
        ts_table_cell(&table);
    }
    ts_table_print(out, &table);
    ts_table_clear(&table);
}

static void show_parameters(ts_strbuf *out, const ts_strategy *s)
{
    for (int i = 0; i < s->parameters; i++) {
        ts_strbuf_printf(out, "%s%s ", i ? "               " : "  parameters   ", s->parameter[i].name);
        print_bounds(out, s, i);
        ts_strbuf_puts(out, ", default ");
        ts_strbuf_real(out, s->parameter[i].fallback, "?");
        ts_strbuf_putc(out, '\n');
    }
}

void ts_strategies_show(ts_strbuf *out, const ts_strategy_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const ts_strategy *s = rows[i].strategy;
        field fields[FIELDS];
        fields_of(s, fields);
        ts_strbuf_printf(out, "%s%s\n  %s\n", i ? "\n" : "", s->name, s->description);
        if (*s->source) ts_strbuf_printf(out, "  source       %s\n", s->source);
        ts_strbuf_printf(out, "  direction    %s\n", ts_direction_names[s->direction]);
        show_parameters(out, s);
        for (int j = 0; j < FIELDS; j++) {
            if (!fields[j].tree) continue;
            ts_strbuf_printf(out, "  %-12s ", fields[j].name);
            ts_expression_text(fields[j].tree, s, out);
            ts_strbuf_putc(out, '\n');
        }
        ts_strbuf_puts(out, "  genomes      ");
        print_genomes(out, s);
        ts_strbuf_printf(out, "\n  warm-up      %" PRId64 " bars with the defaults\n  definition   %s\n",
                         rows[i].warmup, s->definition_hash);
    }
}

static void parameter_json(ts_json *json, const ts_strategy *s, int i)
{
    ts_json_object(json, NULL);
    ts_json_text(json, "name", s->parameter[i].name);
    ts_json_text(json, "type", s->parameter[i].integer ? "int" : "double");
    ts_json_real(json, "min", s->parameter[i].min);
    ts_json_real(json, "max", highest(s, i));
    ts_json_real(json, "step", s->parameter[i].step);
    ts_json_real(json, "default", s->parameter[i].fallback);
    ts_json_object_end(json);
}

static void strategy_json(ts_json *json, const ts_strategy_row *row)
{
    const ts_strategy *s = row->strategy;
    field fields[FIELDS];
    bool exact;
    uint64_t genomes = ts_strategy_valid(s, &exact);
    fields_of(s, fields);
    ts_json_object(json, NULL);
    ts_json_text(json, "name", s->name);
    ts_json_text(json, "description", s->description);
    ts_json_text(json, "source", s->source);
    ts_json_text(json, "direction", ts_direction_names[s->direction]);
    ts_json_array(json, "parameters");
    for (int i = 0; i < s->parameters; i++) parameter_json(json, s, i);
    ts_json_array_end(json);
    for (int i = 0; i < FIELDS; i++) {
        ts_strbuf text = {0};
        if (fields[i].tree) ts_expression_text(fields[i].tree, s, &text);
        if (fields[i].tree) ts_json_text(json, fields[i].name, text.text);
        json->out.failed |= text.failed;
        ts_strbuf_clear(&text);
    }
    ts_json_real(json, "genomes", (double)genomes);
    ts_json_bool(json, "genomes_exact", exact);
    ts_json_int(json, "warmup", row->warmup);
    ts_json_text(json, "definition_hash", s->definition_hash);
    ts_json_object_end(json);
}

void ts_strategies_json(ts_strbuf *out, const ts_strategy_row *rows, size_t count)
{
    ts_json json = {.indent = 2, .first = true};
    ts_json_array(&json, NULL);
    for (size_t i = 0; i < count; i++) strategy_json(&json, &rows[i]);
    ts_json_array_end(&json);
    ts_strbuf_putc(&json.out, '\n');
    *out = json.out;
}

static void page_parameters(ts_strbuf *out, const ts_strategy *s)
{
    if (s->parameters) ts_strbuf_puts(out, "\n| parameter | values | default |\n|---|---|---|\n");
    for (int i = 0; i < s->parameters; i++) {
        ts_strbuf_printf(out, "| `%s` | ", s->parameter[i].name);
        print_bounds(out, s, i);
        ts_strbuf_puts(out, " | ");
        ts_strbuf_real(out, s->parameter[i].fallback, "?");
        ts_strbuf_puts(out, " |\n");
    }
}

static void page_strategy(ts_strbuf *out, const ts_strategy_row *row)
{
    const ts_strategy *s = row->strategy;
    field fields[FIELDS];
    fields_of(s, fields);
    ts_strbuf_printf(out, "\n## %s\n\n%s.\n\n", s->name, s->description);
    for (int i = 0; i < FIELDS; i++) {
        if (!fields[i].tree) continue;
        ts_strbuf_printf(out, "    %-12s ", fields[i].name);
        ts_expression_text(fields[i].tree, s, out);
        ts_strbuf_putc(out, '\n');
    }
    page_parameters(out, s);
    ts_strbuf_puts(out, "\n");
    print_genomes(out, s);
    ts_strbuf_printf(out, " genomes; warm-up %" PRId64 " bars with the defaults; direction %s.\n", row->warmup,
                     ts_direction_names[s->direction]);
    if (*s->source) ts_strbuf_printf(out, "Source: %s.\n", s->source);
}

void ts_strategies_page(ts_strbuf *out, const ts_strategy_row *rows, size_t count)
{
    ts_strbuf_printf(out,
                     "# The catalogue of strategies\n\nWritten by `tradestream strategies docs` from the %zu files of "
                     "`data/strategies/`. Rules are shown with their `let`s written out; [language.md](language.md) "
                     "explains the language and [functions.md](functions.md) the functions. Bounds are inclusive; a "
                     "genome is one choice of all parameters that `require` lets pass.\n",
                     count);
    for (size_t i = 0; i < count; i++) page_strategy(out, &rows[i]);
}

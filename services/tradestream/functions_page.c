#include "services/tradestream/functions_page.h"

#include "host/language/deviations.h"
#include "host/language/functions.h"

#include <string.h>

static const char HEAD[] =
    "# The functions of the strategy language\n\n"
    "Written by `tradestream strategies docs` from the table of functions. [language.md](language.md) explains how "
    "they "
    "are used.\n\n"
    "In a call, numbers stand where the column `numbers` gives their bounds (whole unless it says real), and series "
    "everywhere else: a price, a number, or anything computed from them. A function without arguments is written "
    "without "
    "parentheses. A window's value is undefined until the window is full. An undefined input makes the value "
    "undefined, "
    "and what carries values along starts anew after it. A quotient by 0 is undefined where a definition has `/` and 0 "
    "where it has `ratio`. A definition is a text in this language; functions without one are computed by a kernel, "
    "bar "
    "by bar. The formulas are TA-Lib's, the seeding of averages included, wherever TA-Lib has the function; the "
    "source names the author otherwise.\n";

static const char DEVIATIONS[] =
    "\n## Where TA-Lib's code does otherwise\n\n"
    "The functions follow TA-Lib's published definitions. Its code does more than they say; these rules are not "
    "imitated. `tests/golden/make_golden.py` compares both on real candles and leaves out the bars concerned.\n\n"
    "| function | TA-Lib's code | ours |\n|---|---|---|\n";

static void put_call(ts_strbuf *out, const ts_function *function)
{
    ts_strbuf_printf(out, "`%s", function->name);
    for (int i = 0; i < function->arguments; i++)
        ts_strbuf_printf(out, "%s%s", i ? ", " : "(", function->argument[i].name);
    ts_strbuf_puts(out, function->arguments ? ")`" : "`");
}

static void put_numbers(ts_strbuf *out, const ts_function *function)
{
    const char *before = "";
    for (int i = 0; i < function->arguments; i++) {
        const ts_function_argument *argument = &function->argument[i];
        if (argument->type != TS_NUMBER) continue;
        ts_strbuf_printf(out, "%s%s ", before, argument->name);
        ts_strbuf_real(out, argument->min, "?");
        ts_strbuf_puts(out, "..");
        ts_strbuf_real(out, argument->max, "?");
        if (!argument->integer) ts_strbuf_puts(out, " real");
        before = ", ";
    }
}

static void put_row(ts_strbuf *out, const ts_function *function)
{
    ts_strbuf_puts(out, "| ");
    put_call(out, function);
    ts_strbuf_printf(out, " | %s | ", function->description);
    put_numbers(out, function);
    if (function->definition) ts_strbuf_printf(out, " | `%s`", function->definition);
    else ts_strbuf_puts(out, " | ");
    ts_strbuf_printf(out, " | %s |\n", function->source);
}

static bool begins_group(int row)
{
    for (int i = 0; i < row; i++)
        if (strcmp(ts_functions[i].group, ts_functions[row].group) == 0) return false;
    return true;
}

/* The groups in the order of the table; the parts that only definitions use come last there. */
static void put_groups(ts_strbuf *out)
{
    for (int first = 0; first < ts_function_count; first++) {
        if (!begins_group(first)) continue;
        const char *group = ts_functions[first].group;
        ts_strbuf_printf(out, "\n## %s\n\n", group);
        if (ts_functions[first].internal) ts_strbuf_puts(out, "Only definitions use these; strategies cannot.\n\n");
        ts_strbuf_puts(out, "| call | value | numbers | definition | source |\n|---|---|---|---|---|\n");
        for (int i = first; i < ts_function_count; i++)
            if (strcmp(ts_functions[i].group, group) == 0) put_row(out, &ts_functions[i]);
    }
}

void ts_functions_page(ts_strbuf *out)
{
    ts_strbuf_puts(out, HEAD);
    put_groups(out);
    ts_strbuf_puts(out, DEVIATIONS);
    for (const ts_deviation *row = ts_deviations; row->functions; row++) {
        if (strcmp(row->functions, "*") == 0) ts_strbuf_puts(out, "| every function");
        else ts_strbuf_printf(out, "| `%s`", row->functions);
        ts_strbuf_printf(out, "%s%s | %s | %s |\n", *row->where ? " " : "", row->where, row->theirs, row->ours);
    }
}

#include "host/language/expression_text.h"

#include "host/language/functions.h"
#include "host/series/series.h"

#include <string.h>

/* How an operator is written and how strongly it binds; a right operand needs parentheses at its own strength too. */
static const struct {
    const char *text;
    int strength;
} operators[] = {
    [TS_OR] = {" or ", 1},      [TS_AND] = {" and ", 2},    [TS_NOT] = {"not ", 3},      [TS_BELOW] = {" < ", 4},
    [TS_AT_MOST] = {" <= ", 4}, [TS_ABOVE] = {" > ", 4},    [TS_AT_LEAST] = {" >= ", 4}, [TS_ADD] = {" + ", 5},
    [TS_SUBTRACT] = {" - ", 5}, [TS_MULTIPLY] = {" * ", 6}, [TS_DIVIDE] = {" / ", 6},    [TS_NEGATE] = {"-", 7},
    [TS_LAG] = {"", 8},
};

enum { LOOSEST = 0 };

static void written(const ts_expression *e, const ts_strategy *strategy, int weakest, ts_strbuf *into);

static void list(const ts_expression *e, const ts_strategy *strategy, ts_strbuf *into)
{
    for (int i = 0; i < e->operands; i++) {
        if (i) ts_strbuf_puts(into, ", ");
        written(e->operand[i], strategy, LOOSEST, into);
    }
}

static void call(const ts_expression *e, const ts_strategy *strategy, ts_strbuf *into)
{
    const char *name = ts_functions[e->index].name;
    ts_strbuf_puts(into, name);
    if (e->operands == 0) return;
    bool rule = strcmp(name, "bars_held") == 0;
    ts_strbuf_puts(into, rule ? " >= " : "(");
    if (rule) written(e->operand[0], strategy, operators[TS_ADD].strength, into);
    else list(e, strategy, into);
    if (!rule) ts_strbuf_putc(into, ')');
}

static void leaf(const ts_expression *e, const ts_strategy *strategy, ts_strbuf *into)
{
    static const char *const prices[TS_COLUMNS] = {"open", "high", "low", "close", "volume"};
    switch (e->kind) {
    case TS_LITERAL: ts_strbuf_real(into, e->number, "?"); break;
    case TS_PRICE: ts_strbuf_puts(into, prices[e->index]); break;
    case TS_CALL: call(e, strategy, into); break;
    default:
        if (e->kind == TS_PARAMETER && strategy) ts_strbuf_puts(into, strategy->parameter[e->index].name);
        else ts_strbuf_printf(into, "$%d", e->index);
    }
}

static void written(const ts_expression *e, const ts_strategy *strategy, int weakest, ts_strbuf *into)
{
    if (e->kind <= TS_CALL) {
        leaf(e, strategy, into);
        return;
    }
    int strength = operators[e->kind].strength;
    bool prefix = e->kind == TS_NOT || e->kind == TS_NEGATE;
    bool chains = e->kind < TS_BELOW || e->kind > TS_AT_LEAST; /* a comparison within one needs parentheses */
    if (strength < weakest) ts_strbuf_putc(into, '(');
    if (prefix) ts_strbuf_puts(into, operators[e->kind].text);
    written(e->operand[0], strategy, chains ? strength : strength + 1, into);
    if (e->kind == TS_LAG) {
        ts_strbuf_putc(into, '[');
        written(e->operand[1], strategy, LOOSEST, into);
        ts_strbuf_putc(into, ']');
    } else if (!prefix) {
        ts_strbuf_puts(into, operators[e->kind].text);
        written(e->operand[1], strategy, strength + 1, into);
    }
    if (strength < weakest) ts_strbuf_putc(into, ')');
}

void ts_expression_text(const ts_expression *expression, const ts_strategy *strategy, ts_strbuf *into)
{
    written(expression, strategy, LOOSEST, into);
}

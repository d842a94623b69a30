/* An exit is terms joined by `or`: signals, and position rules alone or joined by `and` with signals. */
#include "tests/oracle/simulator.h"

static row both(rows *all, row a, row b)
{
    row out = row_new(all);
    for (size_t t = 0; t < all->bars; t++) out[t] = a[t] != 0 && b[t] != 0;
    return out;
}

static row either(rows *all, row a, row b)
{
    row out = row_new(all);
    for (size_t t = 0; t < all->bars; t++) out[t] = a[t] != 0 || b[t] != 0;
    return out;
}

static void rule_of(rows *all, const ts_expression *tree, rule_term *term)
{
    term->kind = (ts_rule_kind)ts_functions[tree->index].kernel;
    term->name = ts_functions[tree->index].name;
    term->p = number_of(all, tree->operand[tree->operands - 1]);
    if (tree->operands < 2) return;
    argument bars = {NULL, number_of(all, tree->operand[0])};
    if (all->series) term->range = function_by_name("atr")->evaluate(all, &bars);
}

static void term_of(rows *all, const ts_expression *tree, rule_term *term)
{
    if (tree->type != TS_RULE) {
        row signal = row_of(all, tree);
        term->gate = term->gate ? both(all, term->gate, signal) : signal;
    } else if (tree->kind == TS_AND) {
        for (int i = 0; i < tree->operands; i++) term_of(all, tree->operand[i], term);
    } else {
        if (term->name) oracle_fault("two rules in one term: ", term->name);
        rule_of(all, tree, term);
    }
}

void exit_of(rows *all, const ts_expression *tree, exit_condition *out)
{
    if (tree->type != TS_RULE) {
        row signal = row_of(all, tree);
        out->signal = out->signal ? either(all, out->signal, signal) : signal;
    } else if (tree->kind == TS_OR) {
        for (int i = 0; i < tree->operands; i++) exit_of(all, tree->operand[i], out);
    } else {
        if (out->terms == TERMS_MAX) oracle_fault("too many rules", "");
        term_of(all, tree, &out->term[out->terms++]);
    }
}

/* The oracle reads a syntax tree: its numbers, its rows bar by bar, and its static warm-up. */
#include "tests/oracle/rows.h"

#include "host/language/functions.h"

#include <math.h>
#include <string.h>

double number_of(const rows *all, const ts_expression *tree)
{
    const ts_expression *const *operand = tree->operand;
    switch (tree->kind) {
    case TS_LITERAL: return tree->number;
    case TS_PARAMETER: return all->parameter[tree->index];
    case TS_NEGATE: return -number_of(all, operand[0]);
    case TS_CALL: return floor(number_of(all, operand[0]));
    case TS_ADD: return number_of(all, operand[0]) + number_of(all, operand[1]);
    case TS_SUBTRACT: return number_of(all, operand[0]) - number_of(all, operand[1]);
    case TS_MULTIPLY: return number_of(all, operand[0]) * number_of(all, operand[1]);
    case TS_DIVIDE: return number_of(all, operand[0]) / number_of(all, operand[1]);
    default: oracle_fault("not a number", "");
    }
}

static row constant(rows *all, double number)
{
    row out = row_new(all);
    for (size_t t = 0; t < all->bars; t++) out[t] = number;
    return out;
}

static row called(rows *all, const ts_expression *tree)
{
    const ts_function *entry = &ts_functions[tree->index];
    argument given[TS_ARGUMENTS_MAX] = {{NULL, 0}};
    for (int i = 0; i < tree->operands; i++) {
        if (entry->argument[i].type == TS_NUMBER) given[i].number = number_of(all, tree->operand[i]);
        else given[i].x = row_of(all, tree->operand[i]);
    }
    return function_by_name(entry->name)->evaluate(all, given);
}

/* A comparison with an undefined value is false. */
static row compared(rows *all, ts_expression_kind kind, row a, row b)
{
    row out = row_new(all);
    for (size_t t = 0; t < all->bars; t++)
        out[t] = kind == TS_BELOW     ? a[t] < b[t]
                 : kind == TS_AT_MOST ? a[t] <= b[t]
                 : kind == TS_ABOVE   ? a[t] > b[t]
                                      : a[t] >= b[t];
    return out;
}

static row joined(rows *all, const ts_expression *tree)
{
    row out = row_new(all);
    for (size_t t = 0; t < all->bars; t++) out[t] = tree->kind == TS_AND;
    for (int i = 0; i < tree->operands; i++) {
        row part = row_of(all, tree->operand[i]);
        for (size_t t = 0; t < all->bars; t++)
            out[t] = tree->kind == TS_AND ? out[t] != 0 && part[t] != 0 : out[t] != 0 || part[t] != 0;
    }
    return out;
}

static row negated(rows *all, row signal)
{
    row out = row_new(all);
    for (size_t t = 0; t < all->bars; t++) out[t] = signal[t] == 0;
    return out;
}

/* A signal that looks back beyond the first bar is false there. */
static row lagged(rows *all, const ts_expression *tree)
{
    row out = row_lag(all, row_of(all, tree->operand[0]), number_of(all, tree->operand[1]));
    if (tree->type == TS_SIGNAL)
        for (size_t t = 0; t < all->bars; t++)
            if (isnan(out[t])) out[t] = 0;
    return out;
}

static row evaluated(rows *all, const ts_expression *tree)
{
    if (tree->type == TS_NUMBER) return constant(all, number_of(all, tree));
    if (tree->kind == TS_PRICE) return row_column(all, (ts_column)tree->index);
    if (tree->kind == TS_CALL) return called(all, tree);
    if (tree->kind == TS_AND || tree->kind == TS_OR) return joined(all, tree);
    if (tree->kind == TS_LAG) return lagged(all, tree);
    row a = row_of(all, tree->operand[0]);
    if (tree->kind == TS_NEGATE) return row_scale(all, -1, a);
    if (tree->kind == TS_NOT) return negated(all, a);
    row b = row_of(all, tree->operand[1]);
    switch (tree->kind) {
    case TS_ADD: return row_add(all, a, b);
    case TS_SUBTRACT: return row_subtract(all, a, b);
    case TS_MULTIPLY: return row_multiply(all, a, b);
    case TS_DIVIDE: return row_divide(all, a, b);
    default: return compared(all, tree->kind, a, b);
    }
}

row row_of(rows *all, const ts_expression *tree)
{
    for (size_t i = 0; i < all->known_count; i++)
        if (all->known[i].tree == tree) return all->known[i].values;
    row values = evaluated(all, tree);
    if (all->known_count == KNOWN_MAX) oracle_fault("too many trees", "");
    all->known[all->known_count].tree = tree;
    all->known[all->known_count++].values = values;
    return values;
}

static size_t added_by(const rows *all, const ts_expression *tree)
{
    const function_row *known = function_by_name(ts_functions[tree->index].name);
    double number[TS_ARGUMENTS_MAX] = {0};
    for (int i = 0; i < tree->operands; i++)
        if (tree->operand[i]->type == TS_NUMBER) number[i] = number_of(all, tree->operand[i]);
    for (const warmup_row *one = warmups_by_formula; one->name; one++)
        if (strcmp(one->name, known->name) == 0) return (size_t)one->added(number);
    double added = known->constant;
    for (int i = 0; i < 4; i++) added += known->per_argument[i] * number[i];
    const double *pair = known->slower == 2 ? number : number + 1;
    if (known->slower) added += pair[0] > pair[1] ? pair[0] : pair[1];
    return added > 0 ? (size_t)added : 0;
}

size_t warmup_of(const rows *all, const ts_expression *tree)
{
    size_t deepest = 0;
    if (tree->type == TS_NUMBER || tree->kind == TS_PRICE) return 0;
    int inputs = tree->kind == TS_LAG ? 1 : tree->operands;
    for (int i = 0; i < inputs; i++) {
        size_t warmup = warmup_of(all, tree->operand[i]);
        if (warmup > deepest) deepest = warmup;
    }
    if (tree->kind == TS_LAG) return deepest + (size_t)number_of(all, tree->operand[1]);
    bool rule = tree->type == TS_RULE; /* the simulator adds what a rule needs */
    return tree->kind == TS_CALL && !rule ? deepest + added_by(all, tree) : deepest;
}

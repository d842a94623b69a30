#include "host/language/range.h"

#include "common/strbuf.h"
#include "host/language/functions.h"
#include "host/language/space.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LAG_MAX = 100000, POINTS_MAX = 2000000 };

static const ts_function_argument LAG = {"lag", TS_NUMBER, true, 0, LAG_MAX};

static ts_range span(const double *value, int count, bool whole)
{
    ts_range range = {value[0], value[0], whole, true};
    for (int i = 0; i < count; i++) {
        if (isnan(value[i])) return (ts_range){-INFINITY, INFINITY, false, true};
        if (value[i] < range.low) range.low = value[i];
        if (value[i] > range.high) range.high = value[i];
    }
    return range;
}

static ts_range combine(ts_expression_kind kind, ts_range a, ts_range b)
{
    bool whole = a.whole && b.whole;
    if (!a.known || !b.known) return (ts_range){-INFINITY, INFINITY, whole && kind != TS_DIVIDE, false};
    switch (kind) {
    case TS_ADD: return (ts_range){a.low + b.low, a.high + b.high, whole, true};
    case TS_SUBTRACT: return (ts_range){a.low - b.high, a.high - b.low, whole, true};
    case TS_MULTIPLY: return span((double[]){a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high}, 4, whole);
    default:
        if (b.low <= 0 && b.high >= 0) return (ts_range){-INFINITY, INFINITY, false, true};
        return span((double[]){a.low / b.low, a.low / b.high, a.high / b.low, a.high / b.high}, 4, false);
    }
}

ts_range ts_number_range(const ts_expression *number, const ts_range *leaf)
{
    ts_range a;
    switch (number->kind) {
    case TS_LITERAL: return (ts_range){number->number, number->number, floor(number->number) == number->number, true};
    case TS_PARAMETER:
    case TS_ARGUMENT: return leaf ? leaf[number->index] : (ts_range){-INFINITY, INFINITY, true, false};
    case TS_CALL:
        a = ts_number_range(number->operand[0], leaf);
        return (ts_range){floor(a.low), floor(a.high), true, a.known};
    case TS_NEGATE: a = ts_number_range(number->operand[0], leaf); return (ts_range){-a.high, -a.low, a.whole, a.known};
    default:
        return combine(number->kind, ts_number_range(number->operand[0], leaf),
                       ts_number_range(number->operand[1], leaf));
    }
}

void ts_parameter_ranges(const ts_strategy *strategy, ts_range leaf[TS_PARAMETERS_MAX])
{
    for (int i = 0; i < strategy->parameters; i++) {
        ts_genome last = {{0}};
        last.gene[i] = strategy->parameter[i].steps - 1;
        leaf[i] = (ts_range){strategy->parameter[i].min, ts_genome_value(strategy, &last, i),
                             strategy->parameter[i].integer, true};
    }
}

static bool fits(double value, const ts_function_argument *slot) { return value >= slot->min && value <= slot->max; }

/* "from 1 to 100000"; the texts of one message need a buffer each. */
static const char *between(char *text, size_t size, double low, double high)
{
    ts_strbuf buffer = {0};
    ts_strbuf_real(&buffer, low, "-infinity");
    if (low != high) {
        ts_strbuf_puts(&buffer, " to ");
        ts_strbuf_real(&buffer, high, "infinity");
    }
    snprintf(text, size, "%s", buffer.text ? buffer.text : "?");
    ts_strbuf_clear(&buffer);
    return text;
}

static int refuse(const ts_expression *number, const char *owner, const ts_function_argument *slot, ts_range range,
                  const char *whose, ts_error *error)
{
    char allowed[64], found[64];
    if (slot == &LAG && range.known && range.high < 0)
        return ts_fail(error, TS_BAD_DATA, "column %d: x[%s] looks into the future: a lag is 0 or more", number->at,
                       between(found, sizeof found, range.low, range.high));
    return ts_fail(error, TS_BAD_DATA, "column %d: expected %s from %s for %s%s%s, found %s%s", number->at,
                   slot->integer ? "a whole number" : "a number",
                   between(allowed, sizeof allowed, slot->min, slot->max), owner, *owner ? "'s " : "a ", slot->name,
                   between(found, sizeof found, range.low, range.high), whose);
}

/* Interval arithmetic knows nothing of `require`: try the valid genomes, as far as the parameters in question go. */
static bool valid_genomes_fit(const ts_expression *number, const ts_function_argument *slot,
                              const ts_strategy *strategy, ts_range *worst)
{
    uint32_t parameters = ts_parameters_of(number) | (strategy->require ? ts_parameters_of(strategy->require) : 0);
    if (ts_space_size(strategy, parameters) > POINTS_MAX) return false;
    ts_genome genome = {{0}};
    do {
        if (!ts_genome_valid(strategy, &genome)) continue;
        double value = ts_number_value(strategy, &genome, number);
        if (fits(value, slot)) continue;
        *worst = (ts_range){value, value, false, true};
        return false;
    } while (ts_space_next(strategy, parameters, &genome));
    return true;
}

static int check(const ts_expression *number, const char *owner, const ts_function_argument *slot, const ts_range *leaf,
                 const ts_strategy *strategy, ts_error *error)
{
    ts_range range = ts_number_range(number, leaf);
    if (slot->integer && !range.whole)
        return number->kind == TS_LITERAL
                   ? refuse(number, owner, slot, range, "", error)
                   : ts_fail(error, TS_BAD_DATA,
                             "column %d: expected a whole number for %s%s%s: a literal, an int parameter, or sums, "
                             "differences and products of those",
                             number->at, owner, *owner ? "'s " : "a ", slot->name);
    if (!range.known || (fits(range.low, slot) && fits(range.high, slot))) return 0;
    if (strategy && ts_parameters_of(number)) {
        if (valid_genomes_fit(number, slot, strategy, &range)) return 0;
        return refuse(number, owner, slot, range, " by the bounds of the parameters", error);
    }
    return refuse(number, owner, slot, range, "", error);
}

int ts_node_check(const ts_expression *node, const ts_range *leaf, const ts_strategy *strategy, ts_error *error)
{
    if (node->kind == TS_LAG) return check(node->operand[1], "", &LAG, leaf, strategy, error);
    if (node->kind != TS_CALL) return 0;
    const ts_function *function = &ts_functions[node->index];
    for (int i = 0; i < node->operands; i++)
        if (function->argument[i].type == TS_NUMBER &&
            check(node->operand[i], function->name, &function->argument[i], leaf, strategy, error))
            return -1;
    return 0;
}

int ts_numbers_check(const ts_expression *tree, const ts_range *leaf, const ts_strategy *strategy, ts_error *error)
{
    if (ts_node_check(tree, leaf, strategy, error)) return -1;
    for (int i = 0; i < tree->operands; i++)
        if (ts_numbers_check(tree->operand[i], leaf, strategy, error)) return -1;
    return 0;
}

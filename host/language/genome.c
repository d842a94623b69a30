/* Genomes and their values. A value is computed in whole multiples of a power of ten, so that 1.5 + 3 x 0.1 is the
 * double nearest to 1.8. */
#include "host/language/strategy.h"

#include "common/nearest.h"
#include "common/strbuf.h"
#include "host/language/lattice.h"

#include <math.h>
#include <string.h>

double ts_genome_value(const ts_strategy *strategy, const ts_genome *genome, int parameter)
{
    return ts_lattice_value(&strategy->parameter[parameter], genome->gene[parameter]);
}

ts_genome ts_genome_default(const ts_strategy *strategy)
{
    ts_genome genome = {{0}};
    for (int i = 0; i < strategy->parameters; i++)
        ts_lattice_gene(&strategy->parameter[i], strategy->parameter[i].fallback, &genome.gene[i]);
    return genome;
}

static int find(const ts_strategy *strategy, const char *name, ts_error *error)
{
    ts_nearest nearest = {.word = name};
    for (int i = 0; i < strategy->parameters; i++) {
        if (strcmp(strategy->parameter[i].name, name) == 0) return i;
        ts_nearest_try(&nearest, strategy->parameter[i].name);
    }
    if (nearest.best)
        return ts_fail(error, TS_USAGE, "%s has no parameter '%s': did you mean '%s'?", strategy->name, name,
                       nearest.best);
    ts_strbuf names = {0};
    for (int i = 0; i < strategy->parameters; i++)
        ts_strbuf_printf(&names, "%s%s", i ? ", " : "", strategy->parameter[i].name);
    ts_fail(error, TS_USAGE, "%s has no parameter '%s'; it has %s", strategy->name, name,
            names.text ? names.text : "none");
    ts_strbuf_clear(&names);
    return -1;
}

int ts_genome_set(const ts_strategy *strategy, ts_genome *genome, const char *name, double value, ts_error *error)
{
    int i = find(strategy, name, error);
    if (i < 0) return -1;
    const ts_parameter *parameter = &strategy->parameter[i];
    if (ts_lattice_gene(parameter, value, &genome->gene[i]) == 0) return 0;
    ts_strbuf text = {0};
    ts_strbuf_printf(&text, "%s of %s must be from ", name, strategy->name);
    ts_strbuf_real(&text, parameter->min, "?");
    ts_strbuf_puts(&text, " to ");
    ts_strbuf_real(&text, ts_lattice_value(parameter, parameter->steps - 1), "?");
    ts_strbuf_puts(&text, " in steps of ");
    ts_strbuf_real(&text, parameter->step, "?");
    ts_strbuf_puts(&text, ", not ");
    ts_strbuf_real(&text, value, "undefined");
    ts_fail(error, TS_USAGE, "%s", text.text ? text.text : name);
    ts_strbuf_clear(&text);
    return -1;
}

int ts_genome_compare(const ts_genome *a, const ts_genome *b)
{
    for (int i = 0; i < TS_PARAMETERS_MAX; i++)
        if (a->gene[i] != b->gene[i]) return a->gene[i] < b->gene[i] ? -1 : 1;
    return 0;
}

double ts_number_value(const ts_strategy *strategy, const ts_genome *genome, const ts_expression *number)
{
    if (number->kind == TS_LITERAL) return number->number;
    if (number->kind == TS_PARAMETER) return ts_genome_value(strategy, genome, number->index);
    if (number->operands == 0) return NAN;
    double a = ts_number_value(strategy, genome, number->operand[0]);
    if (number->kind == TS_NEGATE) return -a;
    if (number->kind == TS_CALL) return floor(a);
    double b = number->operands > 1 ? ts_number_value(strategy, genome, number->operand[1]) : NAN;
    switch (number->kind) {
    case TS_ADD: return a + b;
    case TS_SUBTRACT: return a - b;
    case TS_MULTIPLY: return a * b;
    case TS_DIVIDE: return a / b;
    default: return NAN;
    }
}

static bool holds(const ts_strategy *strategy, const ts_genome *genome, const ts_expression *condition)
{
    const ts_expression *const *of = condition->operand;
    if (condition->kind == TS_AND) return holds(strategy, genome, of[0]) && holds(strategy, genome, of[1]);
    if (condition->kind == TS_OR) return holds(strategy, genome, of[0]) || holds(strategy, genome, of[1]);
    if (condition->kind == TS_NOT) return !holds(strategy, genome, of[0]);
    double a = ts_number_value(strategy, genome, of[0]), b = ts_number_value(strategy, genome, of[1]);
    switch (condition->kind) {
    case TS_BELOW: return a < b;
    case TS_AT_MOST: return a <= b;
    case TS_ABOVE: return a > b;
    default: return a >= b;
    }
}

bool ts_genome_valid(const ts_strategy *strategy, const ts_genome *genome)
{
    return !strategy->require || holds(strategy, genome, strategy->require);
}

/* A genome's entries and exits. An exit is a chain of `or`s: its signals become one mask; a term with a position rule,
 * alone or joined by `and` with signals that gate it, becomes a rule. */
#include "host/plan/instantiate.h"

#include "host/language/functions.h"

#include <string.h>

typedef struct work {
    ts_dag *dag;
    const ts_strategy *strategy;
    const ts_genome *genome;
    ts_planned *out;
    ts_error *error;
} work;

static int32_t join(const work *w, ts_mask_kind kind, int32_t a, int32_t b)
{
    ts_mask_key key;
    if (a < 0) return b;
    memset(&key, 0, sizeof key);
    key.kind = kind;
    key.mask[0] = a;
    key.mask[1] = b;
    return ts_dag_mask(w->dag, &key, w->error);
}

static int32_t signal_mask(const work *w, const ts_expression *e)
{
    ts_planned_value value;
    return ts_plan_expression(w->dag, w->strategy, w->genome, e, &value, w->error) ? -1 : value.mask;
}

/* The row that trailing_stop_atr(n, k) measures its distance in: atr(n). */
static int plan_range(const work *w, const ts_expression *n, ts_source *range)
{
    ts_expression atr = {.kind = TS_CALL,
                         .type = TS_SERIES,
                         .index = ts_function_find("atr"),
                         .operands = 1,
                         .operand = {n},
                         .at = n->at};
    ts_planned_value value;
    if (ts_plan_expression(w->dag, w->strategy, w->genome, &atr, &value, w->error)) return -1;
    *range = value.row;
    ts_dag_reads(w->dag, *range, 0);
    return 0;
}

static int plan_rule(const work *w, const ts_expression *call, int32_t gate)
{
    const ts_function *function = &ts_functions[call->index];
    if (w->out->rules == TS_RULES_MAX)
        return ts_fail(w->error, TS_BAD_DATA, "column %d: expected at most %d position rules", call->at, TS_RULES_MAX);
    ts_planned_rule *rule = &w->out->rule[w->out->rules++];
    *rule = (ts_planned_rule){.kind = function->kernel, .range = {-1, 0}, .gate = gate};
    ts_planned_value amount;
    if (ts_plan_expression(w->dag, w->strategy, w->genome, call->operand[call->operands - 1], &amount, w->error))
        return -1;
    rule->amount = amount.number;
    return rule->kind == TS_TRAILING_STOP_ATR ? plan_range(w, call->operand[0], &rule->range) : 0;
}

/* A chain of `and`s with one position rule in it. */
static int plan_gated(const work *w, const ts_expression *e, const ts_expression **rule, int32_t *gate)
{
    if (e->kind == TS_AND && e->type == TS_RULE)
        return plan_gated(w, e->operand[0], rule, gate) || plan_gated(w, e->operand[1], rule, gate) ? -1 : 0;
    if (e->type == TS_RULE) return *rule = e, 0;
    int32_t mask = signal_mask(w, e);
    if (mask < 0) return -1;
    *gate = join(w, TS_MASK_AND, *gate, mask);
    return *gate < 0 ? -1 : 0;
}

static int plan_exit(const work *w, const ts_expression *e, int32_t *signal)
{
    if (e->kind == TS_OR && e->type == TS_RULE)
        return plan_exit(w, e->operand[0], signal) || plan_exit(w, e->operand[1], signal) ? -1 : 0;
    if (e->type != TS_RULE) {
        int32_t mask = signal_mask(w, e);
        if (mask < 0) return -1;
        *signal = join(w, TS_MASK_OR, *signal, mask);
        return *signal < 0 ? -1 : 0;
    }
    const ts_expression *rule = NULL;
    int32_t gate = -1;
    if (plan_gated(w, e, &rule, &gate)) return -1;
    return plan_rule(w, rule, gate);
}

/* A genome whose exit is the reverse of its entry follows the order of two rows; a short side must be the reverse of
 * the long one. An UP's DOWN is the mask after it. */
static bool follows(const work *w)
{
    size_t count;
    const ts_mask_node *mask = ts_dag_masks(w->dag, &count);
    const ts_planned *out = w->out;
    int32_t up = out->entry[0], down = up + 1;
    if (up < 0 || mask[up].key.kind != TS_MASK_UP || out->exit[0] != down || out->rules) return false;
    return w->strategy->direction == TS_LONG || (out->entry[1] == down && out->exit[1] == up);
}

static void deepen(int64_t *warmup, int64_t other) { *warmup = other > *warmup ? other : *warmup; }

static void measure_warmup(const work *w)
{
    size_t count;
    const ts_mask_node *mask = ts_dag_masks(w->dag, &count);
    const ts_row_node *row = ts_dag_rows(w->dag, &count);
    ts_planned *out = w->out;
    for (int side = 0; side < 2; side++) {
        if (out->entry[side] >= 0) deepen(&out->warmup, mask[out->entry[side]].warmup);
        if (out->exit[side] >= 0) deepen(&out->warmup, mask[out->exit[side]].warmup);
    }
    for (int i = 0; i < out->rules; i++) {
        if (out->rule[i].gate >= 0) deepen(&out->warmup, mask[out->rule[i].gate].warmup);
        ts_source range = out->rule[i].range;
        if (range.row >= 0) deepen(&out->warmup, row[range.row].warmup + range.lag);
    }
}

/* Under `both` each side has its own exits and so its own rules. */
static int plan_side(const work *w, int side, const ts_expression *entry, const ts_expression *exit)
{
    w->out->entry[side] = signal_mask(w, entry);
    if (w->out->entry[side] < 0) return ts_error_context(w->error, "entry");
    int first = w->out->rules;
    if (plan_exit(w, exit, &w->out->exit[side])) return ts_error_context(w->error, "exit");
    for (int i = first; i < w->out->rules; i++) w->out->rule[i].side = side;
    return 0;
}

int ts_plan_genome(ts_dag *dag, const ts_strategy *strategy, const ts_genome *genome, ts_planned *out, ts_error *error)
{
    memset(out, 0, sizeof *out);
    for (int side = 0; side < 2; side++) out->entry[side] = out->exit[side] = -1;
    work w = {dag, strategy, genome, out, error};
    int side = strategy->direction == TS_SHORT;
    if (plan_side(&w, side, strategy->entry, strategy->exit)) return -1;
    if (strategy->direction == TS_BOTH && plan_side(&w, 1, strategy->short_entry, strategy->short_exit)) return -1;
    measure_warmup(&w);
    out->follows = follows(&w);
    return 0;
}

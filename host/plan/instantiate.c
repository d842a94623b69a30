/* Expressions become rows and masks. A call that was planned before with the same arguments is remembered as a whole,
 * so that a definition is expanded once for each set of arguments and not once a genome. */
#include "host/plan/instantiate.h"

#include "host/language/functions.h"
#include "host/plan/kernel_table.h"

#include <math.h>
#include <string.h>

/* Where an expression stands: the genome, and the arguments of the definition around it. */
typedef struct frame {
    ts_dag *dag;
    const ts_strategy *strategy;
    const ts_genome *genome;
    const ts_planned_value *argument;
} frame;

typedef struct call_key {
    int64_t function;
    struct {
        int64_t type;
        double number;
        ts_source row;
        int64_t mask;
    } argument[TS_ARGUMENTS_MAX];
} call_key;

static int plan(const frame *at, const ts_expression *expression, ts_planned_value *out, ts_error *error);

static int keep_row(const frame *at, const ts_row_key *key, ts_planned_value *out, ts_error *error)
{
    int32_t row = ts_dag_row(at->dag, key, error);
    *out = (ts_planned_value){.type = TS_SERIES, .row = {row, 0}};
    return row < 0 ? -1 : 0;
}

static int keep_mask(const frame *at, const ts_mask_key *key, ts_planned_value *out, ts_error *error)
{
    int32_t mask = ts_dag_mask(at->dag, key, error);
    *out = (ts_planned_value){.type = TS_SIGNAL, .mask = mask};
    return mask < 0 ? -1 : 0;
}

/* A number where a series is wanted is the row that has it at every bar. */
static int as_row(const frame *at, ts_planned_value *value, ts_error *error)
{
    if (value->type != TS_NUMBER) return 0;
    ts_row_key key;
    memset(&key, 0, sizeof key);
    key.kind = TS_ROW_NUMBER;
    key.parameter[0] = value->number == 0 ? 0.0 : value->number;
    return keep_row(at, &key, value, error);
}

static int kernel_row(const frame *at, int kernel, const ts_source *in, const double *parameter, ts_planned_value *out,
                      ts_error *error)
{
    ts_row_key key;
    memset(&key, 0, sizeof key);
    key.kind = TS_ROW_KERNEL;
    key.which = kernel;
    for (int i = 0; i < TS_KERNEL_INPUTS; i++) key.in[i] = in[i < ts_kernel_table[kernel].inputs ? i : 0];
    for (int i = 0; i < ts_kernel_table[kernel].parameters; i++) key.parameter[i] = parameter[i];
    return keep_row(at, &key, out, error);
}

static double arithmetic(ts_expression_kind kind, double a, double b)
{
    switch (kind) {
    case TS_ADD: return a + b;
    case TS_SUBTRACT: return a - b;
    case TS_MULTIPLY: return a * b;
    case TS_DIVIDE: return a / b;
    default: return -a;
    }
}

static int plan_arithmetic(const frame *at, const ts_expression *e, ts_planned_value *out, ts_error *error)
{
    static const int kernels[] = {[TS_ADD] = TS_KERNEL_add,
                                  [TS_SUBTRACT] = TS_KERNEL_subtract,
                                  [TS_MULTIPLY] = TS_KERNEL_multiply,
                                  [TS_DIVIDE] = TS_KERNEL_divide,
                                  [TS_NEGATE] = TS_KERNEL_negate};
    ts_planned_value operand[2] = {{0}};
    bool numbers = true;
    for (int i = 0; i < e->operands; i++) {
        if (plan(at, e->operand[i], &operand[i], error)) return -1;
        numbers = numbers && operand[i].type == TS_NUMBER;
    }
    if (numbers) {
        *out =
            (ts_planned_value){.type = TS_NUMBER, .number = arithmetic(e->kind, operand[0].number, operand[1].number)};
        return 0;
    }
    ts_source in[2] = {{0}};
    for (int i = 0; i < e->operands; i++) {
        if (as_row(at, &operand[i], error)) return -1;
        in[i] = operand[i].row;
    }
    return kernel_row(at, kernels[e->kind], in, NULL, out, error);
}

static bool is_zero(const ts_row_node *node) { return node->key.kind == TS_ROW_NUMBER && node->key.parameter[0] == 0; }

static ts_source earlier(ts_source source, int32_t lag) { return (ts_source){source.row, source.lag + lag}; }

/* x - y stands to 0 as x stands to y (the difference of finite numbers is 0 only where they are equal): the difference
 * itself is not needed. */
static void spare_difference(const frame *at, ts_source compared[2])
{
    size_t rows;
    const ts_row_node *row = ts_dag_rows(at->dag, &rows);
    for (int i = 0; i < 2; i++) {
        const ts_row_key *key = &row[compared[i].row].key;
        if (key->kind != TS_ROW_KERNEL || key->which != TS_KERNEL_subtract || !is_zero(&row[compared[!i].row]))
            continue;
        int32_t lag = compared[i].lag;
        compared[i] = earlier(key->in[0], lag);
        compared[!i] = earlier(key->in[1], lag);
        return;
    }
}

static int plan_comparison(const frame *at, const ts_expression *e, ts_planned_value *out, ts_error *error)
{
    static const ts_relation relations[] = {[TS_BELOW] = TS_IS_BELOW,
                                            [TS_AT_MOST] = TS_IS_AT_MOST,
                                            [TS_ABOVE] = TS_IS_ABOVE,
                                            [TS_AT_LEAST] = TS_IS_AT_LEAST};
    ts_mask_key key;
    memset(&key, 0, sizeof key);
    key.kind = TS_MASK_COMPARE;
    key.relation = relations[e->kind];
    for (int i = 0; i < 2; i++) {
        ts_planned_value operand;
        if (plan(at, e->operand[i], &operand, error) || as_row(at, &operand, error)) return -1;
        key.row[i] = operand.row;
    }
    spare_difference(at, key.row);
    return keep_mask(at, &key, out, error);
}

static int plan_logic(const frame *at, const ts_expression *e, ts_planned_value *out, ts_error *error)
{
    ts_mask_key key;
    memset(&key, 0, sizeof key);
    key.kind = e->kind == TS_AND ? TS_MASK_AND : e->kind == TS_OR ? TS_MASK_OR : TS_MASK_NOT;
    for (int i = 0; i < e->operands; i++) {
        ts_planned_value operand;
        if (plan(at, e->operand[i], &operand, error)) return -1;
        key.mask[i] = operand.mask;
    }
    return keep_mask(at, &key, out, error);
}

static int plan_lag(const frame *at, const ts_expression *e, ts_planned_value *out, ts_error *error)
{
    ts_planned_value lag;
    if (plan(at, e->operand[0], out, error) || as_row(at, out, error) || plan(at, e->operand[1], &lag, error))
        return -1;
    if (!(lag.number >= 0 && lag.number <= 100000) || lag.number != (double)(int32_t)lag.number)
        return ts_fail(error, TS_BAD_DATA, "column %d: look-back of %g bars: expected a whole number from 0 to 100000",
                       e->at, lag.number);
    int64_t total = out->row.lag + (int64_t)lag.number;
    if (total > 1000000)
        return ts_fail(error, TS_BAD_DATA, "column %d: look-backs add up to more than 1000000 bars", e->at);
    out->row.lag = (int32_t)total;
    return 0;
}

/* The extreme of the last n values, from extremes of 2^k values: two of them cover the window. */
static int plan_doubling(const frame *at, int kernel, ts_source x, int64_t n, ts_planned_value *out, ts_error *error)
{
    *out = (ts_planned_value){.type = TS_SERIES, .row = x};
    int64_t span = 1;
    for (; span * 2 <= n; span *= 2) {
        ts_source in[2] = {out->row, {out->row.row, out->row.lag + (int32_t)span}};
        if (kernel_row(at, kernel, in, NULL, out, error)) return -1;
    }
    if (span == n) return 0;
    ts_source in[2] = {out->row, {out->row.row, out->row.lag + (int32_t)(n - span)}};
    return kernel_row(at, kernel, in, NULL, out, error);
}

/* A function of the prefix sums of x, of which three rows are the parts. They are those of x as it is, looked at as
 * many bars ago as x is. */
static int plan_prefix(const frame *at, int kernel, ts_source x, const double *n, ts_planned_value *out,
                       ts_error *error)
{
    const ts_source now[TS_KERNEL_INPUTS] = {{x.row, 0}};
    ts_source in[TS_KERNEL_INPUTS];
    for (int i = 0; i < TS_KERNEL_INPUTS; i++) {
        double part = i + 1;
        if (kernel_row(at, TS_KERNEL_prefix, now, &part, out, error)) return -1;
        in[i] = earlier(out->row, x.lag);
    }
    return kernel_row(at, kernel, in, n, out, error);
}

static int plan_crossing(const frame *at, int way, ts_source a, ts_source b, ts_planned_value *out, ts_error *error)
{
    ts_mask_key key, down;
    ts_source compared[2] = {a, b};
    spare_difference(at, compared);
    memset(&key, 0, sizeof key);
    key.kind = TS_MASK_DEFINED;
    int32_t defined[2];
    for (int i = 0; i < 2; i++) {
        key.row[0] = compared[i];
        defined[i] = ts_dag_mask(at->dag, &key, error);
        if (defined[i] < 0) return -1;
    }
    key.kind = TS_MASK_UP;
    key.row[0] = compared[0];
    key.row[1] = compared[1];
    key.mask[0] = defined[0];
    key.mask[1] = defined[1];
    down = key;
    down.kind = TS_MASK_DOWN;
    int32_t up = ts_dag_mask(at->dag, &key, error);
    if (up < 0 || ts_dag_mask(at->dag, &down, error) < 0) return -1;
    *out = (ts_planned_value){.type = TS_SIGNAL, .mask = way > 0 ? up : up + 1};
    return 0;
}

static int in_bounds(const ts_function *function, int i, double value, int column, ts_error *error)
{
    const ts_function_argument *argument = &function->argument[i];
    if (value >= argument->min && value <= argument->max && (!argument->integer || value == (double)(int64_t)value))
        return 0;
    return ts_fail(error, TS_BAD_DATA, "column %d: %s of %s is %g: expected %s from %g to %g", column, argument->name,
                   function->name, value, argument->integer ? "a whole number" : "a number", argument->min,
                   argument->max);
}

static int plan_arguments(const frame *at, const ts_expression *e, ts_planned_value *argument, ts_error *error)
{
    const ts_function *function = &ts_functions[e->index];
    for (int i = 0; i < e->operands; i++) {
        if (plan(at, e->operand[i], &argument[i], error)) return -1;
        if (function->argument[i].type == TS_NUMBER) {
            if (in_bounds(function, i, argument[i].number, e->at, error)) return -1;
        } else if (as_row(at, &argument[i], error)) return -1;
    }
    return 0;
}

static int lower(const frame *at, const ts_expression *e, const ts_planned_value *argument, ts_planned_value *out,
                 ts_error *error)
{
    const ts_function *function = &ts_functions[e->index];
    ts_source in[TS_ARGUMENTS_MAX] = {{0}};
    double parameter[TS_ARGUMENTS_MAX] = {0};
    int inputs = 0, parameters = 0;
    for (int i = 0; i < e->operands; i++) {
        if (function->argument[i].type == TS_NUMBER) parameter[parameters++] = argument[i].number;
        else in[inputs++] = argument[i].row;
    }
    switch (function->lowering) {
    case TS_BY_KERNEL: return kernel_row(at, function->kernel, in, parameter, out, error);
    case TS_BY_DOUBLING: return plan_doubling(at, function->kernel, in[0], (int64_t)parameter[0], out, error);
    case TS_BY_PREFIX: return plan_prefix(at, function->kernel, in[0], parameter, out, error);
    case TS_BY_CROSSING: return plan_crossing(at, function->kernel, in[0], in[1], out, error);
    case TS_BY_DEFINITION: {
        frame inside = {at->dag, NULL, NULL, argument};
        if (plan(&inside, ts_function_definition(e->index), out, error))
            return ts_error_context(error, "%s", function->name);
        return function->result == TS_SERIES ? as_row(at, out, error) : 0;
    }
    case TS_BY_FLOOR: *out = (ts_planned_value){.type = TS_NUMBER, .number = floor(parameter[0])}; return 0;
    case TS_BY_POSITION: break;
    }
    return ts_fail(error, TS_BAD_DATA, "column %d: %s has a meaning only as a term of an exit", e->at, function->name);
}

static int plan_call(const frame *at, const ts_expression *e, ts_planned_value *out, ts_error *error)
{
    ts_planned_value argument[TS_ARGUMENTS_MAX];
    memset(argument, 0, sizeof argument);
    if (plan_arguments(at, e, argument, error)) return -1;
    call_key key;
    memset(&key, 0, sizeof key);
    key.function = e->index;
    for (int i = 0; i < e->operands; i++) {
        key.argument[i].type = argument[i].type;
        key.argument[i].number = argument[i].number;
        key.argument[i].row = argument[i].row;
        key.argument[i].mask = argument[i].mask;
    }
    const ts_planned_value *known = ts_dag_recall(at->dag, &key, sizeof key);
    if (known) return *out = *known, 0;
    if (lower(at, e, argument, out, error)) return -1;
    return ts_dag_remember(at->dag, &key, sizeof key, out, error);
}

static int plan(const frame *at, const ts_expression *e, ts_planned_value *out, ts_error *error)
{
    ts_row_key key;
    memset(out, 0, sizeof *out);
    switch (e->kind) {
    case TS_LITERAL: *out = (ts_planned_value){.type = TS_NUMBER, .number = e->number}; return 0;
    case TS_PARAMETER:
        *out = (ts_planned_value){.type = TS_NUMBER, .number = ts_genome_value(at->strategy, at->genome, e->index)};
        return 0;
    case TS_ARGUMENT: *out = at->argument[e->index]; return 0;
    case TS_PRICE:
        memset(&key, 0, sizeof key);
        key.which = e->index;
        return keep_row(at, &key, out, error);
    case TS_CALL: return plan_call(at, e, out, error);
    case TS_LAG: return plan_lag(at, e, out, error);
    case TS_AND:
    case TS_OR:
    case TS_NOT: return plan_logic(at, e, out, error);
    case TS_BELOW:
    case TS_AT_MOST:
    case TS_ABOVE:
    case TS_AT_LEAST: return plan_comparison(at, e, out, error);
    default: return plan_arithmetic(at, e, out, error);
    }
}

int ts_plan_expression(ts_dag *dag, const ts_strategy *strategy, const ts_genome *genome,
                       const ts_expression *expression, ts_planned_value *out, ts_error *error)
{
    frame at = {dag, strategy, genome, NULL};
    if (plan(&at, expression, out, error)) return -1;
    if (out->type == TS_SERIES) ts_dag_reads(dag, out->row, 0); /* whoever asked reads it so many bars back */
    return 0;
}

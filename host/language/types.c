#include "host/language/types.h"

#include "host/language/arena.h"
#include "host/language/functions.h"
#include "host/language/range.h"

#include <stdio.h>
#include <string.h>

static const char BARS_HELD[] = "bars_held";

const char *ts_type_words(ts_type type)
{
    static const char *const words[] = {"a number", "a series", "a condition", "a position rule"};
    return words[type];
}

static bool is_value(const ts_expression *node) { return node->type == TS_NUMBER || node->type == TS_SERIES; }

bool ts_is_bars_held_word(const ts_expression *node)
{
    return node->kind == TS_CALL && node->operands == 0 && strcmp(ts_functions[node->index].name, BARS_HELD) == 0;
}

/* `expected` at `node`, which is something else. */
static const ts_expression *expected(const ts_builder *builder, const ts_expression *node, const char *what,
                                     const char *where)
{
    if (ts_is_bars_held_word(node))
        ts_fail(builder->error, TS_BAD_DATA, "column %d: expected bars_held >= n or bars_held > n with a number n",
                node->at);
    else
        ts_fail(builder->error, TS_BAD_DATA, "column %d: expected %s %s, found %s", node->at, what, where,
                ts_type_words(node->type));
    return NULL;
}

static const ts_expression *add(const ts_builder *builder, const ts_expression *node)
{
    const ts_expression *added = ts_arena_add(builder->arena, node);
    if (!added) {
        ts_no_memory(builder->error, "an expression");
    } else if (added->nodes > TS_NODES_MAX || added->levels > TS_LEVELS_MAX) {
        ts_fail(builder->error, TS_BAD_DATA, "column %d: the expression is too large (over %d parts or %d levels)",
                node->at, TS_NODES_MAX, TS_LEVELS_MAX);
        return NULL;
    }
    return added;
}

const ts_expression *ts_build_leaf(const ts_builder *builder, const ts_expression *leaf) { return add(builder, leaf); }

const ts_expression *ts_build_unary(const ts_builder *builder, ts_expression_kind kind, int at, const ts_expression *a)
{
    if (kind == TS_NOT && a->type == TS_RULE && !ts_is_bars_held_word(a)) {
        ts_fail(builder->error, TS_BAD_DATA, "column %d: a position rule cannot stand under 'not'", a->at);
        return NULL;
    }
    if (kind == TS_NOT && a->type != TS_SIGNAL) return expected(builder, a, "a condition", "after 'not'");
    if (kind == TS_NEGATE && !is_value(a)) return expected(builder, a, "a number or a series", "after '-'");
    return add(builder, &(ts_expression){.kind = kind, .type = a->type, .at = at, .operands = 1, .operand = {a}});
}

/* a and b with at most one rule on the one side; a or b of any. */
static int check_logic(const ts_builder *builder, ts_expression_kind kind, const ts_expression *const pair[2])
{
    for (int i = 0; i < 2; i++) {
        const ts_expression *side = pair[i];
        if (side->type != TS_SIGNAL && (side->type != TS_RULE || ts_is_bars_held_word(side))) {
            expected(builder, side, "a condition", kind == TS_AND ? "beside 'and'" : "beside 'or'");
            return -1;
        }
        if (kind == TS_AND && side->type == TS_RULE && side->kind == TS_OR)
            return ts_fail(
                builder->error, TS_BAD_DATA,
                "column %d: position rules joined by 'or' cannot stand under 'and': write the 'or' outermost",
                side->at);
    }
    if (kind == TS_AND && pair[0]->type == TS_RULE && pair[1]->type == TS_RULE)
        return ts_fail(builder->error, TS_BAD_DATA, "column %d: two position rules cannot be joined by 'and'",
                       pair[1]->at);
    return 0;
}

/* bars_held >= n, bars_held > n and the two mirrored; `word` is bars_held and `n` the other side. */
static const ts_expression *compare_bars_held(const ts_builder *builder, ts_expression_kind kind,
                                              const ts_expression *word, const ts_expression *n)
{
    if ((kind != TS_ABOVE && kind != TS_AT_LEAST) || n->type != TS_NUMBER) return expected(builder, word, "", "");
    if (kind == TS_ABOVE) {
        const ts_expression *one =
            add(builder, &(ts_expression){.kind = TS_LITERAL, .type = TS_NUMBER, .number = 1, .at = n->at});
        n = one ? ts_build_binary(builder, TS_ADD, n->at, n, one) : NULL;
        if (!n) return NULL;
    }
    return ts_build_call(builder, word->index, word->at, &n, 1);
}

static ts_expression_kind mirrored(ts_expression_kind kind)
{
    switch (kind) {
    case TS_BELOW: return TS_ABOVE;
    case TS_AT_MOST: return TS_AT_LEAST;
    case TS_ABOVE: return TS_BELOW;
    default: return TS_AT_MOST;
    }
}

static bool is_comparison(ts_expression_kind kind) { return kind >= TS_BELOW && kind <= TS_AT_LEAST; }

static int check_values(const ts_builder *builder, ts_expression_kind kind, int at, const ts_expression *const pair[2])
{
    static const char *const beside[] = {
        [TS_ADD] = "beside '+'",    [TS_SUBTRACT] = "beside '-'", [TS_MULTIPLY] = "beside '*'",
        [TS_DIVIDE] = "beside '/'", [TS_BELOW] = "beside '<'",    [TS_AT_MOST] = "beside '<='",
        [TS_ABOVE] = "beside '>'",  [TS_AT_LEAST] = "beside '>='"};
    for (int i = 0; i < 2; i++)
        if (!is_value(pair[i])) {
            expected(builder, pair[i], "a number or a series", beside[kind]);
            return -1;
        }
    if (is_comparison(kind) && !builder->scope->require && pair[0]->type == TS_NUMBER && pair[1]->type == TS_NUMBER)
        return ts_fail(builder->error, TS_BAD_DATA,
                       "column %d: a comparison of two numbers is the same at every bar: it belongs into 'require'",
                       at);
    return 0;
}

const ts_expression *ts_build_binary(const ts_builder *builder, ts_expression_kind kind, int at, const ts_expression *a,
                                     const ts_expression *b)
{
    const ts_expression *const pair[2] = {a, b};
    ts_expression node = {.kind = kind, .type = TS_SIGNAL, .at = at, .operands = 2, .operand = {a, b}};
    if (kind == TS_AND || kind == TS_OR) {
        if (check_logic(builder, kind, pair)) return NULL;
        if (a->type == TS_RULE || b->type == TS_RULE) node.type = TS_RULE;
        return add(builder, &node);
    }
    if (is_comparison(kind) && ts_is_bars_held_word(a)) return compare_bars_held(builder, kind, a, b);
    if (is_comparison(kind) && ts_is_bars_held_word(b)) return compare_bars_held(builder, mirrored(kind), b, a);
    if (check_values(builder, kind, at, pair)) return NULL;
    if (!is_comparison(kind)) node.type = a->type == TS_SERIES || b->type == TS_SERIES ? TS_SERIES : TS_NUMBER;
    return add(builder, &node);
}

const ts_expression *ts_build_lag(const ts_builder *builder, int at, const ts_expression *series,
                                  const ts_expression *lag)
{
    if (series->type != TS_SERIES) return expected(builder, series, "a series", "before '['");
    if (lag->type != TS_NUMBER) return expected(builder, lag, "a number of bars", "within [ ]");
    ts_expression node = {.kind = TS_LAG, .type = TS_SERIES, .at = at, .operands = 2, .operand = {series, lag}};
    if (ts_node_check(&node, NULL, NULL, builder->error)) return NULL;
    return add(builder, &node);
}

/* "sma(x, n)" */
static const char *signature(const ts_function *function, char *text, size_t size)
{
    size_t used = (size_t)snprintf(text, size, "%s(", function->name);
    for (int i = 0; i < function->arguments && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%s", i ? ", " : "", function->argument[i].name);
    if (used < size) snprintf(text + used, size - used, ")");
    return text;
}

static int check_argument(const ts_builder *builder, const ts_function *function, int i, const ts_expression *argument)
{
    ts_type wanted = function->argument[i].type;
    if (argument->type == wanted || (wanted == TS_SERIES && argument->type == TS_NUMBER)) return 0;
    char where[128];
    snprintf(where, sizeof where, "for %s's %s", function->name, function->argument[i].name);
    expected(builder, argument, ts_type_words(wanted), where);
    return -1;
}

const ts_expression *ts_build_call(const ts_builder *builder, int function, int at,
                                   const ts_expression *const *argument, int count)
{
    const ts_function *row = &ts_functions[function];
    char text[256];
    if (row->result == TS_RULE && !builder->scope->rules) {
        ts_fail(builder->error, TS_BAD_DATA, "column %d: %s is a position rule: it can stand only in an exit", at,
                row->name);
        return NULL;
    }
    if (count != row->arguments) {
        ts_fail(builder->error, TS_BAD_DATA, "column %d: expected %d argument%s, %s, found %d", at, row->arguments,
                row->arguments == 1 ? "" : "s", signature(row, text, sizeof text), count);
        return NULL;
    }
    ts_expression node = {.kind = TS_CALL, .type = row->result, .index = function, .at = at, .operands = count};
    for (int i = 0; i < count; i++) {
        if (check_argument(builder, row, i, argument[i])) return NULL;
        node.operand[i] = argument[i];
    }
    if (ts_node_check(&node, NULL, NULL, builder->error)) return NULL;
    return add(builder, &node);
}

const ts_expression *ts_build_bars_held(const ts_builder *builder, int at)
{
    if (!builder->scope->rules) {
        ts_fail(builder->error, TS_BAD_DATA, "column %d: bars_held is a position rule: it can stand only in an exit",
                at);
        return NULL;
    }
    return add(builder,
               &(ts_expression){.kind = TS_CALL, .type = TS_RULE, .index = ts_function_find(BARS_HELD), .at = at});
}

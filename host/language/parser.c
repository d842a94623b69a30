/* Recursive descent over a table of operators. What joins what is decided in types.c. */
#include "host/language/parser.h"

#include "common/nearest.h"
#include "host/language/functions.h"
#include "host/language/lexer.h"
#include "host/language/types.h"
#include "host/series/series.h"

#include <stdio.h>
#include <string.h>

typedef struct parser {
    ts_lexer lexer;
    ts_builder builder;
    int nesting;
} parser;

/* The weakest first. NEGATION and MINUS stand before what they apply to, the others between. */
enum { DISJUNCTION, CONJUNCTION, NEGATION, COMPARISON, SUM, PRODUCT, MINUS };

static const struct {
    ts_token_kind token;
    ts_expression_kind kind;
    int level;
} operators[] = {
    {TS_TOKEN_OR, TS_OR, DISJUNCTION},
    {TS_TOKEN_AND, TS_AND, CONJUNCTION},
    {TS_TOKEN_NOT, TS_NOT, NEGATION},
    {TS_TOKEN_BELOW, TS_BELOW, COMPARISON},
    {TS_TOKEN_AT_MOST, TS_AT_MOST, COMPARISON},
    {TS_TOKEN_ABOVE, TS_ABOVE, COMPARISON},
    {TS_TOKEN_AT_LEAST, TS_AT_LEAST, COMPARISON},
    {TS_TOKEN_PLUS, TS_ADD, SUM},
    {TS_TOKEN_MINUS, TS_SUBTRACT, SUM},
    {TS_TOKEN_TIMES, TS_MULTIPLY, PRODUCT},
    {TS_TOKEN_OVER, TS_DIVIDE, PRODUCT},
    {TS_TOKEN_MINUS, TS_NEGATE, MINUS},
};

static const char *const prices[TS_COLUMNS] = {"open", "high", "low", "close", "volume"};

static const ts_expression *expression(parser *p, int level);

static int next(parser *p) { return ts_lexer_next(&p->lexer, p->builder.error); }

static const ts_expression *unexpected(const parser *p, const char *what)
{
    const ts_token *token = &p->lexer.token;
    const char *word = p->lexer.text + token->at - 1;
    if (token->kind == TS_TOKEN_END)
        ts_fail(p->builder.error, TS_BAD_DATA, "column %d: expected %s, found the end", token->at, what);
    else
        ts_fail(p->builder.error, TS_BAD_DATA, "column %d: expected %s, found '%.*s'", token->at, what,
                token->length > 60 ? 60 : token->length, word);
    return NULL;
}

static int enter(parser *p)
{
    if (++p->nesting <= TS_NESTING_MAX) return 0;
    return ts_fail(p->builder.error, TS_BAD_DATA, "column %d: nested deeper than %d levels", p->lexer.token.at,
                   TS_NESTING_MAX);
}

/* The row of `operators` under the eye at this level, -1 when there is none. */
static int operator_at(const parser *p, int level)
{
    for (int i = 0; i < (int)(sizeof operators / sizeof operators[0]); i++)
        if (operators[i].token == p->lexer.token.kind && operators[i].level == level) return i;
    return -1;
}

/* A word that means nothing, with the one that was probably meant. */
static const ts_expression *unknown(const parser *p, const char *word, int at, bool call)
{
    const ts_scope *scope = p->builder.scope;
    ts_nearest nearest = {.word = word};
    for (size_t i = 0; !call && i < scope->count; i++) ts_nearest_try(&nearest, scope->names[i].name);
    for (int i = 0; !call && i < TS_COLUMNS; i++) ts_nearest_try(&nearest, prices[i]);
    for (int i = 0; i < ts_function_count; i++)
        if (scope->internal || !ts_functions[i].internal) ts_nearest_try(&nearest, ts_functions[i].name);
    const char *what = call ? "a function" : "a parameter, a let, a price or a function";
    if (nearest.best)
        ts_fail(p->builder.error, TS_BAD_DATA, "column %d: expected %s, found '%.60s': did you mean '%s'?", at, what,
                word, nearest.best);
    else ts_fail(p->builder.error, TS_BAD_DATA, "column %d: expected %s, found '%.60s'", at, what, word);
    return NULL;
}

/* A row that this scope may call, -1 when there is none. */
static int callable(const parser *p, const char *name)
{
    int function = ts_function_find(name);
    return function >= 0 && ts_functions[function].internal && !p->builder.scope->internal ? -1 : function;
}

static int arguments(parser *p, const ts_expression **argument, int *count)
{
    *count = 0;
    if (p->lexer.token.kind == TS_TOKEN_CLOSE) return next(p);
    for (;;) {
        const ts_expression *one = expression(p, DISJUNCTION);
        if (!one) return -1;
        if (*count < TS_ARGUMENTS_MAX) argument[*count] = one;
        ++*count;
        if (p->lexer.token.kind == TS_TOKEN_CLOSE) return next(p);
        if (p->lexer.token.kind != TS_TOKEN_COMMA) {
            unexpected(p, "',' or ')'");
            return -1;
        }
        if (next(p)) return -1;
    }
}

/* The opening parenthesis is under the eye. */
static const ts_expression *call(parser *p, const char *name, int at)
{
    const ts_expression *argument[TS_ARGUMENTS_MAX];
    int count, function = callable(p, name);
    if (function < 0) return unknown(p, name, at, true);
    if (strcmp(name, "bars_held") == 0) {
        ts_fail(p->builder.error, TS_BAD_DATA, "column %d: expected bars_held >= n or bars_held > n with a number n",
                at);
        return NULL;
    }
    if (enter(p) || next(p) || arguments(p, argument, &count)) return NULL;
    p->nesting--;
    return ts_build_call(&p->builder, function, at, argument, count);
}

/* What the scope's name means, with its operands shared but the column of this use, for errors. */
static const ts_expression *used(parser *p, const ts_name *scoped, int at)
{
    ts_expression node = *scoped->means;
    node.at = at;
    return ts_build_leaf(&p->builder, &node);
}

static const ts_expression *named(parser *p, const char *name, int at)
{
    const ts_scope *scope = p->builder.scope;
    for (size_t i = 0; i < scope->count; i++)
        if (strcmp(scope->names[i].name, name) == 0) return used(p, &scope->names[i], at);
    for (int i = 0; i < TS_COLUMNS; i++)
        if (strcmp(prices[i], name) == 0)
            return ts_build_leaf(&p->builder,
                                 &(ts_expression){.kind = TS_PRICE, .type = TS_SERIES, .index = i, .at = at});
    if (strcmp(name, "bars_held") == 0) return ts_build_bars_held(&p->builder, at);
    int function = callable(p, name);
    if (function < 0) return unknown(p, name, at, false);
    return ts_build_call(&p->builder, function, at, NULL, 0);
}

/* Does the scope have parameters called word[0], word[1] ...? */
static bool is_list(const parser *p, const char *word)
{
    const ts_scope *scope = p->builder.scope;
    size_t length = strlen(word);
    for (size_t i = 0; i < scope->count; i++) {
        const char *name = scope->names[i].name;
        if (strncmp(name, word, length) == 0 && name[length] == '[') return true;
    }
    return false;
}

/* The index of a parameter, added to its name; the opening bracket is under the eye. */
static int add_index(parser *p, char *text, size_t size)
{
    size_t used = strlen(text);
    if (next(p)) return -1;
    const ts_token index = p->lexer.token;
    if (index.kind != TS_TOKEN_NUMBER) {
        unexpected(p, "the number of a parameter");
        return -1;
    }
    snprintf(text + used, size - used, "[%.*s]", index.length, p->lexer.text + index.at - 1);
    if (next(p)) return -1;
    if (p->lexer.token.kind != TS_TOKEN_CLOSE_BRACKET) {
        unexpected(p, "']'");
        return -1;
    }
    return next(p);
}

static const ts_expression *name(parser *p)
{
    const ts_token word = p->lexer.token;
    char text[64];
    if (word.length >= (int)sizeof text) {
        ts_fail(p->builder.error, TS_BAD_DATA, "column %d: expected a name of at most %d letters", word.at,
                (int)sizeof text - 1);
        return NULL;
    }
    memcpy(text, p->lexer.text + word.at - 1, (size_t)word.length);
    text[word.length] = '\0';
    if (next(p)) return NULL;
    if (p->lexer.token.kind == TS_TOKEN_OPEN_BRACKET && is_list(p, text) && add_index(p, text, sizeof text))
        return NULL;
    const ts_expression *node = p->lexer.token.kind == TS_TOKEN_OPEN ? call(p, text, word.at) : named(p, text, word.at);
    if (node && p->builder.scope->require && node->type != TS_NUMBER) {
        ts_fail(p->builder.error, TS_BAD_DATA,
                "column %d: expected a parameter: 'require' compares parameters and numbers, '%s' changes by the bar",
                word.at, text);
        return NULL;
    }
    return node;
}

static const ts_expression *primary(parser *p)
{
    const ts_token token = p->lexer.token;
    if (token.kind == TS_TOKEN_NAME) return name(p);
    if (token.kind == TS_TOKEN_NUMBER) {
        if (next(p)) return NULL;
        return ts_build_leaf(
            &p->builder,
            &(ts_expression){.kind = TS_LITERAL, .type = TS_NUMBER, .number = token.number, .at = token.at});
    }
    if (token.kind != TS_TOKEN_OPEN) return unexpected(p, "a number, a name, a function or '('");
    if (enter(p) || next(p)) return NULL;
    const ts_expression *inner = expression(p, DISJUNCTION);
    if (!inner) return NULL;
    if (p->lexer.token.kind != TS_TOKEN_CLOSE) return unexpected(p, "an operator or ')'");
    p->nesting--;
    return next(p) ? NULL : inner;
}

static const ts_expression *postfix(parser *p)
{
    const ts_expression *node = primary(p);
    while (node && p->lexer.token.kind == TS_TOKEN_OPEN_BRACKET) {
        int at = p->lexer.token.at;
        if (enter(p) || next(p)) return NULL;
        if (p->lexer.token.kind == TS_TOKEN_MINUS) {
            ts_fail(p->builder.error, TS_BAD_DATA,
                    "column %d: expected a lag of 0 or more bars: a negative one looks into the future",
                    p->lexer.token.at);
            return NULL;
        }
        const ts_expression *lag = expression(p, SUM);
        if (!lag) return NULL;
        if (p->lexer.token.kind != TS_TOKEN_CLOSE_BRACKET) return unexpected(p, "']'");
        p->nesting--;
        if (next(p)) return NULL;
        node = ts_build_lag(&p->builder, at, node, lag);
    }
    return node;
}

static const ts_expression *prefixed(parser *p, int level)
{
    int operator= operator_at(p, level), at = p->lexer.token.at;
    if (operator<0) return level == MINUS ? postfix(p) : expression(p, level + 1);
    if (enter(p) || next(p)) return NULL;
    const ts_expression *operand = prefixed(p, level);
    p->nesting--;
    return operand ? ts_build_unary(&p->builder, operators[operator].kind, at, operand) : NULL;
}

static const ts_expression *expression(parser *p, int level)
{
    if (level == NEGATION || level == MINUS) return prefixed(p, level);
    const ts_expression *left = expression(p, level + 1);
    for (int row; left && (row = operator_at(p, level)) >= 0;) {
        int at = p->lexer.token.at;
        if (next(p)) return NULL;
        const ts_expression *right = expression(p, level + 1);
        if (!right) return NULL;
        left = ts_build_binary(&p->builder, operators[row].kind, at, left, right);
        if (left && level == COMPARISON && operator_at(p, level) >= 0) {
            ts_fail(p->builder.error, TS_BAD_DATA, "column %d: comparisons do not chain: write a < b and b < c",
                    p->lexer.token.at);
            return NULL;
        }
    }
    return left;
}

const ts_expression *ts_parse(const char *text, const ts_scope *scope, ts_arena *arena, ts_error *error)
{
    parser p = {.lexer = {.text = text}, .builder = {scope, arena, error}};
    if (strlen(text) > TS_TEXT_MAX) {
        ts_fail(error, TS_BAD_DATA, "the expression is longer than %d bytes", TS_TEXT_MAX);
        return NULL;
    }
    if (next(&p)) return NULL;
    const ts_expression *tree = expression(&p, DISJUNCTION);
    if (!tree) return NULL;
    if (p.lexer.token.kind != TS_TOKEN_END) return unexpected(&p, "an operator or the end");
    if (ts_is_bars_held_word(tree)) {
        ts_fail(error, TS_BAD_DATA, "column %d: expected bars_held >= n or bars_held > n with a number n", tree->at);
        return NULL;
    }
    return tree;
}

/* Compiling a strategy: its parts as text become typed trees, checked against the bounds of its parameters. */
#include "host/language/strategy.h"

#include "common/memory.h"
#include "host/language/definition_hash.h"
#include "host/language/functions.h"
#include "host/language/lattice.h"
#include "host/language/lexer.h"
#include "host/language/parser.h"
#include "host/language/range.h"
#include "host/language/space.h"
#include "host/language/types.h"
#include "host/series/series.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LETS_MAX = 64, REQUIRE_POINTS_MAX = 5000000 };

/* One strategy in the making. */
typedef struct compiler {
    ts_strategy *strategy;
    const ts_strategy_text *text;
    ts_name names[TS_PARAMETERS_MAX + LETS_MAX];
    size_t count;
    ts_range ranges[TS_PARAMETERS_MAX];
    ts_error *error;
} compiler;

/* What a field's tree may be. */
typedef enum field_kind { A_LET, AN_ENTRY, AN_EXIT, A_REQUIRE } field_kind;

/* Words that have a meaning already, the name's index left aside. A function with arguments keeps its own even beside a
 * let of its name. */
static const char *meaning_of(const compiler *c, const char *name)
{
    static const char *const prices[TS_COLUMNS] = {"open", "high", "low", "close", "volume"};
    char stem[sizeof c->strategy->parameter[0].name];
    size_t length = ts_lexer_stem(name);
    bool indexed = name[length];
    snprintf(stem, sizeof stem, "%.*s", (int)length, name);
    for (int i = 0; i < TS_COLUMNS; i++)
        if (strcmp(stem, prices[i]) == 0) return "a price";
    if (ts_lexer_keyword(stem, length) != TS_TOKEN_NAME) return "a word of the language";
    int function = ts_function_find(stem);
    if (function >= 0 && !ts_functions[function].internal &&
        (ts_functions[function].arguments == 0 || ts_functions[function].result == TS_RULE))
        return "a function";
    for (size_t i = 0; i < c->count; i++) {
        const char *other = c->names[i].name;
        if (ts_lexer_stem(other) != length || strncmp(other, stem, length) != 0) continue;
        if (!other[length] || strcmp(other, name) == 0) return i < c->text->parameters ? "a parameter" : "a let";
        if (!indexed) return "a list of parameters";
    }
    return NULL;
}

static int add_name(compiler *c, const char *name, const ts_expression *means)
{
    bool parameter = c->count < c->text->parameters;
    if (strlen(name) >= sizeof c->strategy->parameter[0].name || !ts_lexer_is_name(name, parameter))
        return ts_fail(c->error, TS_BAD_DATA, "expected a name of letters, digits and _ (at most %d), found '%.60s'",
                       (int)sizeof c->strategy->parameter[0].name - 1, name);
    const char *meaning = meaning_of(c, name);
    if (meaning) return ts_fail(c->error, TS_BAD_DATA, "the name means %s already", meaning);
    c->names[c->count++] = (ts_name){name, means};
    return 0;
}

static int check_lattice(const ts_parameter *parameter, ts_error *error)
{
    int32_t gene;
    if (!isfinite(parameter->min) || !(parameter->step > 0) || !isfinite(parameter->step) || parameter->steps < 1)
        return ts_fail(error, TS_BAD_DATA, "expected finite bounds and a step above 0");
    if (parameter->integer && (floor(parameter->min) != parameter->min || floor(parameter->step) != parameter->step))
        return ts_fail(error, TS_BAD_DATA, "expected whole bounds of an int");
    if (ts_lattice_gene(parameter, parameter->fallback, &gene))
        return ts_fail(error, TS_BAD_DATA, "default %.15g is not one of its values, %.15g to %.15g in steps of %.15g",
                       parameter->fallback, parameter->min, ts_lattice_value(parameter, parameter->steps - 1),
                       parameter->step);
    return 0;
}

static int add_parameters(compiler *c)
{
    ts_strategy *s = c->strategy;
    if (c->text->parameters > TS_PARAMETERS_MAX)
        return ts_fail(c->error, TS_BAD_DATA, "parameters: expected at most %d, found %zu", TS_PARAMETERS_MAX,
                       c->text->parameters);
    for (size_t i = 0; i < c->text->parameters; i++) {
        const ts_parameter *parameter = &c->text->parameter[i];
        ts_builder builder = {.arena = s->arena, .error = c->error};
        const ts_expression *node = ts_build_leaf(
            &builder, &(ts_expression){.kind = TS_PARAMETER, .type = TS_NUMBER, .index = (int)i, .at = 1});
        if (!node) return -1;
        if (add_name(c, parameter->name, node) || check_lattice(parameter, c->error))
            return ts_error_context(c->error, "parameters: %.*s", (int)sizeof parameter->name, parameter->name);
        s->parameter[s->parameters++] = *parameter;
    }
    ts_parameter_ranges(s, c->ranges);
    return 0;
}

static int check_type(const ts_expression *tree, field_kind kind, ts_error *error)
{
    if (kind == A_LET || tree->type == TS_SIGNAL || (kind == AN_EXIT && tree->type == TS_RULE)) return 0;
    return ts_fail(error, TS_BAD_DATA, "column %d: expected %s, found %s", tree->at,
                   kind == A_REQUIRE ? "a comparison such as short < long"
                                     : "a condition such as crossed_up(a, b) or a < b",
                   ts_type_words(tree->type));
}

/* Parse one field. NULL with the error named by `field`. */
static const ts_expression *compile(compiler *c, const char *field, const char *text, field_kind kind)
{
    ts_scope scope = {.names = c->names, .count = c->count, .rules = kind == AN_EXIT, .require = kind == A_REQUIRE};
    const ts_expression *tree = ts_parse(text, &scope, c->strategy->arena, c->error);
    if (tree && !check_type(tree, kind, c->error) && !ts_numbers_check(tree, c->ranges, c->strategy, c->error))
        return tree;
    ts_error_context(c->error, "%s", field);
    return NULL;
}

static int add_lets(compiler *c)
{
    if (c->text->lets > LETS_MAX)
        return ts_fail(c->error, TS_BAD_DATA, "let: expected at most %d, found %zu", LETS_MAX, c->text->lets);
    for (size_t i = 0; i < c->text->lets; i++) {
        const char *name = c->text->let_name[i];
        const ts_expression *tree = compile(c, name, c->text->let_text[i], A_LET);
        if (!tree) return ts_error_context(c->error, "let");
        if (add_name(c, name, tree)) return ts_error_context(c->error, "let: %.60s", name);
    }
    return 0;
}

/* The defaults must be valid; when they are not, say whether anything is. */
static int check_require(compiler *c)
{
    const ts_strategy *s = c->strategy;
    ts_genome genome = ts_genome_default(s);
    if (ts_genome_valid(s, &genome)) return 0;
    uint32_t asked = ts_parameters_of(s->require);
    bool some = ts_space_size(s, asked) > REQUIRE_POINTS_MAX;
    memset(&genome, 0, sizeof genome);
    do some = some || ts_genome_valid(s, &genome);
    while (!some && ts_space_next(s, asked, &genome));
    return ts_fail(c->error, TS_BAD_DATA,
                   some ? "require: the defaults do not satisfy it"
                        : "require: no parameters within the bounds satisfy it");
}

static int check_effects(compiler *c)
{
    const ts_strategy *s = c->strategy;
    const ts_expression *const trees[] = {s->entry, s->exit, s->short_entry, s->short_exit};
    uint32_t used = 0;
    for (size_t i = 0; i < sizeof trees / sizeof trees[0]; i++)
        if (trees[i]) used |= ts_parameters_of(trees[i]);
    for (int i = 0; i < s->parameters; i++)
        if (!(used >> i & 1))
            return ts_fail(c->error, TS_BAD_DATA,
                           "parameters: %s: every parameter has an effect, this one is in no entry and no exit",
                           s->parameter[i].name);
    return 0;
}

static int read_direction(const char *word, ts_direction *direction, ts_error *error)
{
    static const char *const words[] = {[TS_LONG] = "long", [TS_SHORT] = "short", [TS_BOTH] = "both"};
    *direction = TS_LONG;
    if (!word) return 0;
    for (int i = 0; i < 3; i++)
        if (strcmp(word, words[i]) == 0) {
            *direction = (ts_direction)i;
            return 0;
        }
    return ts_fail(error, TS_BAD_DATA, "direction: expected long, short or both, found '%.60s'", word);
}

/* Which fields must and may be there depends on the direction. */
static int check_fields(const compiler *c)
{
    const ts_strategy_text *t = c->text;
    bool both = c->strategy->direction == TS_BOTH;
    const struct {
        const char *name, *text;
        bool wanted;
    } fields[] = {{"entry", t->entry, true},
                  {"exit", t->exit, true},
                  {"short_entry", t->short_entry, both},
                  {"short_exit", t->short_exit, both}};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (fields[i].wanted && !fields[i].text)
            return ts_fail(c->error, TS_BAD_DATA, "%s: missing%s", fields[i].name, i > 1 ? " (direction is both)" : "");
        if (!fields[i].wanted && fields[i].text)
            return ts_fail(c->error, TS_BAD_DATA, "%s: only with direction both", fields[i].name);
    }
    return 0;
}

static int compile_fields(compiler *c)
{
    const ts_strategy_text *t = c->text;
    ts_strategy *s = c->strategy;
    if (t->require && !(s->require = compile(c, "require", t->require, A_REQUIRE))) return -1;
    if (s->require && check_require(c)) return -1;
    if (add_lets(c)) return -1;
    if (!(s->entry = compile(c, "entry", t->entry, AN_ENTRY))) return -1;
    if (!(s->exit = compile(c, "exit", t->exit, AN_EXIT))) return -1;
    if (t->short_entry && !(s->short_entry = compile(c, "short_entry", t->short_entry, AN_ENTRY))) return -1;
    if (t->short_exit && !(s->short_exit = compile(c, "short_exit", t->short_exit, AN_EXIT))) return -1;
    return 0;
}

static char *copy_of(const char *text)
{
    size_t size = strlen(text ? text : "") + 1;
    char *copy = malloc(size);
    return copy ? memcpy(copy, text ? text : "", size) : NULL;
}

static int copy_texts(const ts_strategy_text *text, ts_strategy *strategy, ts_error *error)
{
    if (!text->name || !*text->name || strlen(text->name) >= sizeof strategy->name)
        return ts_fail(error, TS_BAD_DATA, "name: expected 1 to %zu characters", sizeof strategy->name - 1);
    memcpy(strategy->name, text->name, strlen(text->name) + 1);
    strategy->description = copy_of(text->description);
    strategy->source = copy_of(text->source);
    return strategy->description && strategy->source ? 0 : ts_no_memory(error, "a strategy");
}

ts_strategy *ts_strategy_new(const ts_strategy_text *text, ts_error *error)
{
    ts_strategy *strategy = ts_alloc(1, sizeof *strategy);
    compiler *c = ts_alloc(1, sizeof *c);
    bool done = false;
    if (!strategy || !c || !(strategy->arena = ts_arena_new())) {
        ts_no_memory(error, "a strategy");
        goto out;
    }
    c->strategy = strategy;
    c->text = text;
    c->error = error;
    done = !ts_functions_ready(error) && !copy_texts(text, strategy, error) &&
           !read_direction(text->direction, &strategy->direction, error) && !check_fields(c) && !add_parameters(c) &&
           !compile_fields(c) && !check_effects(c) && !ts_definition_hash(strategy, error);
out:
    free(c);
    if (done) return strategy;
    ts_strategy_free(strategy);
    return NULL;
}

void ts_strategy_free(ts_strategy *strategy)
{
    if (!strategy) return;
    ts_arena_free(strategy->arena);
    free(strategy->description);
    free(strategy->source);
    free(strategy);
}

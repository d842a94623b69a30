/* The definitions of the function table, parsed: texts in the language over the arguments of their row. */
#include "host/language/functions.h"

#include "host/language/parser.h"
#include "host/language/range.h"
#include "host/language/types.h"

#include <threads.h>

enum { ROWS_MAX = 512 };

static struct {
    once_flag once;
    ts_arena *arena;
    ts_error error;
    const ts_expression *tree[ROWS_MAX];
} definitions = {.once = ONCE_FLAG_INIT};

const ts_expression *ts_function_definition(int function) { return definitions.tree[function]; }

/* The scope of a definition: its arguments by name. */
static int argument_names(const ts_function *function, ts_name *names)
{
    ts_error *error = &definitions.error;
    ts_builder builder = {.arena = definitions.arena, .error = error};
    for (int i = 0; i < function->arguments; i++) {
        const ts_expression node = {.kind = TS_ARGUMENT, .type = function->argument[i].type, .index = i, .at = 1};
        names[i] = (ts_name){function->argument[i].name, ts_build_leaf(&builder, &node)};
        if (!names[i].means) return -1;
    }
    return 0;
}

static int parse(int row)
{
    const ts_function *function = &ts_functions[row];
    ts_error *error = &definitions.error;
    ts_name names[TS_ARGUMENTS_MAX];
    ts_range ranges[TS_ARGUMENTS_MAX];
    for (int i = 0; i < function->arguments; i++)
        ranges[i] =
            (ts_range){function->argument[i].min, function->argument[i].max, function->argument[i].integer, true};
    if (argument_names(function, names)) return -1;
    ts_scope scope = {.names = names, .count = (size_t)function->arguments, .internal = true};
    const ts_expression *tree = ts_parse(function->definition, &scope, definitions.arena, error);
    if (!tree || ts_numbers_check(tree, ranges, NULL, error)) return -1;
    if (tree->type != function->result)
        return ts_fail(error, TS_BAD_DATA, "expected %s, found %s", ts_type_words(function->result),
                       ts_type_words(tree->type));
    definitions.tree[row] = tree;
    return 0;
}

/* Is `target` called by this tree, directly or through definitions? `depth` stops at the first cycle there is. */
static bool reaches(const ts_expression *tree, int target, int depth)
{
    if (depth > ts_function_count) return true;
    if (tree->kind == TS_CALL) {
        const ts_expression *definition = definitions.tree[tree->index];
        if (tree->index == target || (definition && reaches(definition, target, depth + 1))) return true;
    }
    for (int i = 0; i < tree->operands; i++)
        if (reaches(tree->operand[i], target, depth)) return true;
    return false;
}

static int parse_rows(void)
{
    for (int row = 0; row < ts_function_count; row++)
        if (ts_functions[row].lowering == TS_BY_DEFINITION && parse(row))
            return ts_error_context(&definitions.error, "function table: %s", ts_functions[row].name);
    for (int row = 0; row < ts_function_count; row++)
        if (definitions.tree[row] && reaches(definitions.tree[row], row, 0))
            return ts_fail(&definitions.error, TS_BAD_DATA, "function table: %s: defined by itself",
                           ts_functions[row].name);
    return 0;
}

static void parse_all(void)
{
    definitions.arena = ts_arena_new();
    if (!definitions.arena) {
        ts_no_memory(&definitions.error, "the function table");
        return;
    }
    if (ts_function_count > ROWS_MAX) ts_fail(&definitions.error, TS_FAILED, "function table: over %d rows", ROWS_MAX);
    else parse_rows();
}

int ts_functions_ready(ts_error *error)
{
    call_once(&definitions.once, parse_all);
    return definitions.error.code ? ts_fail(error, definitions.error.code, "%s", definitions.error.text) : 0;
}

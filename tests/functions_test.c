/* The language's functions against the golden files of tests/golden, which hold two references for each: the definition
 * in two passes (1e-9) and the TA-Lib wheel (1e-7), both relative to the value or to the row's mean size, whichever is
 * larger. A row is undefined exactly where the definition is. A public function without a golden file fails. */
#define _POSIX_C_SOURCE 200809L /* getline */
#include "host/engine/engine.h"
#include "host/language/functions.h"
#include "host/language/parser.h"
#include "tests/shared_candles.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const golden_files[] = {"btc-1h", "thin-1m", "goog-1d"};

/* One golden file being read, and what has been computed for its current expression. */
typedef struct golden {
    const char *name;
    FILE *file;
    char *line;
    size_t capacity;
    ts_series series;
    ts_engine *engine;
    double *row;
    char expression[256];
    double size, tolerance; /* the reference's mean size and relative tolerance */
    size_t expressions, values;
    bool named[512]; /* by function: some expression names it */
    int failed;
} golden;

static const char *after(const char *line, const char *word)
{
    size_t length = strlen(word);
    return strncmp(line, word, length) == 0 && line[length] == ' ' ? line + length + 1 : NULL;
}

static void wrong(golden *g, size_t bar, double want)
{
    if (g->failed++ < 20)
        print_error("%s: %s at bar %zu: %.17g, reference (%g) %.17g\n", g->name, g->expression, bar, g->row[bar],
                    g->tolerance, want);
}

static void note_names(golden *g)
{
    for (int i = 0; i < ts_function_count; i++) {
        const char *at = strstr(g->expression, ts_functions[i].name);
        size_t length = strlen(ts_functions[i].name);
        bool whole = at && (at == g->expression || strchr(" (,", at[-1])) && (at[length] == '(' || at[length] == '\0');
        if (whole) g->named[i] = true;
    }
}

static void compute(golden *g, const char *text)
{
    ts_error error = {0};
    ts_arena *arena = ts_arena_new();
    snprintf(g->expression, sizeof g->expression, "%s", text);
    const ts_expression *tree = ts_parse(text, &(ts_scope){0}, arena, &error);
    if (!tree) fail_msg("%s: %s", text, error.text);
    if (ts_engine_rows(g->engine, &g->series, &tree, 1, &g->row, &error)) fail_msg("%s: %s", text, error.text);
    ts_arena_free(arena);
    note_names(g);
    g->expressions++;
}

/* "25-1999" or several such ranges, or "-": where the row is defined, and nowhere else. */
static void check_defined(golden *g, const char *ranges)
{
    size_t at = 0;
    const char *next = ranges;
    while (at <= g->series.bars) {
        size_t first = g->series.bars, last = g->series.bars;
        int used = 0;
        if (sscanf(next, "%zu-%zu%n", &first, &last, &used) == 2) next += used;
        for (; at < first; at++)
            if (!isnan(g->row[at])) wrong(g, at, NAN);
        for (; at <= last && at < g->series.bars; at++)
            if (isnan(g->row[at])) wrong(g, at, 0);
        if (at >= g->series.bars) return;
    }
}

static void check_values(golden *g, const char *line)
{
    size_t bar;
    double want;
    int used;
    for (; sscanf(line, " %zu:%lf%n", &bar, &want, &used) == 2; line += used) {
        assert_true(bar < g->series.bars);
        double size = fabs(want) > g->size ? fabs(want) : g->size;
        if (!(fabs(g->row[bar] - want) <= g->tolerance * size)) wrong(g, bar, want);
        g->values++;
    }
}

/* The series must be the one that the golden file was made from. */
static void check_series(const golden *g, const char *sum_of_closes)
{
    double sum = 0, want = strtod(sum_of_closes, NULL);
    for (size_t t = 0; t < g->series.bars; t++) sum += g->series.column[TS_CLOSE][t];
    if (!(fabs(sum - want) <= 1e-9 * want))
        fail_msg("%s: other candles: closes sum to %.17g, not %.17g", g->name, sum, want);
}

static void read_line(golden *g)
{
    static char source[256];
    const char *rest;
    g->line[strcspn(g->line, "\n")] = '\0';
    if ((rest = after(g->line, "input"))) snprintf(source, sizeof source, "%s", rest);
    else if ((rest = after(g->line, "last"))) {
        shared_candles(TS_SHARED_DATA, source, strtoul(rest, NULL, 10), &g->series);
        g->row = calloc(g->series.bars, sizeof *g->row);
        assert_non_null(g->row);
    } else if ((rest = after(g->line, "bars"))) assert_int_equal(g->series.bars, strtoul(rest, NULL, 10));
    else if ((rest = after(g->line, "sum_of_closes"))) check_series(g, rest);
    else if ((rest = after(g->line, "expression"))) compute(g, rest);
    else if ((rest = after(g->line, "definition"))) g->size = strtod(rest, NULL), g->tolerance = 1e-9;
    else if ((rest = after(g->line, "wheel"))) g->size = strtod(rest, NULL), g->tolerance = 1e-7;
    else if ((rest = after(g->line, "defined"))) check_defined(g, rest);
    else if (g->line[0] != '#') check_values(g, g->line);
}

static void check_file(golden *g, const char *name)
{
    char path[1024];
    ts_error error = {0};
    g->name = name;
    snprintf(path, sizeof path, "%s/tests/golden/%s.golden", TS_SOURCE_DIR, name);
    g->file = fopen(path, "r");
    if (!g->file) fail_msg("%s: cannot be read", path);
    g->engine = ts_engine_new("auto", 1, &error);
    if (!g->engine) fail_msg("%s", error.text);
    while (getline(&g->line, &g->capacity, g->file) >= 0) read_line(g);
    fclose(g->file);
    free(g->line);
    g->line = NULL;
    g->capacity = 0;
    free(g->row);
    g->row = NULL;
    ts_engine_free(g->engine);
    ts_series_clear(&g->series);
}

static void functions_equal_their_golden_files(void **state)
{
    (void)state;
    golden g = {0};
    for (size_t i = 0; i < sizeof golden_files / sizeof *golden_files; i++) check_file(&g, golden_files[i]);
    print_message("%zu expressions, %zu values\n", g.expressions, g.values);
    assert_int_equal(g.failed, 0);
    for (int i = 0; i < ts_function_count; i++)
        if (!ts_functions[i].internal && ts_functions[i].result != TS_RULE && !g.named[i])
            fail_msg("%s has no golden values: add it to tests/golden/make_golden.py", ts_functions[i].name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(functions_equal_their_golden_files)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

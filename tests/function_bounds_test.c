/* Every function of the language at the edges of its arguments: smallest values, windows longer than the series, orders
 * that nobody means, numbers outside the bounds. All back ends that this machine has give the same bits. */
#include "common/strbuf.h"
#include "host/backend/backend.h"
#include "host/engine/engine.h"
#include "host/language/functions.h"
#include "host/language/parser.h"
#include "tests/random_market.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { BARS = 400, LONG = 1000, BACKENDS_MOST = 8 };

typedef double (*choice)(const ts_function_argument *argument, int place);

static ts_series candles;
static ts_engine *engines[BACKENDS_MOST]; /* by back end, NULL where it is not available; the first is scalar */

static int set_up(void **state)
{
    (void)state;
    assert_true(ts_backend_count <= BACKENDS_MOST);
    for (int i = 0; i < ts_backend_count; i++) {
        ts_error error = {0};
        if (ts_backends[i].available()) engines[i] = ts_engine_new(ts_backends[i].name, 1, &error);
        if (error.code) print_message("without %s: %s\n", ts_backends[i].name, error.text);
    }
    assert_non_null(engines[0]);
    ts_draws draws = ts_draws_at(0x65646765, 0, 0, 0);
    random_market(&draws, MARKET_WALK, BARS, &candles);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (int i = 0; i < BACKENDS_MOST; i++) ts_engine_free(engines[i]);
    ts_series_clear(&candles);
    return 0;
}

static bool is_tried(const ts_function *function)
{
    return !function->internal && (function->result == TS_SERIES || function->result == TS_SIGNAL);
}

/* Bars, as opposed to factors and shares. */
static bool is_period(const ts_function_argument *argument)
{
    return argument->type == TS_NUMBER && argument->integer && argument->max >= LONG;
}

/* A call with chosen numbers; number `wrong` (none: -1) is `value` instead. */
static void put_call(ts_strbuf *text, const ts_function *function, choice choose, int wrong, double value)
{
    ts_strbuf_reset(text);
    ts_strbuf_printf(text, "%s(", function->name);
    for (int i = 0; i < function->arguments; i++) {
        const ts_function_argument *argument = &function->argument[i];
        if (i) ts_strbuf_puts(text, ", ");
        if (argument->type != TS_NUMBER) ts_strbuf_puts(text, i ? "0.01 * close" : "close");
        else ts_strbuf_printf(text, "%.17g", i == wrong ? value : choose(argument, i));
    }
    ts_strbuf_putc(text, ')');
}

static int compute(ts_engine *engine, const char *text, double *row, ts_error *error)
{
    ts_arena *arena = ts_arena_new();
    const ts_expression *tree = ts_parse(text, &(ts_scope){0}, arena, error);
    int status = tree ? ts_engine_rows(engine, &candles, &tree, 1, &row, error) : -1;
    ts_arena_free(arena);
    return status;
}

/* The row by `scalar`, after all others have been compared with it. */
static void agreed_row(const char *text, double *row)
{
    double other[BARS];
    ts_error error = {0};
    if (compute(engines[0], text, row, &error)) fail_msg("%s: %s", text, error.text);
    for (int i = 0; i < ts_backend_count; i++) {
        if (!engines[i]) continue;
        if (compute(engines[i], text, other, &error)) fail_msg("%s: %s", text, error.text);
        for (size_t bar = 0; bar < BARS; bar++)
            if (memcmp(&row[bar], &other[bar], sizeof *row) && !(isnan(row[bar]) && isnan(other[bar])))
                fail_msg("%s: %s differs from scalar at bar %zu", text, ts_backends[i].name, bar);
    }
}

static size_t count_values(const double *row, bool signal)
{
    size_t count = 0;
    for (size_t bar = 0; bar < BARS; bar++) count += signal ? row[bar] != 0 : !isnan(row[bar]);
    return count;
}

static double smallest(const ts_function_argument *argument, int place) { return (void)place, argument->min; }
static double too_long(const ts_function_argument *argument, int place)
{
    (void)place;
    return is_period(argument) ? (argument->max < LONG ? argument->max : LONG) : 1;
}
static double falling(const ts_function_argument *argument, int place)
{
    double value = is_period(argument) ? 40 - 8 * place : 2;
    return value > argument->max ? argument->max : value;
}
static double rising(const ts_function_argument *argument, int place)
{
    double value = is_period(argument) ? 5 + 8 * place : 2;
    return value > argument->max ? argument->max : value;
}

static void smallest_arguments_are_computed(void **state)
{
    (void)state;
    ts_strbuf text = {0};
    double row[BARS];
    for (int i = 0; i < ts_function_count; i++) {
        const ts_function *function = &ts_functions[i];
        if (!is_tried(function)) continue;
        put_call(&text, function, smallest, -1, 0);
        agreed_row(text.text, row);
        bool pattern = strstr(function->name, "double_") != NULL; /* defined only where there is one */
        if (function->result == TS_SERIES && !pattern && !count_values(row, false))
            fail_msg("%s is nowhere defined", text.text);
    }
    ts_strbuf_clear(&text);
}

static void windows_longer_than_the_series_are_undefined(void **state)
{
    (void)state;
    ts_strbuf text = {0};
    double row[BARS];
    for (int i = 0; i < ts_function_count; i++) {
        const ts_function *function = &ts_functions[i];
        bool any = false;
        for (int k = 0; k < function->arguments; k++) any = any || is_period(&function->argument[k]);
        if (!is_tried(function) || !any) continue;
        put_call(&text, function, too_long, -1, 0);
        agreed_row(text.text, row);
        size_t values = count_values(row, function->result == TS_SIGNAL);
        if (values) fail_msg("%s has %zu values in %d bars", text.text, values, BARS);
    }
    ts_strbuf_clear(&text);
}

static void periods_may_stand_in_any_order(void **state)
{
    (void)state;
    ts_strbuf text = {0};
    double row[BARS];
    for (int i = 0; i < ts_function_count; i++) {
        if (!is_tried(&ts_functions[i])) continue;
        put_call(&text, &ts_functions[i], rising, -1, 0);
        agreed_row(text.text, row);
        put_call(&text, &ts_functions[i], falling, -1, 0);
        agreed_row(text.text, row);
    }
    ts_strbuf_clear(&text);
}

static void refused(const ts_function *function, int place, double value)
{
    ts_strbuf text = {0};
    ts_error error = {0};
    double row[BARS];
    put_call(&text, function, rising, place, value);
    if (!compute(engines[0], text.text, row, &error)) fail_msg("%s is computed", text.text);
    if (!strstr(error.text, function->argument[place].name) || !strstr(error.text, function->name))
        fail_msg("%s: \"%s\" does not name %s", text.text, error.text, function->argument[place].name);
    ts_strbuf_clear(&text);
}

static void numbers_outside_the_bounds_are_refused(void **state)
{
    (void)state;
    for (int i = 0; i < ts_function_count; i++) {
        if (!is_tried(&ts_functions[i])) continue;
        for (int k = 0; k < ts_functions[i].arguments; k++) {
            const ts_function_argument *argument = &ts_functions[i].argument[k];
            if (argument->type != TS_NUMBER) continue;
            refused(&ts_functions[i], k, argument->max + 1);
            refused(&ts_functions[i], k, argument->min - 1);
            if (argument->integer) refused(&ts_functions[i], k, argument->min + 0.5);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(smallest_arguments_are_computed),
        cmocka_unit_test(windows_longer_than_the_series_are_undefined),
        cmocka_unit_test(periods_may_stand_in_any_order),
        cmocka_unit_test(numbers_outside_the_bounds_are_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

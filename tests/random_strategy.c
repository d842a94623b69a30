/* Random strategies by the table of functions: any function that a strategy may name is drawn, with arguments of its
 * types. Half of the signals follow a pattern that trades; thresholds have odd decimals, so that no comparison hangs on
 * the last bit of a deviation. */
#include "tests/random_strategy.h"

#include "host/language/functions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const periods[] = {"n1", "n2", "n3", "2", "3", "5", "14", "n1 + 3"};
static const char *const reals[] = {"1.7", "0.37", "2.3", "q1 * 7"};
static const char *const columns[] = {"open", "high", "low", "close", "close", "close", "volume"};
static const char *const averages[] = {"sma",  "ema",    "wma",    "dema",    "tema",
                                       "kama", "linreg", "wilder", "highest", "lowest"};
static const char *const oscillators[] = {"rsi(close, ", "stochastic_k(", "mfi(", "adx(",
                                          "aroon_up(",   "plus_di(",      "dx("};
static const char *const fractions[] = {"0.0137", "0.03", "q1", "0.0041", "0.11"};

#define PICK(draws, table) table[ts_draw_below(draws, sizeof table / sizeof *table)]

static void put_argument(ts_draws *draws, const ts_function_argument *argument, int depth, ts_strbuf *into)
{
    if (argument->type == TS_SERIES) random_series(draws, depth - 1, into);
    else if (argument->integer) ts_strbuf_puts(into, PICK(draws, periods));
    else ts_strbuf_puts(into, PICK(draws, reals));
}

static void put_call(ts_draws *draws, const ts_function *function, int depth, ts_strbuf *into)
{
    ts_strbuf_printf(into, "%s(", function->name);
    for (int i = 0; i < function->arguments; i++) {
        if (i) ts_strbuf_puts(into, ", ");
        put_argument(draws, &function->argument[i], depth, into);
    }
    ts_strbuf_putc(into, ')');
}

static const ts_function *draw_function(ts_draws *draws, ts_type result)
{
    const ts_function *function;
    do function = &ts_functions[ts_draw_below(draws, (uint32_t)ts_function_count)];
    while (function->internal || function->result != result);
    return function;
}

static void put_pair(ts_draws *draws, int depth, const char *operator, ts_strbuf * into)
{
    ts_strbuf_putc(into, '(');
    random_series(draws, depth - 1, into);
    ts_strbuf_printf(into, " %s ", operator);
    random_series(draws, depth - 1, into);
    ts_strbuf_putc(into, ')');
}

void random_series(ts_draws *draws, int depth, ts_strbuf *into)
{
    static const char *const operators[] = {"+", "-", "*", "/"};
    uint32_t choice = depth > 0 ? ts_draw_below(draws, 8) : 0;
    if (choice == 0) ts_strbuf_puts(into, PICK(draws, columns));
    else if (choice < 6) put_call(draws, draw_function(draws, TS_SERIES), depth, into);
    else if (choice == 6) put_pair(draws, depth, PICK(draws, operators), into);
    else {
        ts_strbuf_putc(into, '(');
        random_series(draws, depth - 1, into);
        ts_strbuf_printf(into, ")[%s]", PICK(draws, periods));
    }
}

static void put_average(ts_draws *draws, ts_strbuf *into)
{
    ts_strbuf_printf(into, "%s(%s, %s)", PICK(draws, averages), PICK(draws, columns), PICK(draws, periods));
}

static void put_pattern(ts_draws *draws, ts_strbuf *into)
{
    bool up = ts_draw_below(draws, 2);
    switch (ts_draw_below(draws, 4)) {
    case 0:
        ts_strbuf_puts(into, up ? "crossed_up(" : "crossed_down(");
        put_average(draws, into);
        ts_strbuf_puts(into, ", ");
        put_average(draws, into);
        ts_strbuf_putc(into, ')');
        break;
    case 1:
        ts_strbuf_printf(into, "close %s ", up ? ">=" : "<");
        put_average(draws, into);
        break;
    case 2:
        ts_strbuf_printf(into, "%s%s) %s %u.7", PICK(draws, oscillators), PICK(draws, periods),
                         up ? ">" : "<=", 15 + ts_draw_below(draws, 70));
        break;
    default: ts_strbuf_printf(into, "%s(close, %u)", up ? "rising" : "falling", 1 + ts_draw_below(draws, 3)); break;
    }
}

static void put_comparison(ts_draws *draws, int depth, ts_strbuf *into)
{
    static const char *const relations[] = {"<", "<=", ">", ">="};
    random_series(draws, depth - 1, into);
    ts_strbuf_printf(into, " %s ", PICK(draws, relations));
    if (ts_draw_below(draws, 4)) random_series(draws, depth - 1, into);
    else ts_strbuf_puts(into, PICK(draws, reals));
}

void random_signal(ts_draws *draws, int depth, ts_strbuf *into)
{
    uint32_t choice = ts_draw_below(draws, depth > 0 ? 10 : 5);
    if (choice < 5) put_pattern(draws, into);
    else if (choice == 5) put_comparison(draws, depth, into);
    else if (choice == 6) put_call(draws, draw_function(draws, TS_SIGNAL), depth, into);
    else {
        ts_strbuf_puts(into, choice == 7 ? "not (" : "(");
        random_signal(draws, depth - 1, into);
        if (choice > 7) {
            ts_strbuf_puts(into, choice == 8 ? " and " : " or ");
            random_signal(draws, depth - 1, into);
        }
        ts_strbuf_putc(into, ')');
    }
}

static void put_rule(ts_draws *draws, ts_strbuf *into)
{
    const char *fraction = PICK(draws, fractions);
    switch (ts_draw_below(draws, 6)) {
    case 0: ts_strbuf_printf(into, "stop_loss(%s)", fraction); break;
    case 1: ts_strbuf_printf(into, "take_profit(%s)", fraction); break;
    case 2: ts_strbuf_printf(into, "trailing_stop(%s)", fraction); break;
    case 3: ts_strbuf_printf(into, "trailing_stop_atr(%s, %s)", PICK(draws, periods), PICK(draws, reals)); break;
    case 4: ts_strbuf_printf(into, "bars_held >= %u", ts_draw_below(draws, 40)); break;
    default: ts_strbuf_puts(into, "n1 < bars_held"); break;
    }
}

void random_exit(ts_draws *draws, ts_strbuf *into)
{
    uint32_t terms = 1 + ts_draw_below(draws, 4);
    for (uint32_t i = 0; i < terms; i++) {
        if (i) ts_strbuf_puts(into, " or ");
        uint32_t choice = ts_draw_below(draws, 5);
        if (choice < 2) random_signal(draws, 2, into);
        else put_rule(draws, into);
        if (choice == 4) {
            ts_strbuf_puts(into, " and ");
            random_signal(draws, 1, into);
        }
    }
}

/* Entry where one series crosses above another, exit where it crosses below; of a short side the reverse. */
static void put_reversal(ts_draws *draws, ts_strbuf *part, int conditions)
{
    ts_strbuf series = {0};
    random_series(draws, 2, &series);
    ts_strbuf_puts(&series, ", ");
    random_series(draws, 2, &series);
    for (int i = 0; i < conditions; i++)
        ts_strbuf_printf(&part[i], "crossed_%s(%s)", i == 0 || i == 3 ? "up" : "down", series.text);
    ts_strbuf_clear(&series);
}

/* Each condition is a text of its own; a parameter is declared when one of them names it. */
enum { CONDITIONS = 4 };

ts_strategy *random_strategy(ts_draws *draws, ts_strbuf *text, ts_error *error)
{
    static const ts_parameter all[] = {{"n1", true, 2, 1, 7, 23},
                                       {"n2", true, 2, 3, 11, 14},
                                       {"n3", true, 3, 1, 20, 60},
                                       {"q1", false, 0.002, 0.003, 0.02, 40}};
    static const char *const directions[] = {"long", "short", "both"};
    ts_parameter used[4];
    ts_strbuf part[CONDITIONS] = {{0}};
    const char *direction = PICK(draws, directions);
    ts_strategy_text parts = {.name = "RANDOM", .description = "made up", .direction = direction, .parameter = used};
    int conditions = direction[0] == 'b' ? 4 : 2;
    ts_strbuf_reset(text);
    ts_strbuf_puts(text, direction);
    bool reverses = direction[0] != 's' && ts_draw_below(draws, 4) == 0;
    if (reverses) put_reversal(draws, part, conditions);
    for (int i = 0; i < conditions; i++) {
        if (!reverses && i % 2 == 0) random_signal(draws, 3, &part[i]);
        else if (!reverses) random_exit(draws, &part[i]);
        ts_strbuf_printf(text, " | %s", part[i].text);
    }
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (strstr(text->text, all[i].name)) used[parts.parameters++] = all[i];
    parts.entry = part[0].text, parts.exit = part[1].text;
    parts.short_entry = part[2].text, parts.short_exit = part[3].text;
    ts_strategy *strategy = ts_strategy_new(&parts, error);
    for (int i = 0; i < CONDITIONS; i++) ts_strbuf_clear(&part[i]);
    return strategy;
}

ts_genome random_point(ts_draws *draws, const ts_strategy *strategy)
{
    ts_genome genome = {{0}};
    for (int i = 0; i < strategy->parameters; i++)
        genome.gene[i] = (int32_t)ts_draw_below(draws, (uint32_t)strategy->parameter[i].steps);
    return genome;
}

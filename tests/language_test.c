/* The strategy language: what binds to what, what every wrong text is answered, and that no text at all can harm. */
#include "common/philox.h"
#include "host/language/expression_text.h"
#include "host/language/functions.h"
#include "host/language/parser.h"

#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* A scope with two parameters, a let and a list of two parameters. */
static const ts_expression fast = {.kind = TS_PARAMETER, .type = TS_NUMBER, .index = 0, .nodes = 1, .levels = 1},
                           slow = {.kind = TS_PARAMETER, .type = TS_NUMBER, .index = 1, .nodes = 1, .levels = 1},
                           mid = {.kind = TS_PRICE, .type = TS_SERIES, .index = 3, .nodes = 1, .levels = 1};
static const ts_name names[] = {{"fast", &fast}, {"slow", &slow}, {"mid", &mid}, {"n[0]", &fast}, {"n[12]", &slow}};

typedef enum place { ENTRY, EXIT, REQUIRE } place;

static const ts_expression *parse(const char *text, place where, ts_arena *arena, ts_error *error)
{
    ts_scope scope = {.names = names, .count = 5, .rules = where == EXIT, .require = where == REQUIRE};
    *error = (ts_error){0};
    return ts_parse(text, &scope, arena, error);
}

static const struct {
    const char *text, *canonical;
    ts_type type;
    place where;
} right[] = {
    {"1 + 2 * 3", "1 + 2 * 3", TS_NUMBER, ENTRY},
    {"(1 + 2) * 3", "(1 + 2) * 3", TS_NUMBER, ENTRY},
    {"((1 + (2 * 3)))", "1 + 2 * 3", TS_NUMBER, ENTRY},
    {"close - open - low", "close - open - low", TS_SERIES, ENTRY},
    {"close - (open - low)", "close - (open - low)", TS_SERIES, ENTRY},
    {"close / open * low", "close / open * low", TS_SERIES, ENTRY},
    {"close / (open * low)", "close / (open * low)", TS_SERIES, ENTRY},
    {"-close * 2", "-close * 2", TS_SERIES, ENTRY},
    {"-(close * 2)", "-(close * 2)", TS_SERIES, ENTRY},
    {"- - close", "--close", TS_SERIES, ENTRY},
    {"close - -close", "close - -close", TS_SERIES, ENTRY},
    {"-close[1]", "-close[1]", TS_SERIES, ENTRY},
    {"(-close)[1]", "(-close)[1]", TS_SERIES, ENTRY},
    {"(close + open)[fast + 1][0]", "(close + open)[$0 + 1][0]", TS_SERIES, ENTRY},
    {"close<open", "close < open", TS_SIGNAL, ENTRY},
    {"mid >= 1e2", "close >= 100", TS_SIGNAL, ENTRY},
    {".5 < close", "0.5 < close", TS_SIGNAL, ENTRY},
    {"close + 1 > open * 2", "close + 1 > open * 2", TS_SIGNAL, ENTRY},
    {"not close < open", "not close < open", TS_SIGNAL, ENTRY},
    {"not not rising(close, 1)", "not not rising(close, 1)", TS_SIGNAL, ENTRY},
    {"not close < open and low > 1", "not close < open and low > 1", TS_SIGNAL, ENTRY},
    {"not (close < open and low > 1)", "not (close < open and low > 1)", TS_SIGNAL, ENTRY},
    {"low > 1 or low > 2 and low > 3", "low > 1 or low > 2 and low > 3", TS_SIGNAL, ENTRY},
    {"(low > 1 or low > 2) and low > 3", "(low > 1 or low > 2) and low > 3", TS_SIGNAL, ENTRY},
    {"low > 1 and (low > 2 and low > 3)", "low > 1 and (low > 2 and low > 3)", TS_SIGNAL, ENTRY},
    {"obv > obv()[1]", "obv > obv[1]", TS_SIGNAL, ENTRY},
    {"crossed_up(rsi(close, 14), 30)", "crossed_up(rsi(close, 14), 30)", TS_SIGNAL, ENTRY},
    {"sma(close, 2 * 3 - 1)", "sma(close, 2 * 3 - 1)", TS_SERIES, ENTRY},
    {"\t sma ( close ,\n3 ) ", "sma(close, 3)", TS_SERIES, ENTRY},
    {"close < open or stop_loss(0.1)", "close < open or stop_loss(0.1)", TS_RULE, EXIT},
    {"bars_held >= fast", "bars_held >= $0", TS_RULE, EXIT},
    {"bars_held > 30", "bars_held >= 30 + 1", TS_RULE, EXIT},
    {"30 <= bars_held", "bars_held >= 30", TS_RULE, EXIT},
    {"30 < bars_held", "bars_held >= 30 + 1", TS_RULE, EXIT},
    {"bars_held >= 5 and close < open", "bars_held >= 5 and close < open", TS_RULE, EXIT},
    {"close < open and (low > 1 and take_profit(1))", "close < open and (low > 1 and take_profit(1))", TS_RULE, EXIT},
    {"stop_loss(0.1) or (take_profit(1) or low < 2)", "stop_loss(0.1) or (take_profit(1) or low < 2)", TS_RULE, EXIT},
    {"close[n[0]]", "close[$0]", TS_SERIES, ENTRY},
    {"sma(close, n [ 12 ])[n[0] + 1]", "sma(close, $1)[$0 + 1]", TS_SERIES, ENTRY},
    {"mid[1]", "close[1]", TS_SERIES, ENTRY},
    {"close[floor(fast / 2)]", "close[floor($0 / 2)]", TS_SERIES, ENTRY},
    {"sma(close, floor(2.5) + 1)", "sma(close, floor(2.5) + 1)", TS_SERIES, ENTRY},
    {"n[0] < n[12]", "$0 < $1", TS_SIGNAL, REQUIRE},
    {"floor(fast / 2) < slow", "floor($0 / 2) < $1", TS_SIGNAL, REQUIRE},
    {"fast < slow and not fast * 2 >= 7", "$0 < $1 and not $0 * 2 >= 7", TS_SIGNAL, REQUIRE},
};

static void texts_mean_what_they_say(void **state)
{
    (void)state;
    ts_arena *arena = ts_arena_new();
    ts_error error;
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
        ts_strbuf once = {0};
        const ts_expression *tree = parse(right[i].text, right[i].where, arena, &error);
        if (!tree) fail_msg("%s: %s", right[i].text, error.text);
        ts_expression_text(tree, NULL, &once);
        assert_string_equal(once.text, right[i].canonical);
        assert_int_equal(tree->type, right[i].type);
        ts_strbuf_clear(&once);
    }
    ts_arena_free(arena);
}

/* `says` is the error's beginning, with the column. */
static const struct {
    const char *text, *says;
    place where;
} wrong[] = {
    {"", "column 1: expected a number, a name, a function or '(', found the end", ENTRY},
    {"close +", "column 8: expected a number, a name, a function or '(', found the end", ENTRY},
    {"close < * 2", "column 9: expected a number, a name, a function or '(', found '*'", ENTRY},
    {"close < not low", "column 9: expected a number, a name, a function or '(', found 'not'", ENTRY},
    {"close open", "column 7: expected an operator or the end, found 'open'", ENTRY},
    {"(close", "column 7: expected an operator or ')', found the end", ENTRY},
    {"close)", "column 6: expected an operator or the end, found ')'", ENTRY},
    {"close[2", "column 8: expected ']', found the end", ENTRY},
    {"sma(close, 3", "column 13: expected ',' or ')', found the end", ENTRY},
    {"sma(close,, 3)", "column 11: expected a number, a name, a function or '(', found ','", ENTRY},
    {"close == 3", "column 7: '=' is not part of the language: values are compared with < <= > >=", ENTRY},
    {"low > 1 && low > 2", "column 9: '&' is not part of the language: write 'and'", ENTRY},
    {"close # open", "column 7: '#' is not part of the language", ENTRY},
    {"close \xc3\xa9", "column 7: byte 0xc3 is not part of the language", ENTRY},
    {"close \x01", "column 7: byte 0x01 is not part of the language", ENTRY},
    {"5x", "column 1: expected a number such as 14 or 0.5, found '5x'", ENTRY},
    {"1.2.3", "column 1: expected a number such as 14 or 0.5, found '1.2.'", ENTRY},
    {"0x10 < close", "column 1: expected a number such as 14 or 0.5, found '0x'", ENTRY},
    {"2e < close", "column 1: expected a number such as 14 or 0.5, found '2e'", ENTRY},
    {"close > 1e999", "column 9: the number is too large", ENTRY},
    {"close < five", "column 9: expected a parameter, a let, a price or a function, found 'five'", ENTRY},
    {"close < nan", "column 9: expected a parameter, a let, a price or a function, found 'nan'", ENTRY},
    {"clsoe < 1", "column 1: expected a parameter, a let, a price or a function, found 'clsoe': did you mean 'close'?",
     ENTRY},
    {"smaa(close, 3)", "column 1: expected a function, found 'smaa': did you mean 'sma'?", ENTRY},
    {"close(3)", "column 1: expected a function, found 'close'", ENTRY},
    {"fall(close)", "column 1: expected a function, found 'fall'", ENTRY},
    {"sma", "column 1: expected 2 arguments, sma(x, n), found 0", ENTRY},
    {"low < sma(close)", "column 7: expected 2 arguments, sma(x, n), found 1", ENTRY},
    {"sma(close, 3, 4, 5, 6, 7, 8, 9)", "column 1: expected 2 arguments, sma(x, n), found 8", ENTRY},
    {"obv(1)", "column 1: expected 0 arguments, obv(), found 1", ENTRY},
    {"sma(close < open, 3)", "column 11: expected a series for sma's x, found a condition", ENTRY},
    {"sma(close, low)", "column 12: expected a number for sma's n, found a series", ENTRY},
    {"sma(close, 0)", "column 12: expected a whole number from 1 to 100000 for sma's n, found 0", ENTRY},
    {"sma(close, 100001)", "column 12: expected a whole number from 1 to 100000 for sma's n, found 100001", ENTRY},
    {"sma(close, 2.5)", "column 12: expected a whole number from 1 to 100000 for sma's n, found 2.5", ENTRY},
    {"sma(close, 3 - 4)", "column 14: expected a whole number from 1 to 100000 for sma's n, found -1", ENTRY},
    {"sma(close, 6 / 2)", "column 14: expected a whole number for sma's n: a literal, an int parameter, or sums",
     ENTRY},
    {"sma(close, slow / 2)", "column 17: expected a whole number for sma's n: a literal, an int parameter, or sums",
     ENTRY},
    {"bollinger_upper(close, 20, -1)", "column 28: expected a number from 0 to 100 for bollinger_upper's k, found -1",
     ENTRY},
    {"close[-1]", "column 7: expected a lag of 0 or more bars: a negative one looks into the future", ENTRY},
    {"close[1 - 2]", "column 9: x[-1] looks into the future: a lag is 0 or more", ENTRY},
    {"close[1.5]", "column 7: expected a whole number from 0 to 100000 for a lag, found 1.5", ENTRY},
    {"close[100001]", "column 7: expected a whole number from 0 to 100000 for a lag, found 100001", ENTRY},
    {"close[low]", "column 7: expected a number of bars within [ ], found a series", ENTRY},
    {"close[]", "column 7: expected a number, a name, a function or '(', found ']'", ENTRY},
    {"(close < open)[1]", "column 8: expected a series before '[', found a condition", ENTRY},
    {"fast[1]", "column 1: expected a series before '[', found a number", ENTRY},
    {"n < close", "column 1: expected a parameter, a let, a price or a function, found 'n'", ENTRY},
    {"n[1] < close", "column 1: expected a parameter, a let, a price or a function, found 'n[1]': did you mean 'n[0]'?",
     ENTRY},
    {"n[fast] < close", "column 3: expected the number of a parameter, found 'fast'", ENTRY},
    {"n[0 < close", "column 5: expected ']', found '<'", ENTRY},
    {"n[0][1] < close", "column 1: expected a series before '[', found a number", ENTRY},
    {"floor(close) < 1", "column 7: expected a number for floor's x, found a series", ENTRY},
    {"sma(close, floor(0.5))", "column 12: expected a whole number from 1 to 100000 for sma's n, found 0", ENTRY},
    {"close[floor(-0.5)]", "column 7: x[-1] looks into the future: a lag is 0 or more", ENTRY},
    {"zlema(close, 0)", "column 14: expected a whole number from 1 to 100000 for zlema's n, found 0", ENTRY},
    {"linreg_slope(close, 1)", "column 21: expected a whole number from 2 to 100000 for linreg_slope's n, found 1",
     ENTRY},
    {"keltner_upper(20, 10, -2)", "column 23: expected a number from 0 to 100 for keltner_upper's k, found -2", ENTRY},
    {"low < close < open", "column 13: comparisons do not chain: write a < b and b < c", ENTRY},
    {"3 < 4", "column 3: a comparison of two numbers is the same at every bar", ENTRY},
    {"low > 1 or fast < slow", "column 17: a comparison of two numbers is the same at every bar", ENTRY},
    {"close and low > 1", "column 1: expected a condition beside 'and', found a series", ENTRY},
    {"low > 1 or 3", "column 12: expected a condition beside 'or', found a number", ENTRY},
    {"not close", "column 5: expected a condition after 'not', found a series", ENTRY},
    {"-(low > 1)", "column 7: expected a number or a series after '-', found a condition", ENTRY},
    {"1 + (low > 1)", "column 10: expected a number or a series beside '+', found a condition", ENTRY},
    {"(low > 1) < 2", "column 6: expected a number or a series beside '<', found a condition", ENTRY},
    {"stop_loss(0.1)", "column 1: stop_loss is a position rule: it can stand only in an exit", ENTRY},
    {"bars_held >= 3", "column 1: bars_held is a position rule: it can stand only in an exit", ENTRY},
    {"low < 1 or bars_held", "column 12: expected bars_held >= n or bars_held > n with a number n", EXIT},
    {"bars_held", "column 1: expected bars_held >= n or bars_held > n with a number n", EXIT},
    {"not bars_held", "column 5: expected bars_held >= n or bars_held > n with a number n", EXIT},
    {"bars_held < 3", "column 1: expected bars_held >= n or bars_held > n with a number n", EXIT},
    {"3 >= bars_held", "column 6: expected bars_held >= n or bars_held > n with a number n", EXIT},
    {"bars_held >= close", "column 1: expected bars_held >= n or bars_held > n with a number n", EXIT},
    {"bars_held + 1 >= 3", "column 1: expected bars_held >= n or bars_held > n with a number n", EXIT},
    {"sma(bars_held, 3) > 1", "column 5: expected bars_held >= n or bars_held > n with a number n", EXIT},
    {"bars_held(3)", "column 1: expected bars_held >= n or bars_held > n with a number n", EXIT},
    {"bars_held >= 0.5", "column 14: expected a whole number from 0 to 100000000 for bars_held's n, found 0.5", EXIT},
    {"bars_held >= 1e9", "column 14: expected a whole number from 0 to 100000000 for bars_held's n, found 1000000000",
     EXIT},
    {"not stop_loss(0.1)", "column 5: a position rule cannot stand under 'not'", EXIT},
    {"stop_loss(0.1) and take_profit(1)", "column 20: two position rules cannot be joined by 'and'", EXIT},
    {"stop_loss(0.1) and low > 1 and take_profit(1)", "column 32: two position rules cannot be joined by 'and'", EXIT},
    {"(low > 1 or stop_loss(0.1)) and low > 1", "column 10: position rules joined by 'or' cannot stand under 'and'",
     EXIT},
    {"stop_loss(0.1) > 1", "column 1: expected a number or a series beside '>', found a position rule", EXIT},
    {"crossed_up(stop_loss(0.1), 1)", "column 12: expected a series for crossed_up's a, found a position rule", EXIT},
    {"stop_loss(close)", "column 11: expected a number for stop_loss's p, found a series", EXIT},
    {"stop_loss(-0.1)", "column 11: expected a number from 0 to 10 for stop_loss's p, found -0.1", EXIT},
    {"fast < close",
     "column 8: expected a parameter: 'require' compares parameters and numbers, 'close' changes by the bar", REQUIRE},
    {"fast < abs(slow)", "column 8: expected a parameter: 'require' compares parameters and numbers, 'abs' changes",
     REQUIRE},
};

static void wrong_texts_are_told_where_and_why(void **state)
{
    (void)state;
    ts_arena *arena = ts_arena_new();
    ts_error error;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        if (parse(wrong[i].text, wrong[i].where, arena, &error)) fail_msg("'%s' should not parse", wrong[i].text);
        assert_int_equal(error.code, TS_BAD_DATA);
        if (strncmp(error.text, wrong[i].says, strlen(wrong[i].says)) != 0)
            fail_msg("'%s':\n  said     %s\n  expected %s", wrong[i].text, error.text, wrong[i].says);
    }
    ts_arena_free(arena);
}

/* `count` times `open`, `middle`, `count` times `close`. */
static char *repeated(const char *open, size_t count, const char *middle, const char *close)
{
    ts_strbuf text = {0};
    for (size_t i = 0; i < count; i++) ts_strbuf_puts(&text, open);
    ts_strbuf_puts(&text, middle);
    for (size_t i = 0; i < count; i++) ts_strbuf_puts(&text, close);
    return text.text;
}

static void limits_hold(void **state)
{
    (void)state;
    static const struct {
        const char *open, *middle, *close, *says;
        size_t count;
    } cases[] = {
        {"(", "close", ")", NULL, TS_NESTING_MAX},
        {"(", "close", ")", "column 65: nested deeper than 64 levels", TS_NESTING_MAX + 1},
        {"-", "close", "", "column 65: nested deeper", 30000},
        {"abs(", "close", ")", "column 260: nested deeper", 10000},
        {"close[", "1", "]", "column 390: nested deeper", 9000},
        {"not ", "low > 1", "", "column 257: nested deeper", 10000},
        {"low + ", "1", "", NULL, TS_LEVELS_MAX - 1},
        {"low + ", "1", "", "column 1535: the expression is too large", TS_LEVELS_MAX},
        {"", "close", "[1]", "column 771: the expression is too large", 1 << 13},
        {" ", "close", "", "the expression is longer than 65536 bytes", TS_TEXT_MAX},
        {" ", "close", "", NULL, TS_TEXT_MAX - 5},
    };
    ts_arena *arena = ts_arena_new();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ts_error error;
        char *text = repeated(cases[i].open, cases[i].count, cases[i].middle, cases[i].close);
        const ts_expression *tree = parse(text, ENTRY, arena, &error);
        if (!cases[i].says != !!tree) fail_msg("case %zu: %s", i, error.text);
        if (!tree && strncmp(error.text, cases[i].says, strlen(cases[i].says)) != 0)
            fail_msg("case %zu: %s", i, error.text);
        free(text);
    }
    ts_arena_free(arena);
}

/* A let that doubles itself is small to write and large to walk. */
static void doubling_lets_are_refused(void **state)
{
    (void)state;
    ts_arena *arena = ts_arena_new();
    ts_error error = {0};
    ts_name own = {"x", &mid};
    ts_scope scope = {.names = &own, .count = 1};
    int doublings = 0;
    while (doublings < 60 && (own.means = ts_parse("x + x", &scope, arena, &error))) doublings++;
    assert_int_equal(doublings, 13); /* 2^14 - 1 nodes fit into TS_NODES_MAX, twice as many do not */
    assert_non_null(strstr(error.text, "column 3: the expression is too large"));
    ts_arena_free(arena);
}

static void a_let_shares_its_operands(void **state)
{
    (void)state;
    ts_arena *arena = ts_arena_new();
    ts_error error = {0};
    const ts_expression *let = parse("sma(close, 3)", ENTRY, arena, &error);
    ts_name own = {"x", let};
    ts_scope scope = {.names = &own, .count = 1};
    const ts_expression *tree = ts_parse("x > x[1]", &scope, arena, &error);
    assert_non_null(tree);
    assert_ptr_equal(tree->operand[0]->operand[0], let->operand[0]);
    assert_ptr_equal(tree->operand[1]->operand[0]->operand[0], let->operand[0]);
    assert_int_equal(tree->operand[1]->operand[0]->at, 5); /* where it is used */
    assert_null(ts_parse("low > 1 and x", &scope, arena, &error));
    assert_string_equal(error.text, "column 13: expected a condition beside 'and', found a series");
    ts_arena_free(arena);
}

static void the_function_table_is_sound(void **state)
{
    (void)state;
    ts_error error = {0};
    if (ts_functions_ready(&error)) fail_msg("%s", error.text);
    for (int i = 0; i < ts_function_count; i++) {
        const ts_function *function = &ts_functions[i];
        assert_int_equal(ts_function_find(function->name), i); /* no name twice */
        assert_in_range(function->arguments, 0, TS_ARGUMENTS_MAX);
        assert_true(*function->description && *function->source && *function->group);
        const ts_expression *definition = ts_function_definition(i);
        assert_int_equal(definition != NULL, function->lowering == TS_BY_DEFINITION);
        if (definition) assert_int_equal(definition->type, function->result);
    }
    assert_int_equal(ts_function_find("no_such_function"), -1);
}

/* One text in a thousand shapes: bytes changed, removed, doubled, words put in. */
static void mutate(ts_strbuf *text, ts_draws *draws)
{
    static const char *const words[] = {"(", ")",  "[",    "]",         ",",     " and ", " or ",       " not ",
                                        "<", ">=", "-",    "bars_held", "close", "sma(",  "stop_loss(", "1e",
                                        "9", ".",  "fast", "obv",       "[1]",   "\xff"};
    for (uint32_t changes = 1 + ts_draw_below(draws, 4); changes; changes--) {
        size_t at = ts_draw_below(draws, (uint32_t)text->length + 1);
        char *rest = repeated("", 0, text->text + at, "");
        text->length = at;
        text->text[at] = '\0';
        switch (ts_draw_below(draws, 3)) {
        case 0: ts_strbuf_puts(text, words[ts_draw_below(draws, sizeof words / sizeof words[0])]); break;
        case 1: ts_strbuf_putc(text, (char)(1 + ts_draw_below(draws, 255))); break;
        default: break;
        }
        ts_strbuf_puts(text, rest + (*rest && ts_draw_below(draws, 2)));
        free(rest);
    }
}

/* Either a tree that reads back as itself, or an error that says where. */
static void check_any(const char *text)
{
    ts_arena *arena = ts_arena_new();
    ts_error error;
    const ts_expression *tree = parse(text, EXIT, arena, &error);
    if (tree) {
        ts_strbuf once = {0}, twice = {0};
        ts_scope scope = {.names = (ts_name[]){{"p0", &fast}, {"p1", &slow}}, .count = 2, .rules = true};
        ts_strategy strategy = {.parameters = 2, .parameter = {{.name = "p0"}, {.name = "p1"}}};
        ts_expression_text(tree, &strategy, &once);
        const ts_expression *again = ts_parse(once.text, &scope, arena, &error);
        if (!again) fail_msg("'%s' is written '%s': %s", text, once.text, error.text);
        ts_expression_text(again, &strategy, &twice);
        assert_string_equal(once.text, twice.text);
        ts_strbuf_clear(&once);
        ts_strbuf_clear(&twice);
    } else {
        assert_int_equal(error.code, TS_BAD_DATA);
        assert_memory_equal(error.text, "column ", 7);
    }
    ts_arena_free(arena);
}

static void mutated_texts_do_no_harm(void **state)
{
    (void)state;
    ts_draws draws = ts_draws_at(1, 0, 0, 0);
    size_t seeds = sizeof right / sizeof right[0];
    for (int i = 0; i < 20000; i++) {
        ts_strbuf text = {0};
        ts_strbuf_puts(&text, right[ts_draw_below(&draws, (uint32_t)seeds)].text);
        mutate(&text, &draws);
        check_any(text.text);
        ts_strbuf_clear(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_mean_what_they_say),
        cmocka_unit_test(wrong_texts_are_told_where_and_why),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(doubling_lets_are_refused),
        cmocka_unit_test(a_let_shares_its_operands),
        cmocka_unit_test(the_function_table_is_sound),
        cmocka_unit_test(mutated_texts_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

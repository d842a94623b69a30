/* Strategies: files and their errors, the lattice of parameters and its decimals, `require`, identities. */
#include "common/philox.h"
#include "host/language/strategy.h"
#include "tests/temporary.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define DEFINITION(parameters, rest)                                                                                   \
    "{\"name\": \"A_1\", \"description\": \"d\", \"parameters\": {" parameters "}, " rest "}"
#define SIGNALS "\"entry\": \"close > open\", \"exit\": \"close < open\""
#define INT(name, min, max, fallback)                                                                                  \
    "\"" name "\": {\"type\": \"int\", \"min\": " min ", \"max\": " max ", \"default\": " fallback "}"

/* The design's example: a let may have the name of a function that takes arguments. */
static const char MACD[] =
    DEFINITION(INT("short", "5", "20", "12") ", " INT("long", "15", "50", "26") ", " INT("signal", "5", "20", "9"),
               "\"require\": \"short < long\","
               "\"let\": {\"macd\": \"ema(close, short) - ema(close, long)\"},"
               "\"entry\": \"crossed_up(macd, ema(macd, signal))\","
               "\"exit\": \"crossed_down(macd, ema(macd, signal))\"");

static ts_strategy *load(const char *json, ts_error *error)
{
    *error = (ts_error){0};
    return ts_strategy_load(ts_temporary_text("a.json", json), error);
}

static ts_strategy *loaded(const char *json)
{
    ts_error error;
    ts_strategy *strategy = load(json, &error);
    if (!strategy) fail_msg("%s", error.text);
    return strategy;
}

static void the_example_loads(void **state)
{
    (void)state;
    ts_strategy *s = loaded(MACD);
    bool exact;
    assert_string_equal(s->name, "A_1");
    assert_int_equal(s->parameters, 3);
    assert_string_equal(s->parameter[0].name, "short");
    assert_string_equal(s->parameter[2].name, "signal");
    assert_int_equal(ts_strategy_space(s), 16 * 36 * 16);
    /* short < long: 15 + 15 + ... with long 15..50: sum over short 5..20 of 50 - max(short, 14) = 10 x 36 + 35 + ... +
     * 30 */
    assert_int_equal(ts_strategy_valid(s, &exact), (10 * 36 + 35 + 34 + 33 + 32 + 31 + 30) * 16);
    assert_true(exact);
    assert_int_equal(s->direction, TS_LONG);
    assert_null(s->short_entry);
    ts_strategy_free(s);
}

static const struct {
    const char *json, *says;
} wrong_files[] = {
    {"", ":1:0: "},
    {"[]", ": expected an object, found an array"},
    {"{\"name\": }", ":1:"},
    {"{\"name\": \"A\", \"name\": \"B\"}", ":1:"},
    {"{\"name\": \"A\", \"description\": \"d\", \"entry\": \"close > 1\"}", ": exit: missing"},
    {"{\"name\": 1}", ": name: expected a text, found a number"},
    {"{\"nmae\": \"A\"}", ": nmae: unknown field: did you mean 'name'?"},
    {"{\"colour\": \"A\"}", ": colour: unknown field"},
    {"{\"name\": \"sma cross\", \"description\": \"d\", " SIGNALS "}",
     ": name: expected capital letters, digits and _, found 'sma cross'"},
    {"{\"name\": \"A\", \"description\": \"d\", \"parameters\": [], " SIGNALS "}",
     ": parameters: expected an object, found an array"},
    {DEFINITION("\"n\": 5", SIGNALS), ": parameters: n: value: expected an object, found a number"},
    {DEFINITION("\"n\": {\"type\": \"int\", \"min\": 1, \"max\": 5}", SIGNALS), ": parameters: n: default: missing"},
    {DEFINITION("\"n\": {\"type\": \"real\", \"min\": 1, \"max\": 5, \"default\": 2}", SIGNALS),
     ": parameters: n: type: expected int or double, found 'real'"},
    {DEFINITION("\"n\": {\"type\": \"double\", \"min\": 1, \"max\": 5, \"default\": 2}", SIGNALS),
     ": parameters: n: step: missing (a double needs one)"},
    {DEFINITION("\"n\": {\"type\": \"double\", \"min\": 1, \"max\": 5, \"default\": 2, \"step\": 0}", SIGNALS),
     ": parameters: n: expected a step above 0"},
    {DEFINITION("\"n\": {\"type\": \"double\", \"min\": 1, \"max\": 2.05, \"default\": 2, \"step\": 0.1}", SIGNALS),
     ": parameters: n: max 2.05 is not reached from 1 in steps of 0.1; the nearest is 2"},
    {DEFINITION("\"n\": {\"type\": \"double\", \"min\": 1, \"max\": 5, \"default\": 2.55, \"step\": 0.1}", SIGNALS),
     ": parameters: n: default 2.55 is not one of its values, 1 to 5 in steps of 0.1"},
    {DEFINITION("\"n\": {\"type\": \"double\", \"min\": 0, \"max\": 5, \"default\": 2, \"step\": 1e-12}", SIGNALS),
     ": parameters: n: has more than 1000000000 values"},
    {DEFINITION(INT("n", "1", "5", "6"), SIGNALS), ": parameters: n: default 6 is not one of its values"},
    {DEFINITION(INT("n", "1.5", "5", "3"), SIGNALS), ": parameters: n: min: expected a whole number"},
    {DEFINITION(INT("n", "5", "1", "3"), SIGNALS), ": parameters: n: expected a max that is not below min"},
    {DEFINITION(INT("n", "1", "1e300", "3"), SIGNALS), ": parameters: n: max: expected a whole number"},
    {DEFINITION(INT("n", "1", "\\\"x\\\"", "3"), SIGNALS), ":1:"},
    {DEFINITION(INT("a b", "1", "5", "3"), SIGNALS), ": parameters: a b: expected a name of letters, digits and _"},
    {DEFINITION(INT("close", "1", "5", "3"), SIGNALS), ": parameters: close: the name means a price already"},
    {DEFINITION(INT("not", "1", "5", "3"), SIGNALS),
     ": parameters: not: the name means a word of the language already"},
    {DEFINITION(INT("obv", "1", "5", "3"), SIGNALS), ": parameters: obv: the name means a function already"},
    {DEFINITION(INT("bars_held", "1", "5", "3"), SIGNALS),
     ": parameters: bars_held: the name means a function already"},
    {DEFINITION(INT("n[00]", "1", "5", "3"), SIGNALS), ": parameters: n[00]: expected a name of letters, digits and _"},
    {DEFINITION(INT("n[x]", "1", "5", "3"), SIGNALS), ": parameters: n[x]: expected a name of letters, digits and _"},
    {DEFINITION(INT("n[1", "1", "5", "3"), SIGNALS), ": parameters: n[1: expected a name of letters, digits and _"},
    {DEFINITION(INT("close[1]", "1", "5", "3"), SIGNALS), ": parameters: close[1]: the name means a price already"},
    {DEFINITION(INT("n", "1", "5", "3") ", " INT("n[1]", "1", "5", "3"), SIGNALS),
     ": parameters: n[1]: the name means a parameter already"},
    {DEFINITION(INT("n[1]", "1", "5", "3") ", " INT("n", "1", "5", "3"), SIGNALS),
     ": parameters: n: the name means a list of parameters already"},
    {DEFINITION(INT("n[1]", "1", "5", "3"), "\"let\": {\"n\": \"close\"}, " SIGNALS),
     ": let: n: the name means a list of parameters already"},
    {DEFINITION("", "\"let\": {\"n[1]\": \"close\"}, " SIGNALS), ": let: n[1]: expected a name of letters, digits"},
    {DEFINITION(INT("n", "1", "5", "3") ", " INT("n", "1", "5", "3"), SIGNALS), ":1:"},
    {DEFINITION(INT("n", "1", "5", "3"), "\"let\": {\"n\": \"close\"}, " SIGNALS),
     ": let: n: the name means a parameter"},
    {DEFINITION("", "\"let\": {\"x\": 3}, " SIGNALS), ": let: x: expected a text, found a number"},
    {DEFINITION("", "\"let\": {\"x\": \"y + 1\", \"y\": \"close\"}, " SIGNALS),
     ": let: x: column 1: expected a parameter"},
    {DEFINITION("", "\"let\": {\"x\": \"x + 1\"}, " SIGNALS), ": let: x: column 1: expected a parameter, a let"},
    {DEFINITION("", "\"let\": {\"x\": \"stop_loss(1)\"}, " SIGNALS),
     ": let: x: column 1: stop_loss is a position rule"},
    {DEFINITION(INT("n", "1", "5", "3"), SIGNALS),
     ": parameters: n: every parameter has an effect, this one is in no entry and no exit"},
    {DEFINITION(INT("n", "1", "5", "3"), "\"require\": \"n < 9\", " SIGNALS),
     ": parameters: n: every parameter has an"},
    {DEFINITION(INT("n", "0", "50", "3"), "\"entry\": \"close > sma(close, n)\", \"exit\": \"close < open\""),
     ": entry: column 20: expected a whole number from 1 to 100000 for sma's n, found 0 by the bounds of the "
     "parameters"},
    {DEFINITION("\"n\": {\"type\": \"double\", \"min\": 1, \"max\": 5, \"default\": 2, \"step\": 1}",
                "\"entry\": \"close > sma(close, n)\", \"exit\": \"close < open\""),
     ": entry: column 20: expected a whole number for sma's n: a literal, an int parameter"},
    {DEFINITION(INT("n", "1", "5", "3"), "\"entry\": \"close > close[n - 2]\", \"exit\": \"close < open\""),
     ": entry: column 17: x[-1] looks into the future"},
    {DEFINITION(INT("n", "1", "5", "3"), "\"entry\": \"close > close[n / 2]\", \"exit\": \"close < open\""),
     ": entry: column 17: expected a whole number for a lag"},
    {DEFINITION("", "\"entry\": \"close\", \"exit\": \"close < open\""),
     ": entry: column 1: expected a condition such as crossed_up(a, b) or a < b, found a series"},
    {DEFINITION("", "\"entry\": \"close > smma(close, 3)\", \"exit\": \"close < open\""),
     ": entry: column 9: expected a function, found 'smma': did you mean 'sma'?"},
    {DEFINITION("", "\"entry\": \"close > 1 or stop_loss(1)\", \"exit\": \"close < open\""),
     ": entry: column 14: stop_loss is a position rule: it can stand only in an exit"},
    {DEFINITION(INT("n", "1", "5", "3"), "\"require\": \"n\", " SIGNALS),
     ": require: column 1: expected a comparison such as short < long, found a number"},
    {DEFINITION(INT("n", "1", "5", "3"), "\"require\": \"n < close\", " SIGNALS),
     ": require: column 5: expected a parameter"},
    {DEFINITION(INT("n", "1", "5", "3"), "\"require\": \"n > 3\", " SIGNALS),
     ": require: the defaults do not satisfy it"},
    {DEFINITION(INT("n", "1", "5", "3") ", " INT("m", "1", "5", "3"), "\"require\": \"n + m > 10\", " SIGNALS),
     ": require: no parameters within the bounds satisfy it"},
    {DEFINITION("", "\"direction\": \"up\", " SIGNALS), ": direction: expected long, short or both, found 'up'"},
    {DEFINITION("", "\"direction\": \"both\", " SIGNALS), ": short_entry: missing (direction is both)"},
    {DEFINITION("", "\"short_exit\": \"close > 1\", " SIGNALS), ": short_exit: only with direction both"},
};

static void wrong_files_are_told_where_and_why(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong_files / sizeof wrong_files[0]; i++) {
        ts_error error;
        if (load(wrong_files[i].json, &error)) fail_msg("%s should not load", wrong_files[i].json);
        assert_int_equal(error.code, TS_BAD_DATA);
        const char *path = ts_temporary("a.json");
        assert_memory_equal(error.text, path, strlen(path));
        const char *said = error.text + strlen(path);
        if (strncmp(said, wrong_files[i].says, strlen(wrong_files[i].says)) != 0)
            fail_msg("%s:\n  said     %s\n  expected %s", wrong_files[i].json, said, wrong_files[i].says);
    }
}

static void parameters_may_be_a_list(void **state)
{
    (void)state;
    ts_strategy *s =
        loaded(DEFINITION(INT("n[0]", "1", "5", "3") ", " INT("n[1]", "2", "9", "6"),
                          "\"require\": \"n[0] < n[1]\", \"entry\": \"crossed_up(sma(close, n[0]), sma(close, n[1]))\","
                          "\"exit\": \"close[floor(n[0] / 2)] < open\""));
    ts_genome genome = ts_genome_default(s);
    ts_error error = {0};
    assert_string_equal(s->parameter[1].name, "n[1]");
    assert_int_equal(ts_genome_set(s, &genome, "n[1]", 9, &error), 0);
    assert_true(ts_number_value(s, &genome, s->entry->operand[1]->operand[1]) == 9);
    assert_true(ts_number_value(s, &genome, s->exit->operand[0]->operand[1]) == 1);
    assert_int_equal(ts_genome_set(s, &genome, "n[2]", 9, &error), -1);
    assert_string_equal(error.text, "A_1 has no parameter 'n[2]': did you mean 'n[0]'?");
    ts_strategy_free(s);
}

static void a_missing_file_is_named(void **state)
{
    (void)state;
    ts_error error = {0};
    assert_null(ts_strategy_load("/no/such/strategy.json", &error));
    assert_int_equal(error.code, TS_BAD_DATA);
    assert_non_null(strstr(error.text, "/no/such/strategy.json"));
}

static void both_sides_are_read(void **state)
{
    (void)state;
    ts_strategy *s =
        loaded(DEFINITION(INT("n", "1", "5", "3"), "\"direction\": \"both\", \"short_entry\": \"close < open[n]\", "
                                                   "\"short_exit\": \"bars_held > n\", " SIGNALS));
    assert_int_equal(s->direction, TS_BOTH);
    assert_int_equal(s->short_entry->type, TS_SIGNAL);
    assert_int_equal(s->short_exit->type, TS_RULE);
    ts_strategy_free(s);
}

/* Interval arithmetic alone would refuse long - short, which may be -5 to 45; `require` keeps it above 0. */
static void require_counts_for_bounds(void **state)
{
    (void)state;
    ts_strategy *s =
        loaded(DEFINITION(INT("short", "5", "20", "12") ", " INT("long", "15", "50", "26"),
                          "\"require\": \"short < long\", \"entry\": \"close > sma(close, long - short)\", "
                          "\"exit\": \"close < open\""));
    ts_strategy_free(s);
    ts_error error;
    assert_null(load(DEFINITION(INT("short", "5", "20", "12") ", " INT("long", "15", "50", "26"),
                                "\"require\": \"short <= long\", \"entry\": \"close > sma(close, long - short)\", "
                                "\"exit\": \"close < open\""),
                     &error));
    assert_non_null(
        strstr(error.text, "entry: column 25: expected a whole number from 1 to 100000 for sma's n, found 0"));
}

/* min, min + step, ... are the doubles that the decimals read as. */
static void values_are_the_decimals_meant(void **state)
{
    (void)state;
    static const struct {
        double min, step;
        int32_t steps;
        int places;
    } cases[] = {{1.5, 0.1, 16, 1},      {1.0, 0.1, 41, 1},        {0.01, 0.01, 100, 2},
                 {-1, 0.1, 21, 1},       {60, 0.5, 51, 1},         {5, 1, 46, 0},
                 {0.1, 0.001, 10000, 3}, {0.0001, 0.0003, 999, 4}, {-2.5, 0.25, 21, 2}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ts_strategy s = {
            .name = "A",
            .parameters = 1,
            .parameter = {{.name = "p", .min = cases[i].min, .step = cases[i].step, .steps = cases[i].steps}}};
        for (int32_t gene = 0; gene < cases[i].steps; gene++) {
            ts_genome genome = {{gene}}, set = {{-1}};
            ts_error error = {0};
            double value = ts_genome_value(&s, &genome, 0);
            char text[64];
            snprintf(text, sizeof text, "%.*f", cases[i].places, cases[i].min + gene * cases[i].step);
            assert_true(value == strtod(text, NULL));
            assert_false(value == 0 && signbit(value));
            assert_int_equal(ts_genome_set(&s, &set, "p", value, &error), 0);
            assert_int_equal(set.gene[0], gene);
        }
    }
}

static void settings_off_the_lattice_are_refused(void **state)
{
    (void)state;
    ts_strategy *s = loaded(MACD);
    ts_genome genome = ts_genome_default(s);
    assert_true(ts_genome_value(s, &genome, 0) == 12);
    assert_true(ts_genome_value(s, &genome, 1) == 26);
    static const struct {
        const char *name;
        double value;
        const char *says;
    } cases[] = {{"short", 21, "short of A_1 must be from 5 to 20 in steps of 1, not 21"},
                 {"short", 4, "short of A_1 must be from 5 to 20 in steps of 1, not 4"},
                 {"short", 5.5, "short of A_1 must be from 5 to 20 in steps of 1, not 5.5"},
                 {"long", NAN, "long of A_1 must be from 15 to 50 in steps of 1, not undefined"},
                 {"long", 1e300, "long of A_1 must be from 15 to 50 in steps of 1, not 1e+300"},
                 {"lnog", 20, "A_1 has no parameter 'lnog': did you mean 'long'?"},
                 {"threshold", 20, "A_1 has no parameter 'threshold'; it has short, long, signal"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ts_error error = {0};
        assert_int_equal(ts_genome_set(s, &genome, cases[i].name, cases[i].value, &error), -1);
        assert_int_equal(error.code, TS_USAGE);
        assert_string_equal(error.text, cases[i].says);
    }
    ts_error error = {0};
    assert_int_equal(ts_genome_set(s, &genome, "long", 50, &error), 0);
    assert_int_equal(genome.gene[1], 35);
    ts_strategy_free(s);
}

static void points_are_in_the_order_of_genomes(void **state)
{
    (void)state;
    ts_strategy *s = loaded(MACD);
    ts_genome before = ts_strategy_point(s, 0), zero = {{0}};
    assert_int_equal(ts_genome_compare(&before, &zero), 0);
    uint64_t valid = 0, space = ts_strategy_space(s);
    bool exact;
    for (uint64_t i = 0; i < space; i++) {
        ts_genome point = ts_strategy_point(s, i);
        valid += ts_genome_valid(s, &point);
        assert_int_equal(ts_genome_valid(s, &point), ts_genome_value(s, &point, 0) < ts_genome_value(s, &point, 1));
        if (i) {
            assert_int_equal(ts_genome_compare(&before, &point), -1);
            assert_int_equal(ts_genome_compare(&point, &before), 1);
        }
        before = point;
    }
    assert_int_equal(valid, ts_strategy_valid(s, &exact));
    assert_int_equal(before.gene[0], 15);
    assert_int_equal(before.gene[1], 35);
    assert_int_equal(before.gene[2], 15);
    ts_strategy_free(s);
}

static void a_space_beyond_counting_saturates(void **state)
{
    (void)state;
    ts_strategy s = {.parameters = 3};
    for (int i = 0; i < 3; i++) s.parameter[i] = (ts_parameter){.step = 1, .steps = 1000000000};
    assert_true(ts_strategy_space(&s) == UINT64_MAX);
    ts_genome point = ts_strategy_point(&s, UINT64_MAX - 1);
    for (int i = 0; i < 3; i++) assert_in_range(point.gene[i], 0, 999999999);
}

static void require_is_a_boolean(void **state)
{
    (void)state;
    ts_strategy *s = loaded(DEFINITION(INT("a", "0", "9", "4") ", " INT("b", "1", "9", "3"),
                                       "\"require\": \"a >= 2 and not a > 7 or a / b <= 0.5 and -a < -0.5\", "
                                       "\"entry\": \"close > sma(close, a + b)\", "
                                       "\"exit\": \"close < open\""));
    for (int a = 0; a <= 9; a++)
        for (int b = 1; b <= 9; b++) {
            ts_genome genome = {{a, b - 1}};
            assert_int_equal(ts_genome_valid(s, &genome), (a >= 2 && !(a > 7)) || ((double)a / b <= 0.5 && -a < -0.5));
        }
    ts_strategy_free(s);
}

static void hash_of(const char *json, char hash[TS_FINGERPRINT_TEXT])
{
    ts_strategy *s = loaded(json);
    memcpy(hash, s->definition_hash, TS_FINGERPRINT_TEXT);
    ts_strategy_free(s);
}

static void the_hash_is_of_the_meaning(void **state)
{
    (void)state;
    static const char *const same[] = {
        DEFINITION(INT("n", "1", "5", "3"), "\"entry\": \"close > sma(close, n) + 1\", \"exit\": \"close < open\""),
        DEFINITION(INT("n", "1", "5", "4"), "\"entry\": \"close>(sma( close, n)+1.0)\", \"exit\": \"close < open\""),
        DEFINITION(INT("n", "1", "5", "3"),
                   "\"source\": \"s\", \"let\": {\"x\": \"sma(close, n)\"}, \"entry\": \"close > x + "
                   "1\", \"exit\": \"close < open\""),
    };
    static const char *const other[] = {
        DEFINITION(INT("m", "1", "5", "3"), "\"entry\": \"close > sma(close, m) + 1\", \"exit\": \"close < open\""),
        DEFINITION(INT("n", "1", "6", "3"), "\"entry\": \"close > sma(close, n) + 1\", \"exit\": \"close < open\""),
        DEFINITION(INT("n", "1", "5", "3"), "\"entry\": \"close > sma(close, n + 1)\", \"exit\": \"close < open\""),
        DEFINITION(INT("n", "1", "5", "3"), "\"entry\": \"close > sma(close, n) + 1\", \"exit\": \"close < low\""),
        DEFINITION(INT("n", "1", "5", "3"),
                   "\"direction\": \"short\", \"entry\": \"close > sma(close, n) + 1\", \"exit\": \"close < open\""),
        DEFINITION(INT("n", "1", "5", "3"),
                   "\"require\": \"n < 9\", \"entry\": \"close > sma(close, n) + 1\", \"exit\": \"close < open\""),
    };
    char first[TS_FINGERPRINT_TEXT], hash[TS_FINGERPRINT_TEXT];
    hash_of(same[0], first);
    assert_int_equal(strlen(first), TS_FINGERPRINT_TEXT - 1);
    for (size_t i = 1; i < sizeof same / sizeof same[0]; i++) {
        hash_of(same[i], hash);
        assert_string_equal(hash, first);
    }
    for (size_t i = 0; i < sizeof other / sizeof other[0]; i++) {
        hash_of(other[i], hash);
        assert_string_not_equal(hash, first);
    }
}

static void mutated_files_do_no_harm(void **state)
{
    (void)state;
    ts_draws draws = ts_draws_at(2, 0, 0, 0);
    int survived = 0;
    for (int i = 0; i < 2000; i++) {
        char text[sizeof MACD];
        ts_error error;
        memcpy(text, MACD, sizeof MACD);
        for (uint32_t changes = 1 + ts_draw_below(&draws, 3); changes; changes--)
            text[ts_draw_below(&draws, sizeof MACD - 1)] = MACD[ts_draw_below(&draws, sizeof MACD - 1)];
        ts_strategy *strategy = load(text, &error);
        if (!strategy) assert_int_equal(error.code, TS_BAD_DATA);
        survived += strategy != NULL;
        ts_strategy_free(strategy);
    }
    assert_in_range(survived, 1, 1999); /* both ways were taken */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_loads),
        cmocka_unit_test(wrong_files_are_told_where_and_why),
        cmocka_unit_test(parameters_may_be_a_list),
        cmocka_unit_test(a_missing_file_is_named),
        cmocka_unit_test(both_sides_are_read),
        cmocka_unit_test(require_counts_for_bounds),
        cmocka_unit_test(values_are_the_decimals_meant),
        cmocka_unit_test(settings_off_the_lattice_are_refused),
        cmocka_unit_test(points_are_in_the_order_of_genomes),
        cmocka_unit_test(a_space_beyond_counting_saturates),
        cmocka_unit_test(require_is_a_boolean),
        cmocka_unit_test(the_hash_is_of_the_meaning),
        cmocka_unit_test(mutated_files_do_no_harm),
    };
    return cmocka_run_group_tests(tests, ts_temporary_make, ts_temporary_remove);
}

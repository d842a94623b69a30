/* tradestream strategies, as a shell sees it. */
#define _GNU_SOURCE
#include "common/json.h"
#include "tests/shell.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define STRATEGIES TRADESTREAM "strategies "

static json_t *parsed(void)
{
    json_error_t where;
    json_t *root = json_loads(shell_out, JSON_REJECT_DUPLICATES, &where);
    if (!root) fail_msg("%s: %s", where.text, shell_out);
    return root;
}

static void the_catalogue_is_found_beside_the_program(void **state)
{
    (void)state;
    assert_int_equal(unsetenv("TRADESTREAM_STRATEGIES"), 0);
    assert_int_equal(shell(STRATEGIES "list"), 0);
    shell_expect_out("MACD_CROSSOVER");
    shell_expect_out("shortEmaPeriod 5..20, longEmaPeriod 15..50, signalPeriod 5..20");
    shell_expect_out("stdDevMultiplier 1.5..3 by 0.1");
    assert_int_equal(shell(STRATEGIES "list --format json"), 0);
    json_t *root = parsed();
    assert_true(json_array_size(root) >= 20);
    json_decref(root);
}

static void one_is_shown_whole(void **state)
{
    (void)state;
    assert_int_equal(shell(STRATEGIES "show MACD_CROSSOVER"), 0);
    shell_expect_out("require      shortEmaPeriod < longEmaPeriod");
    shell_expect_out("genomes      8880\n");
    shell_expect_out("warm-up      33 bars with the defaults\n");
    assert_int_equal(shell(STRATEGIES "show DONCHIAN_BREAKOUT --format json"), 0);
    json_t *root = parsed(), *one = json_array_get(root, 0);
    assert_string_equal(json_string_value(json_object_get(one, "entry")), "close > donchian_upper(donchianPeriod)");
    assert_int_equal(json_integer_value(json_object_get(one, "warmup")), 20);
    assert_int_equal(json_integer_value(json_object_get(one, "genomes")), 41);
    json_decref(root);
}

static void every_word_is_checked(void **state)
{
    (void)state;
    assert_int_equal(shell(STRATEGIES "check"), 0);
    shell_expect_out("good   MACD_CROSSOVER\n");
    assert_int_equal(shell(STRATEGIES "check %s PIVOT", ts_temporary_text("bad.json", "{")), 65);
    shell_expect_out("wrong  temporary.");
    shell_expect_out("/bad.json:1:1: ");
    shell_expect_out("good   PIVOT\n");
}

static void unknown_names_are_usage_errors(void **state)
{
    (void)state;
    assert_int_equal(shell(STRATEGIES "show PIVTO 2>&1 >/dev/null"), 2);
    shell_expect_out("tradestream: unknown strategy 'PIVTO': did you mean PIVOT?");
    assert_int_equal(shell(STRATEGIES "list /no/such.json 2>&1 >/dev/null"), 65);
    shell_expect_out("/no/such.json");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_catalogue_is_found_beside_the_program),
        cmocka_unit_test(one_is_shown_whole),
        cmocka_unit_test(every_word_is_checked),
        cmocka_unit_test(unknown_names_are_usage_errors),
    };
    return cmocka_run_group_tests(tests, ts_temporary_make, ts_temporary_remove);
}

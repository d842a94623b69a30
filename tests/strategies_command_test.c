/* tradestream strategies, as a shell sees it. */
#define _GNU_SOURCE
#include "common/json.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#define PROGRAM "'" TS_BINARY_DIR "/bin/tradestream' strategies "

static char said[262144]; /* what the last command wrote */

/* Run "tradestream strategies ARGUMENTS" by a shell; the exit code. */
static int run(const char *arguments)
{
    char command[4096];
    snprintf(command, sizeof command, PROGRAM "%s", arguments);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    size_t got = fread(said, 1, sizeof said - 1, pipe);
    said[got] = '\0';
    int status = pclose(pipe);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void expect(const char *text)
{
    if (!strstr(said, text)) fail_msg("'%s' is not in: %s", text, said);
}

static json_t *parsed(void)
{
    json_error_t where;
    json_t *root = json_loads(said, JSON_REJECT_DUPLICATES, &where);
    if (!root) fail_msg("%s: %s", where.text, said);
    return root;
}

static void the_catalogue_is_found_beside_the_program(void **state)
{
    (void)state;
    assert_int_equal(unsetenv("TRADESTREAM_STRATEGIES"), 0);
    assert_int_equal(run("list"), 0);
    expect("MACD_CROSSOVER");
    expect("shortEmaPeriod 5..20, longEmaPeriod 15..50, signalPeriod 5..20");
    expect("stdDevMultiplier 1.5..3 by 0.1");
    assert_int_equal(run("list --format json"), 0);
    json_t *root = parsed();
    assert_true(json_array_size(root) >= 20);
    json_decref(root);
}

static void one_is_shown_whole(void **state)
{
    (void)state;
    assert_int_equal(run("show MACD_CROSSOVER"), 0);
    expect("require      shortEmaPeriod < longEmaPeriod");
    expect("genomes      8880\n");
    expect("warm-up      33 bars with the defaults\n");
    assert_int_equal(run("show DONCHIAN_BREAKOUT --format json"), 0);
    json_t *root = parsed(), *one = json_array_get(root, 0);
    assert_string_equal(json_string_value(json_object_get(one, "entry")), "close > donchian_upper(donchianPeriod)[1]");
    assert_int_equal(json_integer_value(json_object_get(one, "warmup")), 20);
    assert_int_equal(json_integer_value(json_object_get(one, "genomes")), 41);
    json_decref(root);
}

static void every_word_is_checked(void **state)
{
    (void)state;
    char arguments[4096];
    assert_int_equal(run("check"), 0);
    expect("good   MACD_CROSSOVER\n");
    snprintf(arguments, sizeof arguments, "check %s PIVOT 2>/dev/null", ts_temporary_text("bad.json", "{"));
    assert_int_equal(run(arguments), 65);
    expect("wrong  temporary.");
    expect("/bad.json:1:1: ");
    expect("good   PIVOT\n");
}

static void unknown_names_are_usage_errors(void **state)
{
    (void)state;
    assert_int_equal(run("show PIVTO 2>&1 >/dev/null"), 2);
    expect("tradestream: unknown strategy 'PIVTO': did you mean PIVOT?");
    assert_int_equal(run("list /no/such.json 2>&1 >/dev/null"), 65);
    expect("/no/such.json");
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

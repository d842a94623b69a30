/* The command itself, as a shell sees it: exit codes, stdout and stderr. What the verbs do has its own tests. */
#define _GNU_SOURCE
#include "common/version.h"
#include "tests/shell.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void help_and_version_go_to_stdout(void **state)
{
    (void)state;
    assert_int_equal(shell(TRADESTREAM "--help 2>/dev/null"), 0);
    shell_expect_out("usage: tradestream COMMAND");
    shell_expect_out("Commands:");
    assert_int_equal(shell(TRADESTREAM "--version 2>/dev/null"), 0);
    shell_expect_out("tradestream ");
    shell_expect_out(ts_version());
}

static void wrong_usage_is_2_and_goes_to_stderr(void **state)
{
    (void)state;
    assert_int_equal(shell(TRADESTREAM "2>&1 >/dev/null"), 2);
    shell_expect_out("tradestream: which command?");
    assert_int_equal(shell(TRADESTREAM "no-such-command 2>&1 >/dev/null"), 2);
    shell_expect_out("unknown command 'no-such-command'");
    assert_int_equal(shell(TRADESTREAM "--no-such-option 2>&1 >/dev/null"), 2);
    shell_expect_out("unknown option --no-such-option");
    assert_int_equal(shell(TRADESTREAM "no-such-command 2>/dev/null"), 2);
    assert_string_equal(shell_out, "");
}

static void every_command_has_help(void **state)
{
    (void)state;
    assert_int_equal(shell(TRADESTREAM "--help"), 0);
    char *list = strdup(shell_out);
    assert_non_null(list);
    char *line = strstr(list, "Commands:\n");
    assert_non_null(line);
    while ((line = strchr(line, '\n') + 1) && !strncmp(line, "  ", 2)) {
        assert_int_equal(shell(TRADESTREAM "%.*s --help", (int)strcspn(line + 2, " "), line + 2), 0);
        shell_expect_out("usage: tradestream ");
    }
    free(list);
}

static void results_that_cannot_be_written_are_an_error(void **state)
{
    (void)state;
    assert_int_equal(shell(TRADESTREAM "--help 2>&1 >/dev/full"), 1);
    shell_expect_out("stdout: cannot be written");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(help_and_version_go_to_stdout),
        cmocka_unit_test(wrong_usage_is_2_and_goes_to_stderr),
        cmocka_unit_test(every_command_has_help),
        cmocka_unit_test(results_that_cannot_be_written_are_an_error),
    };
    return cmocka_run_group_tests(tests, ts_temporary_make, ts_temporary_remove);
}

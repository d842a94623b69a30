/* The command itself, as a shell sees it: exit codes, stdout and stderr. What the verbs do has its own tests. */
#define _GNU_SOURCE
#include "common/version.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#define PROGRAM "'" TS_BINARY_DIR "/bin/tradestream' "

static char said[65536]; /* what the last command wrote */

/* Run "tradestream ARGUMENTS" by a shell; the exit code. */
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

static void help_and_version_go_to_stdout(void **state)
{
    (void)state;
    assert_int_equal(run("--help 2>/dev/null"), 0);
    expect("usage: tradestream COMMAND");
    expect("Commands:");
    assert_int_equal(run("--version 2>/dev/null"), 0);
    expect("tradestream ");
    expect(ts_version());
}

static void wrong_usage_is_2_and_goes_to_stderr(void **state)
{
    (void)state;
    assert_int_equal(run("2>&1 >/dev/null"), 2);
    expect("tradestream: which command?");
    assert_int_equal(run("no-such-command 2>&1 >/dev/null"), 2);
    expect("unknown command 'no-such-command'");
    assert_int_equal(run("--no-such-option 2>&1 >/dev/null"), 2);
    expect("unknown option --no-such-option");
    assert_int_equal(run("no-such-command 2>/dev/null"), 2);
    assert_string_equal(said, "");
}

static void every_command_has_help(void **state)
{
    (void)state;
    static char list[sizeof said];
    assert_int_equal(run("--help"), 0);
    memcpy(list, said, sizeof list);
    char *line = strstr(list, "Commands:\n");
    assert_non_null(line);
    while ((line = strchr(line, '\n') + 1) && !strncmp(line, "  ", 2)) {
        char arguments[80];
        snprintf(arguments, sizeof arguments, "%.*s --help", (int)strcspn(line + 2, " "), line + 2);
        assert_int_equal(run(arguments), 0);
        expect("usage: tradestream ");
    }
}

static void results_that_cannot_be_written_are_an_error(void **state)
{
    (void)state;
    assert_int_equal(run("--help 2>&1 >/dev/full"), 1);
    expect("stdout: cannot be written");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(help_and_version_go_to_stdout),
        cmocka_unit_test(wrong_usage_is_2_and_goes_to_stderr),
        cmocka_unit_test(every_command_has_help),
        cmocka_unit_test(results_that_cannot_be_written_are_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

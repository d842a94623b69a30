/* A command run by the shell, and what it said: for tests of the programs as their users meet them. */
#ifndef TS_TESTS_SHELL_H
#define TS_TESTS_SHELL_H

#include <stddef.h>

/* The program, quoted for the shell; TS_BINARY_DIR is the test's. */
#define TRADESTREAM "'" TS_BINARY_DIR "/bin/tradestream' "

/* What the last command wrote. Fails the test when it was more than 16 MiB. */
extern char *shell_out, *shell_err;

/* Run a command; its exit code, or 128 + the signal that ended it. Needs the folder of tests/temporary.h. */
int shell(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Fail the test unless the last command ended with `code` and its stderr holds `text`. */
void shell_expect(int got, int code, const char *text);

/* Fail the test unless the last command's stdout holds `text`. */
void shell_expect_out(const char *text);

/* Options that a command must refuse: its exit code, and what stderr holds. */
typedef struct shell_refusal {
    const char *options;
    int code;
    const char *says;
} shell_refusal;

/* Run `command` with each of the options; none may write to stdout. */
void shell_refuses(const char *command, const shell_refusal *refusals, size_t count);

#endif

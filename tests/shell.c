#define _GNU_SOURCE
#include "tests/shell.h"

#include "common/safe_file.h"
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

enum { LIMIT = 16 << 20 };

char *shell_out, *shell_err;
static ts_strbuf texts[2];

static char *read_back(ts_strbuf *text, const char *path)
{
    ts_error error = {0};
    ts_strbuf_reset(text);
    if (ts_file_read(path, LIMIT, text, &error)) fail_msg("%s", error.text);
    ts_strbuf_puts(text, "");
    return text->text;
}

int shell(const char *format, ...)
{
    char command[8192], line[9000], out[512], err[512];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(command, sizeof command, format, arguments);
    va_end(arguments);
    assert_in_range(length, 1, sizeof command - 1);
    snprintf(out, sizeof out, "%s", ts_temporary("shell.out"));
    snprintf(err, sizeof err, "%s", ts_temporary("shell.err"));
    length = snprintf(line, sizeof line, "{ %s; } >'%s' 2>'%s'", command, out, err);
    assert_in_range(length, 1, sizeof line - 1);
    int status = system(line);
    shell_out = read_back(&texts[0], out);
    shell_err = read_back(&texts[1], err);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void shell_expect(int got, int code, const char *text)
{
    if (got != code) fail_msg("exit code %d instead of %d: %s", got, code, shell_err);
    if (!strstr(shell_err, text)) fail_msg("\"%s\" is not in: %s", text, shell_err);
}

void shell_expect_out(const char *text)
{
    if (!strstr(shell_out, text)) fail_msg("\"%s\" is not in: %s", text, shell_out);
}

void shell_refuses(const char *command, const shell_refusal *refusals, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        shell_expect(shell("%s %s", command, refusals[i].options), refusals[i].code, refusals[i].says);
        assert_string_equal(shell_out, "");
    }
}

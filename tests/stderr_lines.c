#define _POSIX_C_SOURCE 200809L
#include "tests/stderr_lines.h"

#include "tests/temporary.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static int kept = -1, file = -1;

void stderr_lines_begin(void)
{
    fflush(stderr);
    kept = dup(STDERR_FILENO);
    file = open(ts_temporary("stderr.lines"), O_RDWR | O_CREAT | O_TRUNC, 0600);
    assert_true(kept >= 0 && file >= 0 && dup2(file, STDERR_FILENO) >= 0);
}

const char *stderr_lines_end(void)
{
    static char lines[1 << 16];
    fflush(stderr);
    assert_true(dup2(kept, STDERR_FILENO) >= 0);
    ssize_t length = pread(file, lines, sizeof lines - 1, 0);
    assert_true(length >= 0);
    lines[length] = '\0';
    close(kept), close(file);
    return lines;
}

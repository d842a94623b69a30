#define _GNU_SOURCE
#include "tests/mpirun.h"

#include "tests/shell.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

void mpirun_or_skip(void)
{
    char path[4096];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    assert_in_range(length, 1, sizeof path - 1);
    path[length] = '\0';
    *strrchr(path, '/') = '\0';
    strncat(path, "/../lib/tradestream/tradestream_mpi.so", sizeof path - 1 - strlen(path));
    if (!access(path, R_OK) && system("command -v mpirun >/dev/null 2>&1") == 0) return;
    print_message("skipped: no mpirun, or built without Open MPI (Debian: openmpi-bin, libopenmpi-dev)\n");
    skip();
}

int mpirun(int ranks, const char *format, ...)
{
    char command[7000];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(command, sizeof command, format, arguments);
    va_end(arguments);
    assert_in_range(length, 1, sizeof command - 1);
    return shell(MPIRUN_ENVIRONMENT "mpirun -np %d %s", ranks, command);
}

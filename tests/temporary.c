#define _GNU_SOURCE
#include "tests/temporary.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static char folder[64];

int ts_temporary_make(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "temporary.XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

int ts_temporary_remove(void **state)
{
    (void)state;
    char command[80];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

const char *ts_temporary(const char *name)
{
    static char path[4][PATH_MAX];
    static int next;
    next = (next + 1) % 4;
    snprintf(path[next], PATH_MAX, "%s%s%s", folder, *name ? "/" : "", name);
    return path[next];
}

const char *ts_temporary_file(const char *name, const void *bytes, size_t length)
{
    const char *path = ts_temporary(name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
    return path;
}

const char *ts_temporary_text(const char *name, const char *text)
{
    return ts_temporary_file(name, text, strlen(text));
}

const char *ts_shared_data(const char *fallback, const char *name)
{
    static char path[PATH_MAX];
    const char *said = getenv("TRADESTREAM_SHARED_DATA");
    snprintf(path, sizeof path, "%s/%s", said ? said : fallback, name);
    if (!access(path, R_OK)) return path;
    print_message("skipped: %s is not there\n", path);
    skip();
    return NULL;
}

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
static char *given[256]; /* every path asked for, once */
static size_t given_count;

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
    while (given_count) free(given[--given_count]);
    return system(command);
}

const char *ts_temporary(const char *name)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s%s%s", folder, *name ? "/" : "", name);
    for (size_t i = 0; i < given_count; i++)
        if (!strcmp(given[i], path)) return given[i];
    assert_true(given_count < sizeof given / sizeof *given);
    given[given_count] = strdup(path);
    assert_non_null(given[given_count]);
    return given[given_count++];
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

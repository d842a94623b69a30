#define _GNU_SOURCE
#include "bench/scratch.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *place)
{
    (void)about, (void)kind, (void)place;
    return remove(path);
}

int ts_scratch_make(char folder[TS_SCRATCH_FOLDER], ts_error *error)
{
    const char *parent = getenv("TMPDIR");
    char name[TS_SCRATCH_FOLDER];
    folder[0] = '\0';
    if (snprintf(name, sizeof name, "%s/tradestream-bench-XXXXXX", parent && *parent ? parent : "/tmp") >=
        TS_SCRATCH_FOLDER)
        return ts_fail(error, TS_FAILED, "TMPDIR: the name is too long");
    if (!mkdtemp(name)) return ts_fail(error, TS_FAILED, "%s: cannot be made: %s", name, strerror(errno));
    memcpy(folder, name, sizeof name);
    return 0;
}

void ts_scratch_remove(const char *folder)
{
    if (folder[0]) nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

#define _GNU_SOURCE
#include "common/module.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int path_of(const char *name, char path[PATH_MAX], ts_error *error)
{
    char program[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length <= 0)
        return ts_fail(error, TS_UNAVAILABLE, "/proc/self/exe cannot be read, so %s cannot be found", name);
    program[length] = '\0';
    *strrchr(program, '/') = '\0'; /* what /proc names is absolute */
    if (snprintf(path, PATH_MAX, "%s/../lib/tradestream/%s.so", program, name) >= PATH_MAX)
        return ts_fail(error, TS_UNAVAILABLE, "the path of the program is too long: %s", program);
    return 0;
}

const void *ts_module_load(const char *name, const char *symbol, bool global, ts_error *error)
{
    char path[PATH_MAX];
    if (path_of(name, path, error)) return NULL;
    void *module = dlopen(path, RTLD_NOW | (global ? RTLD_GLOBAL : RTLD_LOCAL));
    const void *address = module ? dlsym(module, symbol) : NULL;
    if (!address) ts_fail(error, TS_UNAVAILABLE, "%s", dlerror());
    return address;
}

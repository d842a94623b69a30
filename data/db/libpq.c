#include "data/db/libpq.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static const char LIBRARY[] = "libpq.so.5";

#define ROW(function) {#function, offsetof(ts_pq, function)},
static const struct {
    const char *name;
    size_t offset;
} rows[] = {TS_PQ_FUNCTIONS(ROW)};

static ts_pq pq;
static bool loaded;
static ts_error failure;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void)
{
    void *handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        const char *why = dlerror();
        ts_fail(&failure, TS_UNAVAILABLE, "PostgreSQL's client library is not on this machine (Debian: libpq5): %s",
                why ? why : LIBRARY);
        return;
    }
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        void *found = dlsym(handle, rows[i].name);
        if (!found) {
            ts_fail(&failure, TS_UNAVAILABLE, "%s has no %s: expected the one of PostgreSQL 10 or later", LIBRARY,
                    rows[i].name);
            return;
        }
        memcpy((char *)&pq + rows[i].offset, &found, sizeof found);
    }
    loaded = true;
}

const ts_pq *ts_pq_load(ts_error *error)
{
    pthread_once(&once, load);
    if (loaded) return &pq;
    ts_fail(error, failure.code, "%s", failure.text);
    return NULL;
}

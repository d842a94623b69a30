/* The back ends: which there are, which this machine can run, and the one that a name or "auto" means. */
#ifndef TS_HOST_BACKEND_H
#define TS_HOST_BACKEND_H

#include "common/error.h"
#include "kernels/cpu.h"

#include <stdbool.h>

typedef struct ts_backend {
    const char *name;
    bool (*available)(void);
    const ts_cpu_kernels *kernels;
} ts_backend;

/* All back ends of this build, slowest first; `scalar` is the reference and always available. */
extern const ts_backend ts_backends[];
extern const int ts_backend_count;

/* The back end of that name; "auto" is the last available one. TS_USAGE for an unknown name, TS_UNAVAILABLE for one
 * that this machine cannot run. */
const ts_backend *ts_backend_choose(const char *name, ts_error *error);

#endif

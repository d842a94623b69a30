/* The back ends: which there are, which this machine can run, and the one that a name or "auto" means. */
#ifndef TS_HOST_BACKEND_H
#define TS_HOST_BACKEND_H

#include "common/error.h"
#include "host/backend/cpu_run.h"
#include "kernels/cpu.h"

#include <stdbool.h>

/* Values to be computed over `bars` bars of the columns, which are padded to whole tiles: rows[i] receives value i. */
typedef struct ts_values_job {
    const ts_demand *demand;
    double *const *column;
    size_t bars;
    double *const *rows;
} ts_values_job;

/* `opened` is what `open` returned: a device, its program and what it keeps; may be used by several threads. */
typedef struct ts_backend {
    const char *name;
    bool (*available)(void);
    bool on_request;               /* "auto" does not take it */
    const ts_cpu_kernels *kernels; /* of a processor's back end, which is never opened; else NULL */
    void *(*open)(const char *library, const char *device, ts_error *error);
    void (*close)(void *opened);
    uint64_t (*launches)(void *opened);
    int (*walk)(const struct ts_backend *backend, void *opened, const ts_walk_job *job, ts_error *error);
    int (*values)(const struct ts_backend *backend, void *opened, const ts_values_job *job, ts_error *error);
} ts_backend;

/* All back ends of this build; the first is the reference, `scalar`, and always available. */
extern const ts_backend ts_backends[];
extern const int ts_backend_count;

/* The back end of that name; "auto" is the last available one that need not be asked for. TS_USAGE for an unknown name,
 * TS_UNAVAILABLE for one that this machine cannot run; one that is opened says then whether it can. */
const ts_backend *ts_backend_choose(const char *name, ts_error *error);

#endif

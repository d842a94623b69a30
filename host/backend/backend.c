#include "host/backend/backend.h"

#include <stddef.h>
#include <string.h>

static bool always(void) { return true; }

static bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
}

static bool has_avx512(void)
{
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}

const ts_backend ts_backends[] = {
    {"scalar", always, &ts_cpu_kernels_scalar},
    {"avx2", has_avx2, &ts_cpu_kernels_avx2},
    {"avx512", has_avx512, &ts_cpu_kernels_avx512},
};

const int ts_backend_count = sizeof ts_backends / sizeof ts_backends[0];

const ts_backend *ts_backend_choose(const char *name, ts_error *error)
{
    for (int i = ts_backend_count - 1; i >= 0; i--) {
        const ts_backend *backend = &ts_backends[i];
        if (strcmp(name, "auto") == 0 && backend->available()) return backend;
        if (strcmp(name, backend->name) != 0) continue;
        if (backend->available()) return backend;
        ts_fail(error, TS_UNAVAILABLE, "back end %s: this processor lacks its instructions", name);
        return NULL;
    }
    ts_fail(error, TS_USAGE, "unknown back end '%s': expected auto, scalar, avx2 or avx512", name);
    return NULL;
}

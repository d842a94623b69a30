#include "host/backend/backend.h"

#include "host/backend/opencl/device.h"

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

static int cpu_walk(const ts_backend *backend, void *opened, const ts_walk_job *job, ts_error *error)
{
    (void)opened;
    ts_program *program = ts_program_new(job->demand, 0, error);
    int status = program ? ts_cpu_walk(backend->kernels, program, job, error) : -1;
    if (program) *job->host_rows += program->rows;
    ts_program_free(program);
    return status;
}

static int cpu_values(const ts_backend *backend, void *opened, const ts_values_job *job, ts_error *error)
{
    (void)opened;
    ts_program *program = ts_program_new(job->demand, 0, error);
    if (!program) return -1;
    ts_cpu_rows(backend->kernels, program, job->column, job->bars, job->demand->values, job->rows);
    ts_program_free(program);
    return 0;
}

static void *opencl_open(const char *library, const char *device, ts_error *error)
{
    return ts_cl_engine_new(library, device, error);
}

static void opencl_close(void *opened) { ts_cl_engine_free(opened); }

static bool has_opencl(void)
{
    ts_error none = {0};
    void *opened = opencl_open(NULL, "auto", &none);
    opencl_close(opened);
    return opened;
}

static int opencl_walk(const ts_backend *backend, void *opened, const ts_walk_job *job, ts_error *error)
{
    (void)backend;
    return ts_cl_engine_walk(opened, job, error);
}

static int opencl_values(const ts_backend *backend, void *opened, const ts_values_job *job, ts_error *error)
{
    (void)backend;
    return ts_cl_engine_values(opened, job->demand, job->column, job->bars, job->rows, error);
}

#define CPU(name, available, kernels)                                                                                  \
    {                                                                                                                  \
        name, available, false, kernels, NULL, NULL, NULL, cpu_walk, cpu_values                                        \
    }

const ts_backend ts_backends[] = {
    CPU("scalar", always, &ts_cpu_kernels_scalar),
    CPU("avx2", has_avx2, &ts_cpu_kernels_avx2),
    CPU("avx512", has_avx512, &ts_cpu_kernels_avx512),
    {"opencl", has_opencl, true, NULL, opencl_open, opencl_close, ts_cl_engine_launches, opencl_walk, opencl_values},
};

const int ts_backend_count = sizeof ts_backends / sizeof ts_backends[0];

const ts_backend *ts_backend_choose(const char *name, ts_error *error)
{
    for (int i = ts_backend_count - 1; i >= 0; i--) {
        const ts_backend *backend = &ts_backends[i];
        if (strcmp(name, "auto") == 0 && !backend->on_request && backend->available()) return backend;
        if (strcmp(name, backend->name) != 0) continue;
        if (backend->open || backend->available()) return backend;
        ts_fail(error, TS_UNAVAILABLE, "back end %s: this processor lacks its instructions", name);
        return NULL;
    }
    ts_fail(error, TS_USAGE, "unknown back end '%s': expected auto, scalar, avx2, avx512 or opencl", name);
    return NULL;
}

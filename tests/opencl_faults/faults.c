#define _GNU_SOURCE
/* A library that is the machine's OpenCL with one fault, for tests: it defines the functions that are to fail and is
 * linked to libOpenCL, where a loader that asks this library finds all others.
 *
 * OPENCL_FAULT=NAME[:N] names the fault of the table below; from its N-th call on (the first when not said) the
 * function fails. Without the variable all is as it is without this library. */
#include "host/backend/opencl/api.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PLATFORM_NOT_FOUND = -1001, LOG_LINES = 100 };

/* Is this fault asked for, and its time come? A change of the variable starts a new count. */
static bool fails(const char *name)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static char last[64];
    static long calls;
    const char *said = getenv("OPENCL_FAULT"), *asked = said ? said : "";
    const size_t length = strlen(name);
    const bool meant = !strncmp(asked, name, length) && (!asked[length] || asked[length] == ':');
    pthread_mutex_lock(&lock);
    if (strncmp(asked, last, sizeof last - 1)) calls = 0;
    snprintf(last, sizeof last, "%s", asked);
    const bool now = meant && ++calls >= (asked[length] ? strtol(asked + length + 1, NULL, 10) : 1);
    pthread_mutex_unlock(&lock);
    return now;
}

/* The function of the real library. */
#define REAL(function) ((__typeof__(&function))real(#function))
typedef void (*any_function)(void);
static any_function real(const char *name)
{
    any_function function;
    void *found = dlsym(RTLD_NEXT, name);
    if (!found) abort();
    memcpy(&function, &found, sizeof function);
    return function;
}

/* Functions that fail with a code and nothing else: X(fault, code, function, parameters, arguments) */
#define FAULTS(X)                                                                                                      \
    X("write", CL_OUT_OF_RESOURCES, clEnqueueWriteBuffer,                                                              \
      (cl_command_queue q, cl_mem m, cl_bool b, size_t o, size_t n, const void *p, cl_uint w, const cl_event *l,       \
       cl_event *e),                                                                                                   \
      (q, m, b, o, n, p, w, l, e))                                                                                     \
    X("launch", CL_OUT_OF_RESOURCES, clEnqueueNDRangeKernel,                                                           \
      (cl_command_queue q, cl_kernel k, cl_uint d, const size_t *o, const size_t *g, const size_t *n, cl_uint w,       \
       const cl_event *l, cl_event *e),                                                                                \
      (q, k, d, o, g, n, w, l, e))                                                                                     \
    X("argument", CL_INVALID_ARG_SIZE, clSetKernelArg, (cl_kernel k, cl_uint i, size_t n, const void *p),              \
      (k, i, n, p))                                                                                                    \
    X("build", CL_BUILD_PROGRAM_FAILURE, clBuildProgram,                                                               \
      (cl_program p, cl_uint n, const cl_device_id *d, const char *o, void(CL_CALLBACK * f)(cl_program, void *),       \
       void *u),                                                                                                       \
      (p, n, d, o, f, u))

#define DEFINE(fault, code, function, parameters, arguments)                                                           \
    cl_int CL_API_CALL function parameters { return fails(fault) ? (code) : REAL(function) arguments; }
FAULTS(DEFINE)

cl_int CL_API_CALL clGetPlatformIDs(cl_uint room, cl_platform_id *platforms, cl_uint *count)
{
    if (!fails("no_platform")) return REAL(clGetPlatformIDs)(room, platforms, count);
    if (count) *count = 0;
    return PLATFORM_NOT_FOUND;
}

cl_int CL_API_CALL clGetDeviceIDs(cl_platform_id platform, cl_device_type type, cl_uint room, cl_device_id *devices,
                                  cl_uint *count)
{
    if (!fails("no_device")) return REAL(clGetDeviceIDs)(platform, type, room, devices, count);
    if (count) *count = 0;
    return CL_DEVICE_NOT_FOUND;
}

cl_int CL_API_CALL clGetDeviceInfo(cl_device_id device, cl_device_info what, size_t size, void *into, size_t *needed)
{
    if (what != CL_DEVICE_DOUBLE_FP_CONFIG || !fails("no_fp64"))
        return REAL(clGetDeviceInfo)(device, what, size, into, needed);
    memset(into, 0, sizeof(cl_device_fp_config));
    return CL_SUCCESS;
}

cl_context CL_API_CALL clCreateContext(const cl_context_properties *properties, cl_uint count,
                                       const cl_device_id *devices,
                                       void(CL_CALLBACK *notify)(const char *, const void *, size_t, void *),
                                       void *user, cl_int *status)
{
    if (!fails("context")) return REAL(clCreateContext)(properties, count, devices, notify, user, status);
    *status = CL_DEVICE_NOT_AVAILABLE;
    return NULL;
}

cl_mem CL_API_CALL clCreateBuffer(cl_context context, cl_mem_flags flags, size_t size, void *host, cl_int *status)
{
    if (!fails("memory")) return REAL(clCreateBuffer)(context, flags, size, host, status);
    *status = CL_MEM_OBJECT_ALLOCATION_FAILURE;
    return NULL;
}

/* A driver that ends work which takes too long says so to whoever waits for it: then nothing is at work any more. */
cl_int CL_API_CALL clFinish(cl_command_queue queue)
{
    cl_int status = REAL(clFinish)(queue);
    return fails("timeout") ? CL_OUT_OF_RESOURCES : status;
}

/* The answers of a device that computes wrongly: "arithmetic" turns the lowest bit of one result, "zero" the sign of
 * the first zero. */
static void spoil(unsigned char *bytes, size_t size, bool arithmetic, bool zero)
{
    if (arithmetic && size > 4096) bytes[4096] ^= 1;
    for (size_t i = 0; zero && i + 8 <= size; i += 8) {
        uint64_t bits;
        memcpy(&bits, bytes + i, sizeof bits);
        zero = bits != 0;
        if (!zero) bytes[i + 7] = 0x80;
    }
}

cl_int CL_API_CALL clEnqueueReadBuffer(cl_command_queue queue, cl_mem buffer, cl_bool wait, size_t offset, size_t size,
                                       void *into, cl_uint waits, const cl_event *list, cl_event *event)
{
    if (fails("read")) return CL_OUT_OF_RESOURCES;
    const bool arithmetic = fails("arithmetic"), zero = fails("zero"), wrong = arithmetic || zero;
    cl_int status = REAL(clEnqueueReadBuffer)(queue, buffer, wait || wrong, offset, size, into, waits, list, event);
    if (status == CL_SUCCESS) spoil(into, size, arithmetic, zero);
    return wait && fails("timeout") ? CL_OUT_OF_RESOURCES : status;
}

cl_int CL_API_CALL clGetProgramBuildInfo(cl_program program, cl_device_id device, cl_program_build_info what,
                                         size_t size, void *into, size_t *needed)
{
    char log[LOG_LINES * 24] = "";
    if (what != CL_PROGRAM_BUILD_LOG || !fails("build"))
        return REAL(clGetProgramBuildInfo)(program, device, what, size, into, needed);
    for (int i = 1; i <= LOG_LINES; i++)
        snprintf(log + strlen(log), sizeof log - strlen(log), "line %d of the log\n", i);
    if (needed) *needed = strlen(log) + 1;
    if (into && size > strlen(log)) memcpy(into, log, strlen(log) + 1);
    return CL_SUCCESS;
}

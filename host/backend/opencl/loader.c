/* Finds the functions of OpenCL in the library of the machine, while the program runs. */
#include "host/backend/opencl/api.h"

#include <dlfcn.h>
#include <string.h>

static const char DEFAULT_LIBRARY[] = "libOpenCL.so.1";

#define ROW(function) {#function, offsetof(ts_cl_api, function)},
static const struct {
    const char *name;
    size_t offset;
} rows[] = {TS_CL_FUNCTIONS(ROW)};

int ts_cl_load(const char *library, ts_cl_api *api, ts_error *error)
{
    const char *name = library ? library : DEFAULT_LIBRARY;
    void *handle = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        const char *why = dlerror();
        return ts_fail(error, TS_UNAVAILABLE,
                       "no OpenCL on this machine: %s; install the loader and a driver (Debian: ocl-icd-libopencl1, "
                       "and pocl-opencl-icd for the processor or the graphics card's own)",
                       why ? why : name);
    }
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        void *found = dlsym(handle, rows[i].name);
        if (!found)
            return ts_fail(error, TS_UNAVAILABLE, "%s: has no %s: expected an OpenCL library of version 1.2 or later",
                           name, rows[i].name);
        memcpy((char *)api + rows[i].offset, &found, sizeof found);
    }
    return 0;
}

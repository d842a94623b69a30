#define _GNU_SOURCE
#include "tests/opencl_machine.h"

#include "tests/temporary.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

char opencl_folder[PATH_MAX];

/* Drivers keep caches of their own: here, not in the home of whoever runs the test. */
int opencl_set_up(void **state)
{
    if (ts_temporary_make(state) || !realpath(ts_temporary(""), opencl_folder)) return -1;
    setenv("POCL_CACHE_DIR", opencl_folder, 1);
    setenv("CUDA_CACHE_PATH", opencl_folder, 1);
    return setenv("XDG_CACHE_HOME", opencl_folder, 1);
}

void opencl_expect(const ts_error *error, int code, const char *text)
{
    if (error->code != code || !strstr(error->text, text))
        fail_msg("\"%s\" is not in error %d: %s", text, error->code, error->text);
}

ts_cl *opencl_or_skip(const char *library)
{
    ts_error error = {0};
    ts_cl *cl = ts_cl_open(library, &error);
    if (cl) return cl;
    print_message("skipped: %s\n", error.text);
    skip();
    return NULL;
}

ts_cl_context *opencl_context(const ts_cl *cl)
{
    ts_error error = {0};
    ts_cl_context *context = ts_cl_context_new(cl, ts_cl_device_at(cl, 0), &error);
    if (!context) fail_msg("%s", error.text);
    return context;
}

ts_cl_program *opencl_build(ts_cl_context *context, const char *text)
{
    ts_error error = {0};
    ts_cl_program *program = ts_cl_program_new(context, "test", text, "", &error);
    if (!program) fail_msg("%s", error.text);
    return program;
}

/* The OpenCL of the machine that a test runs on, and the same with faults: what the tests of the back end begin with.
 */
#ifndef TS_TESTS_OPENCL_MACHINE_H
#define TS_TESTS_OPENCL_MACHINE_H

#include "host/backend/opencl/opencl.h"

/* The library that makes the faults which OPENCL_FAULT names; TS_BINARY_DIR is the test's. */
#define OPENCL_FAULTS TS_BINARY_DIR "/tests/libopencl_faults.so"

/* The folder of the test's files as an absolute path, where all caches are, so that a run neither finds nor leaves
 * binaries. opencl_set_up is the cmocka group set-up that makes it; ts_temporary_remove removes it. */
extern char opencl_folder[];
int opencl_set_up(void **state);

/* Open a library (NULL: the machine's); skips the running test, with a message, when it has no device. */
ts_cl *opencl_or_skip(const char *library);

/* A context on the first device; a program without options. Fail the test where they cannot be had. */
ts_cl_context *opencl_context(const ts_cl *cl);
ts_cl_program *opencl_build(ts_cl_context *context, const char *text);

/* Fail the test unless the error has this code and its text holds `text`. */
void opencl_expect(const ts_error *error, int code, const char *text);

#endif

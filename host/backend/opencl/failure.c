/* What the numbers mean with which OpenCL says that something failed. */
#include "host/backend/opencl/api.h"

#include <stdarg.h>
#include <stdio.h>

#define ROW(code)                                                                                                      \
    {                                                                                                                  \
        code, #code                                                                                                    \
    }
static const struct {
    cl_int code;
    const char *name;
} rows[] = {ROW(CL_DEVICE_NOT_FOUND),
            ROW(CL_DEVICE_NOT_AVAILABLE),
            ROW(CL_COMPILER_NOT_AVAILABLE),
            ROW(CL_MEM_OBJECT_ALLOCATION_FAILURE),
            ROW(CL_OUT_OF_RESOURCES),
            ROW(CL_OUT_OF_HOST_MEMORY),
            ROW(CL_BUILD_PROGRAM_FAILURE),
            ROW(CL_INVALID_VALUE),
            ROW(CL_INVALID_PLATFORM),
            ROW(CL_INVALID_DEVICE),
            ROW(CL_INVALID_CONTEXT),
            ROW(CL_INVALID_COMMAND_QUEUE),
            ROW(CL_INVALID_MEM_OBJECT),
            ROW(CL_INVALID_BINARY),
            ROW(CL_INVALID_BUILD_OPTIONS),
            ROW(CL_INVALID_PROGRAM),
            ROW(CL_INVALID_PROGRAM_EXECUTABLE),
            ROW(CL_INVALID_KERNEL_NAME),
            ROW(CL_INVALID_KERNEL),
            ROW(CL_INVALID_ARG_INDEX),
            ROW(CL_INVALID_ARG_VALUE),
            ROW(CL_INVALID_ARG_SIZE),
            ROW(CL_INVALID_KERNEL_ARGS),
            ROW(CL_INVALID_WORK_GROUP_SIZE),
            ROW(CL_INVALID_WORK_ITEM_SIZE),
            ROW(CL_INVALID_EVENT),
            ROW(CL_INVALID_OPERATION),
            ROW(CL_INVALID_BUFFER_SIZE),
            ROW(CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST)};

static const char *name_of(cl_int code)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].code == code) return rows[i].name;
    return "error";
}

int ts_cl_fail(ts_error *error, cl_int code, const char *format, ...)
{
    char text[sizeof error->text];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return ts_fail(error, TS_UNAVAILABLE, "%s: %s (%d)", text, name_of(code), (int)code);
}

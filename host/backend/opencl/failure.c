/* What the numbers mean with which OpenCL says that something failed. */
#include "host/backend/opencl/api.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

#define ROW(code)                                                                                                      \
    {                                                                                                                  \
        code, #code, false                                                                                             \
    }
#define OURS(code)                                                                                                     \
    {                                                                                                                  \
        code, #code, true                                                                                              \
    }
static const struct {
    cl_int code;
    const char *name;
    bool ours; /* only a wrong call of ours makes it; drivers say nearly all others once a device is lost */
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
            OURS(CL_INVALID_KERNEL_NAME),
            ROW(CL_INVALID_KERNEL),
            OURS(CL_INVALID_ARG_INDEX),
            OURS(CL_INVALID_ARG_VALUE),
            OURS(CL_INVALID_ARG_SIZE),
            OURS(CL_INVALID_KERNEL_ARGS),
            ROW(CL_INVALID_WORK_GROUP_SIZE),
            ROW(CL_INVALID_WORK_ITEM_SIZE),
            ROW(CL_INVALID_EVENT),
            ROW(CL_INVALID_OPERATION),
            ROW(CL_INVALID_BUFFER_SIZE),
            ROW(CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST),
            {0, "error", false}};

/* The row of a code; the last one for a code without. */
static size_t row_of(cl_int code)
{
    size_t i = 0;
    while (i < sizeof rows / sizeof *rows - 1 && rows[i].code != code) i++;
    return i;
}

int ts_cl_fail(ts_error *error, cl_int code, const char *format, ...)
{
    char text[sizeof error->text];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    size_t row = row_of(code);
    return ts_fail(error, rows[row].ours ? TS_FAILED : TS_UNAVAILABLE, "%s: %s (%d)", text, rows[row].name, (int)code);
}

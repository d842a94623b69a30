#define _GNU_SOURCE
/* Every fault that opencl_faults/ can make ends in a sentence, and never in a device that is used. */
#include "tests/opencl_machine.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* A fault, and what using a device under it must say; all are TS_UNAVAILABLE. */
static const struct {
    const char *fault, *says;
} faults[] = {
    {"no_platform", "no platform (driver) is: install one"},
    {"no_device", "but no device"},
    {"no_fp64", "cannot be used: it has no double precision (fp64)"},
    {"context", "no context: CL_DEVICE_NOT_AVAILABLE (-2)"},
    {"memory", "CL_MEM_OBJECT_ALLOCATION_FAILURE (-4)"},
    {"memory:2", "CL_MEM_OBJECT_ALLOCATION_FAILURE (-4)"},
    {"write", "copying to the device: CL_OUT_OF_RESOURCES (-5)"},
    {"launch", "kernel self_check: CL_OUT_OF_RESOURCES (-5)"},
    {"launch:5", "kernel self_check: CL_OUT_OF_RESOURCES (-5)"},
    {"read:3", "copying from the device: CL_OUT_OF_RESOURCES (-5)"},
    {"arithmetic", "its arithmetic differs from the processor's: "},
    {"arithmetic:8", "its arithmetic differs from the processor's: "},
    {"zero", "is -0x0p+0 instead of 0x0p+0"},
    {"build", "program self_check does not compile: CL_BUILD_PROGRAM_FAILURE (-11); its log begins:\nline 1 of"}};

static void every_fault_is_told(void **state)
{
    (void)state;
    if (access(OPENCL_FAULTS, R_OK)) {
        print_message("skipped: %s is not there: no OpenCL library was found when this was built\n", OPENCL_FAULTS);
        skip();
    }
    ts_cl_free(opencl_or_skip(OPENCL_FAULTS));
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        ts_error error = {0};
        setenv("OPENCL_FAULT", faults[i].fault, 1);
        ts_cl *cl = ts_cl_open(OPENCL_FAULTS, &error);
        ts_cl_context *context = cl ? ts_cl_use(cl, "0:0", &error) : NULL;
        unsetenv("OPENCL_FAULT");
        if (context) fail_msg("%s: the device was not refused", faults[i].fault);
        ts_cl_free(cl);
        opencl_expect(&error, TS_UNAVAILABLE, faults[i].says);
        assert_null(strstr(error.text, "line 9 of the log"));
    }
}

/* What a driver answers after it has ended work that took too long. */
static void work_that_was_ended_is_told(void **state)
{
    (void)state;
    ts_error error = {0};
    if (access(OPENCL_FAULTS, R_OK)) skip();
    ts_cl *cl = opencl_or_skip(OPENCL_FAULTS);
    ts_cl_context *context = opencl_context(cl);
    ts_cl_queue *queue = ts_cl_queue_new(context, &error);
    assert_non_null(queue);
    setenv("OPENCL_FAULT", "timeout:2", 1);
    assert_int_equal(ts_cl_finish(queue, &error), 0);
    assert_int_equal(ts_cl_finish(queue, &error), -1);
    unsetenv("OPENCL_FAULT");
    opencl_expect(&error, TS_UNAVAILABLE, "finishing a queue: CL_OUT_OF_RESOURCES (-5)");
    ts_cl_queue_free(queue);
    ts_cl_context_free(context);
    ts_cl_free(cl);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fault_is_told),
        cmocka_unit_test(work_that_was_ended_is_told),
    };
    return cmocka_run_group_tests(tests, opencl_set_up, ts_temporary_remove);
}

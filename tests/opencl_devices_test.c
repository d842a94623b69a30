#define _GNU_SOURCE
/* Devices: listed, described, named, checked; and the command that shows them. */
#include "tests/opencl_machine.h"
#include "tests/shell.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

static void a_library_that_is_missing_or_foreign_is_told(void **state)
{
    (void)state;
    ts_error missing = {0}, foreign = {0};
    assert_null(ts_cl_open("no-such-library.so.1", &missing));
    opencl_expect(&missing, TS_UNAVAILABLE, "no OpenCL on this machine: no-such-library.so.1: cannot open");
    opencl_expect(&missing, TS_UNAVAILABLE, "ocl-icd-libopencl1");
    assert_null(ts_cl_open("libm.so.6", &foreign));
    opencl_expect(&foreign, TS_UNAVAILABLE, "libm.so.6: has no clGetPlatformIDs: expected an OpenCL library");
}

static void devices_are_described(void **state)
{
    (void)state;
    ts_cl *cl = opencl_or_skip(NULL);
    assert_true(ts_cl_device_count(cl) > 0);
    for (size_t i = 0; i < ts_cl_device_count(cl); i++) {
        const ts_cl_device *device = ts_cl_device_at(cl, i);
        ts_error error = {0};
        assert_ptr_equal(ts_cl_device_find(cl, device->label, &error), device);
        assert_true(*device->name && *device->driver && *device->type);
        assert_true(device->memory >= device->largest_allocation && device->compute_units > 0);
    }
    ts_cl_free(cl);
}

static void labels_of_devices_are_checked(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",    "0",    ":",     "0:",    ":0",    "gpu",     "0:0:0",
                                        "0 0", " 0:0", "-1:0",  "+0:0",  "00:0",  "0:00000", "99999:0",
                                        "0,0", "0:0 ", "0x0:0", "0:0\n", "1e1:0", "Auto"};
    ts_cl *cl = opencl_or_skip(NULL);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        ts_error error = {0};
        assert_null(ts_cl_use(cl, wrong[i], &error));
        opencl_expect(&error, TS_USAGE, "is no OpenCL device: expected P:D");
    }
    ts_error error = {0};
    assert_null(ts_cl_device_find(cl, "77:0", &error));
    opencl_expect(&error, TS_UNAVAILABLE, "there is no OpenCL device 77:0; this machine has 0:0 (");
    ts_cl_free(cl);
}

static void the_self_check_passes_where_a_device_is_conforming(void **state)
{
    (void)state;
    ts_cl *cl = opencl_or_skip(NULL);
    ts_error error = {0};
    ts_cl_context *context = ts_cl_use(cl, "auto", &error);
    if (!context) fail_msg("%s", error.text);
    assert_string_equal(ts_cl_context_device(context)->refusal, "");
    ts_cl_context_free(context);
    ts_cl_free(cl);
}

static void the_command_lists_devices(void **state)
{
    (void)state;
    ts_cl_free(opencl_or_skip(NULL));
    if (access(TS_BINARY_DIR "/bin/tradestream", X_OK)) {
        print_message("skipped: %s/bin/tradestream has not been built\n", TS_BINARY_DIR);
        skip();
    }
    shell_expect(shell(TRADESTREAM "devices"), 0, "");
    shell_expect_out("self-check");
    shell_expect_out("0:0 ");
    shell_expect(shell(TRADESTREAM "devices --format json --device 0:0"), 0, "");
    shell_expect_out("\"device\": \"0:0\"");
    shell_expect_out("\"usable\": true");
    static const shell_refusal refusals[] = {{"--device 77:0", 69, "there is no OpenCL device 77:0"},
                                             {"--device gpu", 2, "expected P:D"},
                                             {"--format csv", 2, "table|json"},
                                             {"--opencl-library no-such.so", 69, "no OpenCL on this machine"}};
    shell_refuses(TRADESTREAM "devices", refusals, sizeof refusals / sizeof *refusals);
    if (access(OPENCL_FAULTS, R_OK)) return;
    const char *faulty = "OPENCL_FAULT=no_fp64 " TRADESTREAM "devices --opencl-library " OPENCL_FAULTS;
    shell_expect(shell("%s --format json", faulty), 0, "");
    shell_expect_out("\"usable\": false");
    shell_expect(shell("%s --device 0:0", faulty), 69, "no double precision");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_library_that_is_missing_or_foreign_is_told),
        cmocka_unit_test(devices_are_described),
        cmocka_unit_test(labels_of_devices_are_checked),
        cmocka_unit_test(the_self_check_passes_where_a_device_is_conforming),
        cmocka_unit_test(the_command_lists_devices),
    };
    return cmocka_run_group_tests(tests, opencl_set_up, ts_temporary_remove);
}

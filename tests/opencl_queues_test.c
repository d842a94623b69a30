/* Queues, buffers and launches do what they are told, in the order they are told. */
#include "tests/opencl_machine.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char KERNELS[] = "kernel void times(global uint *x, uint by, uint plus)\n"
                              "{ size_t i = get_global_id(0); x[i] = x[i] * by + plus; }\n"
                              "kernel void turn(global uint *x, local uint *shared)\n"
                              "{ size_t i = get_global_id(0), n = get_local_size(0), l = get_local_id(0);\n"
                              "  shared[l] = x[i]; barrier(CLK_LOCAL_MEM_FENCE); x[i] = shared[n - 1 - l]; }\n";

enum { ITEMS = 4096, GROUP = 16, STEPS = 50 };

/* One kernel doubles and adds, the other turns each group around, in two queues by turns. */
static void run_steps(ts_cl_queue *queues[2], ts_cl_kernel *kernels[2], ts_cl_buffer *buffer, ts_error *error)
{
    const ts_cl_range range = {.dimensions = 1, .items = {ITEMS}, .group = {GROUP}};
    const uint32_t by = 3;
    for (uint32_t step = 0; step < STEPS && !error->code; step++) {
        const ts_cl_argument times[] = {TS_CL_BUFFER(buffer), TS_CL_VALUE(by), TS_CL_VALUE(step)};
        const ts_cl_argument turn[] = {TS_CL_BUFFER(buffer), TS_CL_LOCAL(GROUP * sizeof(uint32_t))};
        ts_cl_launch(queues[0], kernels[0], times, 3, &range, error);
        ts_cl_queue_follow(queues[1], queues[0], error);
        ts_cl_launch(queues[1], kernels[1], turn, 2, &range, error);
        ts_cl_queue_follow(queues[0], queues[1], error);
    }
}

static void expect_steps(uint32_t *got)
{
    for (uint32_t i = 0; i < ITEMS; i++) {
        uint32_t x = (i ^ (STEPS % 2 ? GROUP - 1 : 0)) * 7;
        for (uint32_t step = 0; step < STEPS; step++) x = x * 3 + step;
        assert_int_equal(got[i], x);
    }
}

static void queues_follow_each_other(void **state)
{
    (void)state;
    static uint32_t x[ITEMS];
    ts_error error = {0};
    ts_cl *cl = opencl_or_skip(NULL);
    ts_cl_context *context = opencl_context(cl);
    ts_cl_program *program = opencl_build(context, KERNELS);
    ts_cl_queue *queues[2] = {ts_cl_queue_new(context, &error), ts_cl_queue_new(context, &error)};
    ts_cl_kernel *kernels[2] = {ts_cl_kernel_new(program, "times", &error), ts_cl_kernel_new(program, "turn", &error)};
    ts_cl_buffer *buffer = ts_cl_buffer_new(context, sizeof x, &error);
    assert_int_equal(error.code, TS_OK);
    assert_true(ts_cl_kernel_work_group(kernels[0]) >= GROUP);
    for (uint32_t i = 0; i < ITEMS; i++) x[i] = i * 7;
    ts_cl_write(queues[0], buffer, 0, x, sizeof x, false, &error);
    run_steps(queues, kernels, buffer, &error);
    ts_cl_finish(queues[0], &error);
    ts_cl_read(queues[1], buffer, 0, x, sizeof x, true, &error);
    if (error.code) fail_msg("%s", error.text);
    expect_steps(x);
    assert_int_equal(ts_cl_read(queues[0], buffer, sizeof x - 4, x, 8, true, &error), -1);
    opencl_expect(&error, TS_FAILED, "of a buffer of 16384");
    for (int i = 0; i < 2; i++) ts_cl_kernel_free(kernels[i]), ts_cl_queue_free(queues[i]);
    ts_cl_buffer_free(buffer);
    ts_cl_program_free(program);
    ts_cl_context_free(context);
    ts_cl_free(cl);
}

static const char SLOW[] = "kernel void slow(global uint *x, uint n)\n"
                           "{ uint y = 1; for (uint i = 0; i < n; i++) y = y * 1664525u + 1013904223u; x[0] = y; }\n"
                           "kernel void copy(global uint *x) { x[1] = x[0]; }\n";

static uint32_t expected_of_slow(uint32_t turns)
{
    uint32_t y = 1;
    while (turns--) y = y * 1664525u + 1013904223u;
    return y;
}

/* A single work-item is long at work; another thread of the device would be free for what must wait. */
static void a_queue_waits_for_slow_work(void **state)
{
    (void)state;
    ts_error error = {0};
    const uint32_t turns = 30000000;
    uint32_t x[2] = {0, 0};
    ts_cl *cl = opencl_or_skip(NULL);
    ts_cl_context *context = opencl_context(cl);
    ts_cl_program *program = opencl_build(context, SLOW);
    ts_cl_queue *first = ts_cl_queue_new(context, &error), *second = ts_cl_queue_new(context, &error);
    ts_cl_kernel *slow = ts_cl_kernel_new(program, "slow", &error), *copy = ts_cl_kernel_new(program, "copy", &error);
    ts_cl_buffer *buffer = ts_cl_buffer_new(context, sizeof x, &error);
    assert_int_equal(error.code, TS_OK);
    const ts_cl_range one = {.dimensions = 1, .items = {1}};
    const ts_cl_argument arguments[] = {TS_CL_BUFFER(buffer), TS_CL_VALUE(turns)};
    ts_cl_write(first, buffer, 0, x, sizeof x, true, &error);
    ts_cl_launch(first, slow, arguments, 2, &one, &error);
    ts_cl_queue_follow(second, first, &error);
    ts_cl_launch(second, copy, arguments, 1, &one, &error);
    ts_cl_read(second, buffer, 0, x, sizeof x, true, &error);
    if (error.code) fail_msg("%s", error.text);
    assert_int_equal(x[1], expected_of_slow(turns));
    ts_cl_buffer_free(buffer);
    ts_cl_kernel_free(copy), ts_cl_kernel_free(slow);
    ts_cl_queue_free(second), ts_cl_queue_free(first);
    ts_cl_program_free(program);
    ts_cl_context_free(context);
    ts_cl_free(cl);
}

static void buffers_are_within_what_the_device_allows(void **state)
{
    (void)state;
    ts_cl *cl = opencl_or_skip(NULL);
    ts_cl_context *context = opencl_context(cl);
    ts_error none = {0}, large = {0};
    assert_null(ts_cl_buffer_new(context, 0, &none));
    opencl_expect(&none, TS_UNAVAILABLE, "a buffer of 0 bytes: expected 1 to ");
    assert_null(ts_cl_buffer_new(context, SIZE_MAX, &large));
    opencl_expect(&large, TS_UNAVAILABLE, "its largest allocation");
    ts_cl_context_free(context);
    ts_cl_free(cl);
}

static void launch_times(ts_cl_queue *queue, ts_cl_kernel *kernel, ts_cl_buffer *buffer, int launches, ts_error *error)
{
    const ts_cl_range range = {.dimensions = 1, .items = {ITEMS}, .group = {GROUP}};
    const uint32_t by = 1, plus = 1;
    const ts_cl_argument times[] = {TS_CL_BUFFER(buffer), TS_CL_VALUE(by), TS_CL_VALUE(plus)};
    for (int i = 0; i < launches; i++) ts_cl_launch(queue, kernel, times, 3, &range, error);
}

static void launches_are_timed_by_kernel(void **state)
{
    (void)state;
    static uint32_t x[ITEMS];
    ts_error error = {0};
    ts_cl_spent spent[2];
    ts_cl *cl = opencl_or_skip(NULL);
    ts_cl_context *context = opencl_context(cl);
    ts_cl_program *program = opencl_build(context, KERNELS);
    ts_cl_queue *queue = ts_cl_queue_new(context, &error);
    ts_cl_kernel *kernel = ts_cl_kernel_new(program, "times", &error),
                 *turn = ts_cl_kernel_new(program, "turn", &error);
    ts_cl_buffer *buffer = ts_cl_buffer_new(context, sizeof x, &error);
    ts_cl_write(queue, buffer, 0, x, sizeof x, false, &error);
    launch_times(queue, kernel, buffer, 2, &error);
    assert_int_equal(ts_cl_profile_begin(queue, &error), 0);
    launch_times(queue, kernel, buffer, 1500, &error); /* more than the events of one block */
    const ts_cl_range range = {.dimensions = 1, .items = {ITEMS}, .group = {GROUP}};
    const ts_cl_argument argument[] = {TS_CL_BUFFER(buffer), TS_CL_LOCAL(GROUP * sizeof(uint32_t))};
    ts_cl_launch(queue, turn, argument, 2, &range, &error);
    assert_int_equal(ts_cl_profile_end(queue, spent, 2, &error), 2);
    launch_times(queue, kernel, buffer, 3, &error);
    ts_cl_read(queue, buffer, 0, x, sizeof x, true, &error);
    assert_int_equal(error.code, TS_OK);
    assert_string_equal(spent[0].kernel, "times");
    assert_string_equal(spent[1].kernel, "turn");
    assert_int_equal(spent[0].launches, 1500);
    assert_int_equal(spent[1].launches, 1);
    assert_true(spent[0].seconds > spent[1].seconds && spent[0].seconds < 100);
    for (size_t i = 0; i < ITEMS; i++) assert_int_equal(x[i], 1505);
    assert_int_equal(ts_cl_profile_begin(queue, &error), 0);
    assert_int_equal(ts_cl_profile_end(queue, spent, 2, &error), 0);
    assert_int_equal(error.code, TS_OK); /* nothing was launched */
    ts_cl_buffer_free(buffer);
    ts_cl_kernel_free(turn);
    ts_cl_kernel_free(kernel);
    ts_cl_queue_free(queue);
    ts_cl_program_free(program);
    ts_cl_context_free(context);
    ts_cl_free(cl);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(queues_follow_each_other),
        cmocka_unit_test(launches_are_timed_by_kernel),
        cmocka_unit_test(a_queue_waits_for_slow_work),
        cmocka_unit_test(buffers_are_within_what_the_device_allows),
    };
    return cmocka_run_group_tests(tests, opencl_set_up, ts_temporary_remove);
}

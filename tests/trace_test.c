#include "common/trace.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define TRACE "4bf92f3577b34da6a3ce929d0e0e4736"
#define SPAN  "00f067aa0ba902b7"

static void good_ones_are_read(void **state)
{
    (void)state;
    ts_trace trace;
    char text[TS_TRACE_TEXT];
    assert_true(ts_trace_parse("00-" TRACE "-" SPAN "-01", "a=1,b=2", &trace));
    assert_string_equal(trace.trace_id, TRACE);
    assert_string_equal(trace.span_id, SPAN);
    assert_string_equal(trace.state, "a=1,b=2");
    assert_int_equal(trace.flags, 1);
    assert_string_equal(ts_trace_text(&trace, text), "00-" TRACE "-" SPAN "-01");
    assert_true(ts_trace_parse("00-" TRACE "-" SPAN "-00", NULL, &trace));
    assert_int_equal(trace.flags & TS_TRACE_SAMPLED, 0);
    /* Later versions may be longer, and their other flags are not ours to pass on. */
    assert_true(ts_trace_parse("cc-" TRACE "-" SPAN "-09", NULL, &trace));
    assert_string_equal(ts_trace_text(&trace, text), "00-" TRACE "-" SPAN "-01");
    assert_true(ts_trace_parse("cc-" TRACE "-" SPAN "-01-what-the-future-will-be", NULL, &trace));
}

static void bad_ones_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "00",
                                      "00-" TRACE "-" SPAN "-0",
                                      "00-" TRACE "-" SPAN "-01-",
                                      "00-" TRACE "-" SPAN "-01-more",
                                      "00-" TRACE "-" SPAN "-01 ",
                                      " 00-" TRACE "-" SPAN "-01",
                                      "cc-" TRACE "-" SPAN "-01.",
                                      "ff-" TRACE "-" SPAN "-01",
                                      "0g-" TRACE "-" SPAN "-01",
                                      "00-4BF92F3577B34DA6A3CE929D0E0E4736-" SPAN "-01",
                                      "00-" TRACE "-00F067AA0BA902B7-01",
                                      "00-" TRACE "-" SPAN "-0A",
                                      "00-00000000000000000000000000000000-" SPAN "-01",
                                      "00-" TRACE "-0000000000000000-01",
                                      "00_" TRACE "-" SPAN "-01",
                                      "00-" TRACE "_" SPAN "-01",
                                      "00-" TRACE "-" SPAN "_01",
                                      "00-4bf92f3577b34da6a3ce929d0e0e473-" SPAN "-01",
                                      "00-4bf92f3577b34da6a3ce929d0e0e473x-" SPAN "-01"};
    ts_trace trace = {.trace_id = "untouched"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (ts_trace_parse(bad[i], NULL, &trace)) fail_msg("'%s' was taken", bad[i]);
    assert_string_equal(trace.trace_id, "untouched");
}

static void a_state_that_is_too_long_is_dropped(void **state)
{
    (void)state;
    ts_trace trace;
    char text[TS_TRACE_STATE + 1];
    memset(text, 'a', sizeof text);
    text[TS_TRACE_STATE] = '\0';
    assert_true(ts_trace_parse("00-" TRACE "-" SPAN "-01", text, &trace));
    assert_string_equal(trace.state, "");
    text[TS_TRACE_STATE - 1] = '\0';
    assert_true(ts_trace_parse("00-" TRACE "-" SPAN "-01", text, &trace));
    assert_string_equal(trace.state, text);
}

static void new_ones_differ(void **state)
{
    (void)state;
    ts_trace one, two, child, read;
    char text[TS_TRACE_TEXT];
    ts_trace_new(&one);
    ts_trace_new(&two);
    assert_string_not_equal(one.trace_id, two.trace_id);
    assert_true(ts_trace_parse(ts_trace_text(&one, text), NULL, &read));
    ts_trace_child(&one, &child);
    assert_string_equal(child.trace_id, one.trace_id);
    assert_string_not_equal(child.span_id, one.span_id);
}

static void *another_thread(void *unused)
{
    (void)unused;
    return ts_trace_current() ? (void *)1 : NULL;
}

static void each_thread_has_its_own(void **state)
{
    (void)state;
    ts_trace trace;
    pthread_t thread;
    void *seen = NULL;
    assert_null(ts_trace_current());
    ts_trace_new(&trace);
    ts_trace_set(&trace);
    assert_string_equal(ts_trace_current()->trace_id, trace.trace_id);
    assert_int_equal(pthread_create(&thread, NULL, another_thread, NULL), 0);
    assert_int_equal(pthread_join(thread, &seen), 0);
    assert_null(seen);
    ts_trace_set(NULL);
    assert_null(ts_trace_current());
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(good_ones_are_read), cmocka_unit_test(bad_ones_are_refused),
                                       cmocka_unit_test(a_state_that_is_too_long_is_dropped),
                                       cmocka_unit_test(new_ones_differ), cmocka_unit_test(each_thread_has_its_own)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

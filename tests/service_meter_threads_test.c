#include "services/service/meter.h"

#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { PLAIN, LABELLED, LEVEL, TIMES };

static const double bounds[] = {0.1, 1, INFINITY};
static const ts_meter meters[] = {[PLAIN] = {"plain_total", TS_COUNTER, NULL, NULL, "Plain."},
                                  [LABELLED] = {"labelled_total", TS_COUNTER, "a,b", NULL, "Two\nlines, one \\."},
                                  [LEVEL] = {"level", TS_GAUGE, NULL, NULL, "A level."},
                                  [TIMES] = {"times_seconds", TS_HISTOGRAM, "a", bounds, "Times."},
                                  {0}};

static int set_up(void **state)
{
    (void)state;
    ts_error error = {0};
    ts_meters_forget();
    return ts_meters_add(meters, &error);
}

static int tear_down(void **state)
{
    (void)state;
    ts_meters_forget();
    return 0;
}

static void expect(const char *wanted)
{
    ts_strbuf text = {0};
    ts_meters_text(&text);
    if (!strstr(text.text, wanted)) fail_msg("no '%s' in:\n%s", wanted, text.text);
    ts_strbuf_clear(&text);
}

static void the_text_is_as_prometheus_has_it(void **state)
{
    (void)state;
    expect("# HELP plain_total Plain.\n# TYPE plain_total counter\nplain_total 0\n");
    ts_meter_count(&meters[PLAIN], 2.5, NULL);
    ts_meter_count(&meters[PLAIN], -1, NULL);
    ts_meter_count(&meters[PLAIN], NAN, NULL);
    expect("\nplain_total 2.5\n");
    ts_meter_count(&meters[LABELLED], 1, "x", "a \"b\" \\ c\nd", NULL);
    expect("# HELP labelled_total Two\\nlines, one \\\\.\n");
    expect("\nlabelled_total{a=\"x\",b=\"a \\\"b\\\" \\\\ c\\nd\"} 1\n");
    ts_meter_count(&meters[LABELLED], 1, NULL); /* too few texts are empty ones */
    expect("\nlabelled_total{a=\"\",b=\"\"} 1\n");
    ts_meter_set(&meters[LEVEL], -INFINITY, NULL);
    expect("\nlevel -Inf\n");
    ts_meter_set(&meters[LEVEL], NAN, NULL);
    expect("\nlevel NaN\n");
    ts_meter_set(&meters[PLAIN], 7, NULL); /* not a gauge */
    expect("\nplain_total 2.5\n");
}

static void histograms_add_up(void **state)
{
    (void)state;
    const double values[] = {0.05, 0.1, 0.5, 7, NAN};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) ts_meter_observe(&meters[TIMES], values[i], "x", NULL);
    expect("# TYPE times_seconds histogram\n"
           "times_seconds_bucket{a=\"x\",le=\"0.1\"} 2\n"
           "times_seconds_bucket{a=\"x\",le=\"1\"} 3\n"
           "times_seconds_bucket{a=\"x\",le=\"+Inf\"} 4\n"
           "times_seconds_sum{a=\"x\"} 7.65\n"
           "times_seconds_count{a=\"x\"} 4\n");
}

static void label_sets_are_bounded(void **state)
{
    (void)state;
    char text[16];
    for (int i = 0; i < TS_METER_SERIES + 5; i++) {
        snprintf(text, sizeof text, "%d", i);
        ts_meter_count(&meters[LABELLED], 1, text, "", NULL);
    }
    ts_meter_count(&meters[LABELLED], 1, "0", "", NULL); /* one that is known still counts */
    expect("\nlabelled_total{a=\"0\",b=\"\"} 2\n");
    expect("\ntradestream_metrics_dropped_total 5\n");
}

static void bad_tables_are_refused(void **state)
{
    (void)state;
    static const double too_many[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, INFINITY};
    static const ts_meter bad[][2] = {{{"plain_total", TS_COUNTER, NULL, NULL, "Twice."}, {0}},
                                      {{"no_help", TS_GAUGE, NULL, NULL, ""}, {0}},
                                      {{"no_bounds", TS_HISTOGRAM, NULL, NULL, "Help."}, {0}},
                                      {{"many_bounds", TS_HISTOGRAM, NULL, too_many, "Help."}, {0}},
                                      {{"many_labels", TS_GAUGE, "a,b,c,d,e", NULL, "Help."}, {0}}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ts_error error = {0};
        assert_int_equal(ts_meters_add(bad[i], &error), -1);
        assert_int_equal(error.code, TS_FAILED);
        assert_non_null(strstr(error.text, bad[i]->name));
    }
}

static void *count_much(void *unused)
{
    for (int i = 0; i < 20000; i++) {
        ts_meter_count(&meters[PLAIN], 1, NULL);
        ts_meter_count(&meters[LABELLED], 1, i % 2 ? "odd" : "even", "x", NULL);
        ts_meter_observe(&meters[TIMES], 0.5, "x", NULL);
    }
    return unused;
}

static void threads_lose_nothing(void **state)
{
    (void)state;
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) assert_int_equal(pthread_create(&threads[i], NULL, count_much, NULL), 0);
    for (int i = 0; i < 50; i++) expect("plain_total");
    for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
    expect("\nplain_total 80000\n");
    expect("\nlabelled_total{a=\"odd\",b=\"x\"} 40000\n");
    expect("\ntimes_seconds_count{a=\"x\"} 80000\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(the_text_is_as_prometheus_has_it), TEST(histograms_add_up),
                                       TEST(label_sets_are_bounded), TEST(bad_tables_are_refused),
                                       TEST(threads_lose_nothing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

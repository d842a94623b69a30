#include "common/threads.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { JOBS = 5000, MOST_WORKERS = 8 };

typedef struct tally {
    atomic_int runs[JOBS];
    atomic_int busy[MOST_WORKERS]; /* jobs that a worker is in: never more than one */
    atomic_bool overlap, out_of_range;
    int workers;
} tally;

static void count_job(void *context, int worker, size_t index)
{
    tally *t = context;
    if (worker < 0 || worker >= t->workers || index >= JOBS) {
        atomic_store(&t->out_of_range, true);
        return;
    }
    if (atomic_fetch_add(&t->busy[worker], 1)) atomic_store(&t->overlap, true);
    atomic_fetch_add(&t->runs[index], 1);
    atomic_fetch_sub(&t->busy[worker], 1);
}

static void run_with(int workers, int rounds, size_t jobs)
{
    ts_error error = {0};
    tally *t = calloc(1, sizeof *t);
    ts_threads *threads = ts_threads_new(workers, &error);
    assert_non_null(t);
    assert_non_null(threads);
    assert_int_equal(ts_threads_count(threads), workers);
    t->workers = workers;
    for (int round = 0; round < rounds; round++) ts_threads_run(threads, jobs, count_job, t);
    for (size_t i = 0; i < JOBS; i++) assert_int_equal(atomic_load(&t->runs[i]), i < jobs ? rounds : 0);
    assert_false(atomic_load(&t->overlap));
    assert_false(atomic_load(&t->out_of_range));
    ts_threads_free(threads);
    free(t);
}

static void every_job_runs_once_a_round(void **state)
{
    (void)state;
    run_with(1, 3, JOBS);
    run_with(2, 20, JOBS);
    run_with(MOST_WORKERS, 20, JOBS);
}

static void few_jobs_and_many_rounds(void **state)
{
    (void)state;
    run_with(4, 2000, 3);
    run_with(4, 10, 0);
}

/* What a job writes must be visible to the caller after the run, without atomics: the thread sanitizer watches this. */
static void square(void *context, int worker, size_t index)
{
    (void)worker;
    ((size_t *)context)[index] += index * index;
}

static void results_are_visible_after_the_run(void **state)
{
    (void)state;
    ts_error error = {0};
    static size_t out[1000];
    ts_threads *threads = ts_threads_new(4, &error);
    assert_non_null(threads);
    for (size_t round = 1; round <= 50; round++) {
        ts_threads_run(threads, 1000, square, out);
        for (size_t i = 0; i < 1000; i++) assert_int_equal(out[i], round * i * i);
    }
    ts_threads_free(threads);
}

static void absurd_counts_are_usage_errors(void **state)
{
    (void)state;
    const int counts[] = {0, -1, 1000000};
    for (size_t i = 0; i < 3; i++) {
        ts_error error = {0};
        assert_null(ts_threads_new(counts[i], &error));
        assert_int_equal(error.code, TS_USAGE);
    }
    ts_threads_free(NULL);
}

static void at_least_one_core(void **state)
{
    (void)state;
    assert_in_range(ts_threads_available(), 1, 1 << 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_job_runs_once_a_round),
        cmocka_unit_test(few_jobs_and_many_rounds),
        cmocka_unit_test(results_are_visible_after_the_run),
        cmocka_unit_test(absurd_counts_are_usage_errors),
        cmocka_unit_test(at_least_one_core),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Two programs store at the same time: what both were given is stored once, and neither fails. */
#include "services/results/store.h"
#include "tests/database.h"
#include "tests/made_results.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { SOME = 3000, BATCH = 100, PROGRAMS = 2 };

static made_result made[SOME];

/* A program with a connection of its own; its asserts are made when it has ended. */
typedef struct program {
    pthread_t thread;
    ts_db *db;
    ts_record record[SOME];
    ts_results_counts counts;
    ts_error error;
} program;

static program programs[PROGRAMS];

static void *run(void *context)
{
    program *at = context;
    const ts_results_settings settings = {.cluster_id = "cluster"};
    for (size_t i = 0; i < SOME; i += BATCH)
        if (ts_results_store(at->db, &settings, &at->record[i], BATCH, &at->counts, &at->error)) break;
    return NULL;
}

static ts_db *run_all(void)
{
    for (int i = 0; i < PROGRAMS; i++) {
        programs[i].db = i ? database_again() : database_migrated();
        programs[i].counts = (ts_results_counts){0};
        programs[i].error = (ts_error){0};
    }
    for (int i = 0; i < PROGRAMS; i++)
        assert_int_equal(pthread_create(&programs[i].thread, NULL, run, &programs[i]), 0);
    for (int i = 0; i < PROGRAMS; i++) pthread_join(programs[i].thread, NULL);
    for (int i = 0; i < PROGRAMS; i++)
        if (programs[i].error.code) fail_msg("%s", programs[i].error.text);
    for (int i = 1; i < PROGRAMS; i++) ts_db_close(programs[i].db);
    return programs[0].db;
}

static uint64_t sum(size_t offset)
{
    uint64_t all = 0;
    for (int i = 0; i < PROGRAMS; i++) {
        uint64_t count;
        memcpy(&count, (const char *)&programs[i].counts + offset, sizeof count);
        all += count;
    }
    return all;
}
#define SUM(count) sum(offsetof(ts_results_counts, count))

static void expect_each_once(ts_db *db)
{
    assert_int_equal(database_int(db, "SELECT count(*) FROM results"), SOME);
    assert_int_equal(database_int(db, "SELECT count(DISTINCT result_id) FROM results"), SOME);
    assert_int_equal(database_int(db, "SELECT sum(results_stored) FROM answers"), SOME);
    assert_int_equal(database_int(db, "SELECT sum(stored) FROM consumed"), SOME);
    assert_int_equal(SUM(stored), SOME);
    assert_int_equal(SUM(dead_lettered), 0);
    /* leaders and champions are those that the results say */
    assert_int_equal(database_int(db, "SELECT count(*) FROM leaders"),
                     database_int(db, "SELECT count(DISTINCT genome_id) FROM results"));
    assert_int_equal(database_int(db, "SELECT count(*) FROM champions c WHERE EXISTS (SELECT FROM results r WHERE "
                                      "(r.exchange, r.symbol, r.interval, r.strategy, r.window_ms) = "
                                      "(c.exchange, c.symbol, c.interval, c.strategy, c.window_ms) AND "
                                      "(r.end_time, r.score, r.result_id) > (c.end_time, c.score, c.result_id))"),
                     0);
}

/* After a rebalance two consumers may hold the same records: the later one finds them dealt with. */
static void one_partition(void **state)
{
    (void)state;
    for (int p = 0; p < PROGRAMS; p++)
        for (size_t i = 0; i < SOME; i++) programs[p].record[i] = made_record(&made[i], i, "topic", (int64_t)i);
    ts_db *db = run_all();
    expect_each_once(db);
    assert_int_equal(SUM(skipped), (PROGRAMS - 1) * SOME);
    assert_int_equal(database_int(db, "SELECT next_offset FROM consumed"), SOME);
    ts_db_close(db);
}

/* The same results on two partitions, from both ends: each waits for what the other is about to commit, and PostgreSQL
 * may break such a knot by refusing one of them, which must then be tried again. */
static void two_partitions_from_both_ends(void **state)
{
    (void)state;
    for (int p = 0; p < PROGRAMS; p++)
        for (size_t i = 0; i < SOME; i++) {
            size_t number = p ? SOME - 1 - i : i;
            programs[p].record[i] = made_record(&made[number], number, "topic", (int64_t)i);
            programs[p].record[i].partition = p;
        }
    ts_db *db = run_all();
    expect_each_once(db);
    assert_int_equal(SUM(duplicate), (PROGRAMS - 1) * SOME);
    assert_int_equal(database_int(db, "SELECT sum(next_offset) FROM consumed"), PROGRAMS * SOME);
    ts_db_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_partition),
        cmocka_unit_test(two_partitions_from_both_ends),
    };
    for (size_t i = 0; i < SOME; i++) made_result_init(&made[i], i);
    return cmocka_run_group_tests(tests, database_start, database_stop);
}

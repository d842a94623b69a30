/* Results into a real PostgreSQL: each once, however often and in whatever order it comes, whatever happens to the
 * server. */
#define _GNU_SOURCE
#include "common/clock.h"
#include "common/philox.h"
#include "services/results/ledger.h"
#include "services/results/retention.h"
#include "tests/database.h"
#include "tests/made_results.h"
#include "tests/shell.h"
#include "tests/temporary.h"

#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TOPIC "discovered-strategies"
enum { SOME = 200, CRASH_BATCHES = 30, CRASH_BATCH = 400 };

static made_result some[SOME];
static ts_record record[SOME];

/* What must be the same however the results came; times of storing are not. */
static const char DUMP[] = "SELECT md5(string_agg(t, '|' ORDER BY t)) FROM ("
                           "SELECT (to_jsonb(r) - 'day' - 'created_at')::text AS t FROM results r UNION ALL "
                           "SELECT (to_jsonb(l) - 'day' - 'created_at')::text FROM leaders l UNION ALL "
                           "SELECT (to_jsonb(c) - 'day' - 'created_at' - 'first_discovered_at' - 'updated_at')::text "
                           "FROM champions c UNION ALL "
                           "SELECT (to_jsonb(a) - 'created_at' - 'answered_at')::text FROM answers a) d";

static const char LEDGER[] =
    "SELECT concat_ws(' ', next_offset, stored, duplicate, dead_lettered, missing) FROM consumed";

/* The second half are the genomes of the first on a window that ends an hour later. */
static void make_some(void)
{
    for (size_t i = 0; i < SOME; i++) {
        made_result_init(&some[i], i % (SOME / 2));
        if (i >= SOME / 2) {
            some[i].result.start_ms += 3600000;
            some[i].result.end_ms += 3600000;
            some[i].result.seed = i;
            snprintf(some[i].text, sizeof some[i].text, "{\"later\": %zu}", i);
        }
        record[i] = made_record(&some[i], i, TOPIC, (int64_t)i);
    }
}

static ts_results_counts store_with(ts_db *db, const ts_results_settings *settings, ts_record *records, size_t count)
{
    ts_results_counts counts = {0};
    ts_error error = {0};
    if (ts_results_store(db, settings, records, count, &counts, &error)) fail_msg("%s", error.text);
    assert_int_equal(counts.stored + counts.duplicate + counts.dead_lettered + counts.skipped, count);
    return counts;
}

static ts_results_counts store(ts_db *db, ts_record *records, size_t count)
{
    return store_with(db, &(ts_results_settings){.cluster_id = "cluster"}, records, count);
}

static void every_member_arrives(void **state)
{
    (void)state;
    ts_db *db = database_migrated();
    made_result_init(&some[0], 7);
    some[0].result.metrics.value[TS_METRIC_sharpe] = 0.1 + 0.2;
    some[0].result.metrics.value[TS_METRIC_calmar] = NAN;
    record[0] = made_record(&some[0], 7, TOPIC, 0);
    assert_int_equal(store(db, record, 1).stored, 1);
    static const struct {
        const char *column, *value;
    } wanted[] = {{"symbol", "S0-USD"},
                  {"interval", "1m"},
                  {"parameters", "{\"period0\": 7, \"period1\": 7.125, \"period2\": 7.25}"},
                  {"start_time", "2023-11-14 23:53:20+00"},
                  {"sharpe", "0.30000000000000004"},
                  {"calmar", ""},
                  {"rank", "3"},
                  {"direction", "long"},
                  {"fill", "next_open"},
                  {"objective", "sharpe"},
                  {"search", "ga"},
                  {"seed", "7"},
                  {"window_minutes", "101"},
                  {"synthetic", "f"},
                  {"fee", "0.001"},
                  {"walk_forward", ""}};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        char sql[128];
        snprintf(sql, sizeof sql, "SELECT %s FROM leaderboard", wanted[i].column);
        assert_string_equal(database_text(db, sql), wanted[i].value);
    }
    char id[TS_FINGERPRINT_TEXT];
    made_id(id, 'r', 7);
    assert_string_equal(database_text(db, "SELECT replace(result_id::text, '-', '') FROM results"), id);
    ts_db_close(db);
}

static void walk_forward_windows_arrive(void **state)
{
    (void)state;
    static ts_stored_fold folds[2];
    ts_db *db = database_migrated();
    folds[0] = (ts_stored_fold){.when = {1, 2, 3, 4}, .chosen = true, .score = 2, .evaluations = 5};
    folds[0].test.value[TS_METRIC_sharpe] = 1.5;
    folds[0].test.value[TS_METRIC_calmar] = NAN;
    folds[1] = (ts_stored_fold){.when = {5, 6, 7, 8}, .evaluations = 6};
    made_result_init(&some[0], 1);
    some[0].result.walk_forward = (ts_walk_forward){.train_ms = 86400000, .test_ms = 43200000, .step_ms = 43200000};
    some[0].result.in_sample_score = 2;
    some[0].result.fold = folds;
    some[0].result.folds = 2;
    record[0] = made_record(&some[0], 1, NULL, 0);
    record[1] = record[0];
    assert_int_equal(store(db, record, 2).duplicate, 1);
    assert_string_equal(
        database_text(db, "SELECT string_agg(concat_ws(' ', number, test_sharpe, evaluations, test_end), ', ' "
                          "ORDER BY number) FROM walk_forward"),
        "1 1.5 5 1970-01-01 00:00:00.004+00, 2 6 1970-01-01 00:00:00.008+00");
    assert_string_equal(database_text(db, "SELECT concat(walk_forward) FROM leaderboard"),
                        "train=1d,test=12h,step=12h");
    assert_int_equal(database_int(db, "SELECT count(*) FROM consumed"), 0);
    ts_db_close(db);
}

static void again_is_a_duplicate_on_any_day(void **state)
{
    (void)state;
    ts_db *db = database_migrated();
    make_some();
    assert_int_equal(store(db, record, SOME).stored, SOME);
    char before[64];
    snprintf(before, sizeof before, "%s", database_text(db, DUMP));
    assert_int_equal(store(db, record, SOME).skipped, SOME); /* the same offsets */
    for (size_t i = 0; i < SOME; i++) record[i].offset += SOME;
    assert_int_equal(store(db, record, SOME).duplicate, SOME);
    /* as if they had been stored yesterday */
    database_do(db, "SELECT ensure_day_partition('results', (now() AT TIME ZONE 'UTC')::date - 1);"
                    "UPDATE results SET day = day - 1; UPDATE result_keys SET day = day - 1");
    for (size_t i = 0; i < SOME; i++) record[i].offset += SOME;
    assert_int_equal(store(db, record, SOME).duplicate, SOME);
    assert_string_equal(database_text(db, DUMP), before);
    assert_string_equal(database_text(db, LEDGER), "600 200 400 0 0");
    ts_db_close(db);
}

/* Each up to five times, shuffled, in batches of any size: the same tables as from one orderly batch. */
static void order_and_repetition_change_nothing(void **state)
{
    (void)state;
    static ts_record shuffled[SOME * 5];
    static char texts[SOME / 5][160];
    ts_record outcomes[SOME / 5];
    ts_draws draws = ts_draws_at(20, 1, 2, 3);
    size_t count = 0;
    char orderly[64];
    ts_db *db = database_migrated();
    make_some();
    for (size_t i = 0; i < SOME / 5; i++) outcomes[i] = made_outcome(i, 5, TOPIC, (int64_t)(SOME + i), texts[i]);
    store(db, record, SOME);
    assert_int_equal(store(db, outcomes, SOME / 5).stored, SOME / 5);
    snprintf(orderly, sizeof orderly, "%s", database_text(db, DUMP));
    assert_int_equal(database_int(db, "SELECT count(*) FROM leaderboard"), SOME / 2);
    assert_int_equal(database_int(db, "SELECT min(seed) FROM leaderboard"), SOME / 2);
    ts_db_close(db);

    db = database_migrated();
    for (size_t i = 0; i < SOME; i++)
        for (uint32_t times = 1 + ts_draw_below(&draws, 4); times; times--) shuffled[count++] = record[i];
    for (size_t i = 0; i < SOME / 5; i++) shuffled[count++] = outcomes[i];
    for (size_t i = count - 1; i; i--) {
        size_t other = ts_draw_below(&draws, (uint32_t)i + 1);
        ts_record kept = shuffled[i];
        shuffled[i] = shuffled[other];
        shuffled[other] = kept;
    }
    for (size_t i = 0; i < count; i++) shuffled[i].offset = (int64_t)i;
    for (size_t i = 0, size; i < count; i += size) {
        size = 1 + ts_draw_below(&draws, 100);
        if (size > count - i) size = count - i;
        store(db, &shuffled[i], size);
    }
    assert_string_equal(database_text(db, DUMP), orderly);
    assert_int_equal(database_int(db, "SELECT stored FROM consumed"), SOME + SOME / 5);
    assert_int_equal(database_int(db, "SELECT next_offset - stored - duplicate FROM consumed"), 0);
    ts_db_close(db);
}

typedef struct grave {
    size_t count;
    int64_t offset[SOME];
    char why[TS_RECORD_WHY];
} grave;

static int bury(const ts_record *const *dead, size_t count, void *context, ts_error *error)
{
    (void)error;
    grave *at = context;
    for (size_t i = 0; i < count; i++) {
        assert_true(at->count < SOME);
        at->offset[at->count++] = dead[i]->offset;
        snprintf(at->why, sizeof at->why, "%s", dead[i]->why);
    }
    return 0;
}

static void other_content_is_dead(void **state)
{
    (void)state;
    ts_db *db = database_migrated();
    grave buried = {0};
    const ts_results_settings settings = {.cluster_id = "cluster", .bury = bury, .context = &buried};
    char texts[4][160];
    make_some();
    snprintf(some[1].text, sizeof some[1].text, "{\"other\": 1}");
    record[1] = made_record(&some[1], 0, TOPIC, 1); /* within a batch */
    assert_int_equal(store_with(db, &settings, record, 3).dead_lettered, 1);
    assert_int_equal(buried.offset[0], 1);
    assert_non_null(strstr(buried.why, "result_id"));
    record[1].offset = 3; /* and in another; its repetition is as dead, what is there is a duplicate */
    record[3] = made_record(&some[1], 0, TOPIC, 4);
    record[4] = made_record(&some[0], 0, TOPIC, 5);
    ts_record batch[] = {record[1], record[3], record[4]};
    ts_results_counts counts = store_with(db, &settings, batch, 3);
    assert_int_equal(counts.dead_lettered, 2);
    assert_int_equal(counts.duplicate, 1);
    ts_record outcomes[] = {made_outcome(0, 5, TOPIC, 6, texts[0]), made_outcome(0, 4, TOPIC, 7, texts[1]),
                            made_outcome(0, 5, TOPIC, 8, texts[2]), made_outcome(9, 0, TOPIC, 9, texts[3])};
    counts = store_with(db, &settings, outcomes, 4);
    assert_int_equal(counts.stored, 2);
    assert_int_equal(counts.dead_lettered, 1);
    assert_non_null(strstr(buried.why, "request_id"));
    assert_int_equal(buried.count, 4);
    assert_string_equal(database_text(db, LEDGER), "10 4 2 4 0");
    assert_string_equal(
        database_text(db, "SELECT string_agg(concat_ws(' ', state, winners, results_stored), ',') FROM requests_open"),
        "winners missing 5 2");
    ts_db_close(db);
}

/* What PostgreSQL refuses is found by halving, and the rest is stored. */
static void the_refused_stand_alone(void **state)
{
    (void)state;
    ts_db *db = database_migrated();
    grave buried = {0};
    const ts_results_settings settings = {.cluster_id = "cluster", .bury = bury, .context = &buried};
    char text[160];
    make_some();
    some[17].result.score = NAN;                                         /* 23502: none */
    some[18].result.command = "\xff\xfe";                                /* 22021: not UTF-8 */
    some[90].result.end_ms = some[90].result.start_ms;                   /* 23514: an empty window */
    snprintf(record[120].result_id, sizeof record[120].result_id, "zz"); /* no identity */
    record[150].kind = TS_RECORD_DEAD;                                   /* no message: the caller says so */
    snprintf(record[150].why, sizeof record[150].why, "no JSON");
    record[151] = made_outcome(77, 1, TOPIC, 151, text);
    record[151].status = "sleeping"; /* 23514 */
    ts_results_counts counts = store_with(db, &settings, record, SOME);
    assert_int_equal(counts.stored, SOME - 6);
    assert_int_equal(counts.dead_lettered, 6);
    assert_int_equal(buried.count, 6);
    static const int64_t offsets[] = {17, 18, 90, 120, 150, 151};
    assert_memory_equal(buried.offset, offsets, sizeof offsets);
    assert_non_null(strstr(record[17].why, "score"));
    assert_non_null(strstr(record[18].why, "22021"));
    assert_string_equal(record[150].why, "no JSON");
    assert_string_equal(database_text(db, LEDGER), "200 194 0 6 0");
    ts_db_close(db);
}

static void offsets_that_never_came_are_counted(void **state)
{
    (void)state;
    ts_db *db = database_migrated();
    ts_error error = {0};
    int64_t next;
    make_some();
    assert_int_equal(ts_results_next_offset(db, "cluster", TOPIC, 0, &next, &error), 0);
    assert_int_equal(next, -1);
    store(db, &record[50], 10);
    record[100].offset = 70;
    store(db, &record[100], 1);
    assert_string_equal(database_text(db, LEDGER), "71 11 0 0 10");
    assert_int_equal(ts_results_next_offset(db, "cluster", TOPIC, 0, &next, &error), 0);
    assert_int_equal(next, 71);
    ts_db *other = database_again(); /* a connection that was lost since is made again */
    database_do(other, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND "
                       "datname = current_database()");
    ts_db_close(other);
    next = 0;
    if (ts_results_next_offset(db, "cluster", TOPIC, 0, &next, &error)) fail_msg("%s", error.text);
    assert_int_equal(next, 71);
    ts_record wrong[] = {record[101], record[100]};
    wrong[1].offset = 80;
    assert_int_equal(ts_results_store(db, &(ts_results_settings){0}, wrong, 2, NULL, &error), -1);
    ts_db_close(db);
}

static int not_buried(const ts_record *const *dead, size_t count, void *context, ts_error *error)
{
    (void)dead;
    (void)count;
    return (*(int *)context)++ ? 0 : ts_fail(error, TS_UNAVAILABLE, "the broker is away");
}

static void what_is_not_buried_is_not_committed(void **state)
{
    (void)state;
    ts_db *db = database_migrated();
    int calls = 0;
    const ts_results_settings settings = {.cluster_id = "cluster", .bury = not_buried, .context = &calls};
    ts_error error = {0};
    make_some();
    record[3].kind = TS_RECORD_DEAD;
    assert_int_equal(ts_results_store(db, &settings, record, 10, NULL, &error), -1);
    assert_int_equal(error.code, TS_UNAVAILABLE);
    assert_int_equal(database_int(db, "SELECT count(*) FROM results"), 0);
    assert_int_equal(store_with(db, &settings, record, 10).stored, 9);
    assert_int_equal(calls, 2);
    ts_db_close(db);
}

typedef struct copying {
    int tries;
    bool crash;
} copying;

static int copy_and_crash(ts_db *db, void *context, ts_error *error)
{
    copying *at = context;
    at->tries++;
    if (ts_db_copy_begin(db, "COPY copied FROM STDIN", error)) return -1;
    for (int i = 0; i < 100000; i++) {
        if (i == 50000 && at->crash) {
            at->crash = false;
            database_crash();
        }
        if (ts_db_copy_put(db, "1\n", 2, error)) return -1;
    }
    return ts_db_copy_end(db, error);
}

static void a_crash_in_the_middle_of_a_copy(void **state)
{
    (void)state;
    ts_db *db = database_empty();
    ts_error error = {0};
    copying at = {.crash = true};
    database_do(db, "CREATE TABLE copied (a int)");
    if (ts_db_transaction(db, copy_and_crash, &at, &error)) fail_msg("%s", error.text);
    assert_int_equal(at.tries, 2);
    assert_int_equal(database_int(db, "SELECT count(*) FROM copied"), 100000);
    ts_db_close(db);
}

/* The server crashes again and again while batches are stored: each result is there once. */
static void crashes_lose_and_double_nothing(void **state)
{
    (void)state;
    static made_result made[CRASH_BATCHES * CRASH_BATCH];
    static ts_record records[CRASH_BATCHES * CRASH_BATCH];
    ts_db *db = database_migrated();
    for (size_t i = 0; i < CRASH_BATCHES * CRASH_BATCH; i++) {
        made_result_init(&made[i], i);
        records[i] = made_record(&made[i], i, TOPIC, (int64_t)i);
    }
    assert_int_equal(
        shell("(for i in 1 2 3; do sleep 0.2; %s/tests/stack/postgres kill %s; %s/tests/stack/postgres start "
              "%s; done; touch %s) >/dev/null 2>&1 & true",
              TS_SOURCE_DIR, ts_temporary("stack"), TS_SOURCE_DIR, ts_temporary("stack"), ts_temporary("over")),
        0);
    for (size_t i = 0; i < CRASH_BATCHES; i++)
        assert_int_equal(store(db, &records[i * CRASH_BATCH], CRASH_BATCH).dead_lettered, 0);
    assert_true(ts_db_connections(db) > 1);
    for (int i = 0; i < 300 && shell("test -e %s || sleep 0.1; test -e %s", ts_temporary("over"), ts_temporary("over"));
         i++) {
    }
    ts_db_close(db);
    db = database_again();
    assert_int_equal(database_int(db, "SELECT count(*) FROM results"), CRASH_BATCHES * CRASH_BATCH);
    assert_int_equal(database_int(db, "SELECT count(*) FROM result_keys"), CRASH_BATCHES * CRASH_BATCH);
    assert_int_equal(database_int(db, "SELECT sum(results_stored) FROM answers"), CRASH_BATCHES * CRASH_BATCH);
    assert_int_equal(database_int(db, "SELECT next_offset FROM consumed"), CRASH_BATCHES * CRASH_BATCH);
    ts_db_close(db);
}

static void old_days_go_and_champions_stay(void **state)
{
    (void)state;
    ts_db *db = database_migrated();
    make_some();
    store(db, record, SOME);
    int64_t champions = database_int(db, "SELECT count(*) FROM champions");
    database_do(
        db,
        "SELECT ensure_day_partition('results', (now() AT TIME ZONE 'UTC')::date - 31);"
        "UPDATE results SET day = day - 31 WHERE seed >= 150; UPDATE result_keys SET day = day - 31 WHERE result_id IN "
        "(SELECT result_id FROM results WHERE seed >= 150); UPDATE leaders l SET day = k.day FROM "
        "result_keys k WHERE k.result_id = l.result_id");
    assert_true(database_int(db, "SELECT count(*) FROM leaders WHERE day < current_date - 30") > 0);
    shell_expect(shell("DATABASE_URL=%s " TRADESTREAM "results prune --keep 7d", database_url()), 2, "8 to");
    shell_expect(shell("DATABASE_URL=%s " TRADESTREAM "results prune --keep 40h", database_url()), 2, "whole days");
    assert_int_equal(shell("DATABASE_URL=%s " TRADESTREAM "results prune --keep 30d", database_url()), 0);
    shell_expect_out("1 days of results dropped");
    assert_int_equal(database_int(db, "SELECT count(*) FROM results"), SOME - 50);
    assert_int_equal(database_int(db, "SELECT count(*) FROM result_keys"), SOME - 50);
    assert_int_equal(database_int(db, "SELECT count(*) FROM leaders WHERE day < current_date - 30"), 0);
    assert_int_equal(database_int(db, "SELECT count(*) FROM champions"), champions);
    assert_string_equal(database_text(db,
                                      "SELECT to_regclass('results_' || to_char((now() AT TIME ZONE 'UTC')::date - 31, "
                                      "'YYYYMMDD'))"),
                        "");
    assert_int_equal(shell("DATABASE_URL=%s " TRADESTREAM "results prune --keep 30d", database_url()), 0);
    shell_expect_out("0 days");
    ts_db_close(db);
}

/* Broken off between the two steps of taking a day off, and between that and dropping it. */
static void a_prune_that_was_broken_off_is_finished(void **state)
{
    (void)state;
    static const char day_before[] =
        "DO $$ BEGIN EXECUTE format('ALTER TABLE results DETACH PARTITION %I', 'results_' || to_char((now() AT TIME "
        "ZONE 'UTC')::date - 40, 'YYYYMMDD')); END $$";
    ts_db *db = database_migrated(), *reader = database_again();
    char detach[128];
    ts_error error = {0};
    database_do(db, "SELECT ensure_day_partition('results', (now() AT TIME ZONE 'UTC')::date - n) FROM "
                    "generate_series(40, 41) n; CREATE TABLE results_20200101_of_mine (a int); "
                    "CREATE TABLE results_99999999 (a int)");
    snprintf(detach, sizeof detach, "ALTER TABLE results DETACH PARTITION results_%s CONCURRENTLY",
             database_text(db, "SELECT to_char((now() AT TIME ZONE 'UTC')::date - 41, 'YYYYMMDD')"));
    database_do(reader, "BEGIN; SELECT count(*) FROM results");
    database_do(db, "SET statement_timeout = '300ms'");
    assert_int_equal(ts_db_script(db, detach, &error), -1);
    database_do(reader, "COMMIT");
    database_do(db, "SET statement_timeout = 0");
    database_do(db, day_before);
    assert_int_equal(database_int(db, "SELECT count(*) FROM pg_inherits WHERE inhdetachpending"), 1);
    assert_int_equal(shell("DATABASE_URL=%s " TRADESTREAM "results prune --keep 30d", database_url()), 0);
    shell_expect_out("2 days of results dropped");
    assert_string_equal(database_text(db,
                                      "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class WHERE relkind = "
                                      "'r' AND relname ~ '^results_'"),
                        "results_20200101_of_mine results_99999999");
    ts_db_close(reader);
    ts_db_close(db);
}

/* How fast: printed, and far from slow. */
static void many_a_second(void **state)
{
    (void)state;
    enum { BATCHES = 10, BATCH = 4000 };
    static made_result made[BATCH];
    static ts_record records[BATCH];
    ts_db *db = database_migrated();
    double seconds = 0;
    for (size_t batch = 0; batch < BATCHES; batch++) {
        for (size_t i = 0; i < BATCH; i++) {
            made_result_init(&made[i], batch * BATCH + i);
            records[i] = made_record(&made[i], batch * BATCH + i, TOPIC, (int64_t)(batch * BATCH + i));
        }
        double began = ts_clock_seconds();
        assert_int_equal(store(db, records, BATCH).stored, BATCH);
        seconds += ts_clock_seconds() - began;
    }
    print_message("%.0f results a second\n", BATCHES * BATCH / seconds);
    assert_true(BATCHES * BATCH / seconds > 1000);
    ts_db_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_member_arrives),
        cmocka_unit_test(walk_forward_windows_arrive),
        cmocka_unit_test(again_is_a_duplicate_on_any_day),
        cmocka_unit_test(order_and_repetition_change_nothing),
        cmocka_unit_test(other_content_is_dead),
        cmocka_unit_test(the_refused_stand_alone),
        cmocka_unit_test(offsets_that_never_came_are_counted),
        cmocka_unit_test(what_is_not_buried_is_not_committed),
        cmocka_unit_test(a_crash_in_the_middle_of_a_copy),
        cmocka_unit_test(crashes_lose_and_double_nothing),
        cmocka_unit_test(old_days_go_and_champions_stay),
        cmocka_unit_test(a_prune_that_was_broken_off_is_finished),
        cmocka_unit_test(many_a_second),
    };
    return cmocka_run_group_tests(tests, database_start, database_stop);
}

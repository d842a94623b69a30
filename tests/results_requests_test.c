/* Requests in a real PostgreSQL: who has asked for what, what is not answered yet, and what is thrown away. */
#define _GNU_SOURCE
#include "common/clock.h"
#include "services/results/retention.h"
#include "tests/database.h"
#include "tests/made_results.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static ts_results_counts store(ts_db *db, ts_record *records, size_t count)
{
    ts_results_counts counts = {0};
    ts_error error = {0};
    if (ts_results_store(db, &(ts_results_settings){.cluster_id = "cluster"}, records, count, &counts, &error))
        fail_msg("%s", error.text);
    return counts;
}

static ts_request made_request(const char *strategy, int64_t expires_at_ms)
{
    ts_error error = {0};
    ts_request request = {.interval_ms = 60000,
                          .start_ms = 60000,
                          .end_ms = 6000000,
                          .evaluations = 10,
                          .population = 10,
                          .top = 1,
                          .max_drawdown = 1,
                          .kind = TS_SEARCH_RANDOM,
                          .direction = TS_REQUEST_OWN_DIRECTION,
                          .expires_at_ms = expires_at_ms};
    snprintf(request.exchange, sizeof request.exchange, "local");
    snprintf(request.symbol, sizeof request.symbol, "AAA-USD");
    snprintf(request.strategy, sizeof request.strategy, "%s", strategy);
    snprintf(request.objective, sizeof request.objective, "sharpe");
    if (ts_request_id(&request, &error)) fail_msg("%s", error.text);
    return request;
}

/* Asked again, later, and nobody answers: the table knows who waits for what. */
static void requests_are_kept_until_they_are_answered(void **state)
{
    (void)state;
    ts_db *db = database_migrated();
    const ts_request request[] = {made_request("A", 1000), made_request("B", 2000), made_request("A", 5000),
                                  made_request("A", 3000)};
    ts_record records[4];
    char text[160];
    for (size_t i = 0; i < 4; i++) {
        records[i] = (ts_record){.topic = "requests", .offset = (int64_t)i, .text = "{}", .length = 2};
        ts_record_request(&records[i], &request[i]);
    }
    ts_results_counts counts = store(db, records, 3);
    assert_int_equal(counts.stored, 2);
    assert_int_equal(counts.duplicate, 1);
    assert_int_equal(store(db, &records[3], 1).duplicate, 1);
    assert_string_equal(
        database_text(db,
                      "SELECT concat_ws(' ', next_offset, stored, duplicate, dead_lettered, missing) FROM consumed"),
        "4 2 2 0 0");
    assert_string_equal(database_text(db, "SELECT string_agg(concat_ws(' ', strategy, symbol, state), ', ' ORDER BY "
                                          "strategy) FROM requests_open"),
                        "A AAA-USD unanswered, B AAA-USD unanswered");
    ts_record outcome = made_outcome(0, 0, "answers", 0, text);
    memcpy(outcome.request_id, request[0].request_id, sizeof outcome.request_id);
    store(db, &outcome, 1);
    assert_string_equal(database_text(db, "SELECT string_agg(strategy, ', ') FROM requests_open"), "B");
    assert_string_equal(database_text(db, "SELECT concat_ws(' ', status, strategy) FROM run_summary"), "no_winner A");
    assert_string_equal(database_text(db,
                                      "SELECT extract(epoch FROM max(expires_at))::int FROM requests WHERE strategy "
                                      "= 'A'"),
                        "5");
    ts_db_close(db);
}

static ts_record record_of(const ts_request *request, int64_t offset)
{
    ts_record record = {.topic = "requests", .offset = offset, .text = "{}", .length = 2};
    ts_record_request(&record, request);
    return record;
}

static ts_record outcome_of(const ts_request *request, uint64_t winners, int64_t offset, char text[160])
{
    ts_record record = made_outcome((uint64_t)offset, winners, "answers", offset, text);
    memcpy(record.request_id, request->request_id, sizeof record.request_id);
    return record;
}

/* Winners may come before the outcome and after it, and the request after both. */
static void every_state_of_a_request_is_told(void **state)
{
    (void)state;
    static const char states[] = "SELECT coalesce(string_agg(state || ' ' || results_stored, ', ' ORDER BY since, "
                                 "state), 'none') FROM requests_open";
    ts_db *db = database_migrated();
    const ts_request request = made_request("A", 1000);
    made_result made[3];
    ts_record winner[3], outcome, asked = record_of(&request, 0);
    char text[160];
    for (size_t i = 0; i < 3; i++) {
        made_result_init(&made[i], i);
        winner[i] = made_record(&made[i], i, NULL, 0);
        memcpy(winner[i].request_id, request.request_id, sizeof winner[i].request_id);
    }
    outcome = outcome_of(&request, 2, 0, text);
    store(db, &winner[0], 1);
    assert_string_equal(database_text(db, states), "unanswered 1");
    store(db, &outcome, 1);
    assert_string_equal(database_text(db, states), "winners missing 1");
    store(db, &winner[1], 1);
    assert_string_equal(database_text(db, states), "none");
    assert_int_equal(database_int(db, "SELECT count(*) FROM requests_pending"), 0);
    store(db, &asked, 1);
    assert_string_equal(database_text(db, states), "none");
    assert_int_equal(database_int(db, "SELECT count(*) FROM requests_pending"), 0);
    store(db, &winner[2], 1);
    assert_string_equal(database_text(db, states), "too many winners 3");
    ts_db_close(db);
}

/* A request and its outcome in two transactions that do not see each other. */
static void stored_side_by_side_is_not_open(void **state)
{
    (void)state;
    ts_db *db = database_migrated(), *other = database_again();
    database_do(db,
                "BEGIN; INSERT INTO requests SELECT md5('a')::uuid, 'x', 'S', '1m', 'A', now(), now(), now(), '{}'");
    database_do(other,
                "INSERT INTO answers (id, of_request, status, winners, answered_at) VALUES (md5('a')::uuid, true, "
                "'no_winner', 0, now())");
    database_do(db, "COMMIT");
    assert_int_equal(database_int(db, "SELECT count(*) FROM requests_open"), 0);
    ts_db_close(other);
    ts_db_close(db);
}

static void prune(ts_db *db, int64_t days)
{
    ts_error error = {0};
    size_t dropped;
    if (ts_results_prune(db, days, &dropped, &error)) fail_msg("%s", error.text);
}

/* What is as old as it is said to be: when it was stored, and when it expires. */
static void make_older(ts_db *db, const char *strategy, int asked, int expired, int answered)
{
    char sql[600];
    snprintf(
        sql, sizeof sql,
        "UPDATE requests SET created_at = now() - %d * interval '1 day', expires_at = now() - %d * interval '1 day' "
        "WHERE strategy = '%s'; UPDATE answers SET created_at = now() - %d * interval '1 day', answered_at = now() - "
        "%d * interval '1 day' WHERE id IN (SELECT request_id FROM requests WHERE strategy = '%s')",
        asked, expired, strategy, asked, answered, strategy);
    database_do(db, sql);
}

static void old_requests_go_with_their_answers(void **state)
{
    (void)state;
    enum { ANSWERED = 3, ALL = 6 };
    static const struct {
        const char *strategy;
        int asked, expired, answered;                                               /* days ago */
    } made[ALL] = {{"OLD", 12, 12, 9}, {"KEPT", 40, 40, 7}, {"MISSING", 12, 12, 9}, /* its winner never came */
                   {"OPEN", 7, 7, 0},  {"LONG", 40, 1, 0},  {"FORGOTTEN", 12, 9, 0}};
    ts_db *db = database_migrated();
    ts_request request[ALL];
    ts_record asked[ALL], outcome[ANSWERED], again[2];
    char text[ANSWERED][160];
    for (int64_t i = 0; i < ALL; i++) request[i] = made_request(made[i].strategy, 1000);
    for (int64_t i = 0; i < ALL; i++) asked[i] = record_of(&request[i], i);
    for (int64_t i = 0; i < ANSWERED; i++) outcome[i] = outcome_of(&request[i], i == 2, i, text[i]);
    store(db, asked, ALL);
    store(db, outcome, ANSWERED);
    for (size_t i = 0; i < ALL; i++) make_older(db, made[i].strategy, made[i].asked, made[i].expired, made[i].answered);
    database_do(db,
                "INSERT INTO runs SELECT md5('r' || n)::uuid, now() - n * interval '1 day', '{}' FROM "
                "generate_series(7, 9) n; INSERT INTO answers (id, of_request, status, winners, created_at, "
                "answered_at) SELECT run_id, false, 'no_winner', 0, created_at, created_at FROM runs; "
                "INSERT INTO answers (id, of_request, results_stored, created_at) VALUES (md5('half')::uuid, false, 1, "
                "now() - 9 * interval '1 day')");
    prune(db, 8);
    assert_string_equal(database_text(db, "SELECT string_agg(strategy, ' ' ORDER BY strategy) FROM requests"),
                        "KEPT LONG OPEN");
    assert_string_equal(database_text(db,
                                      "SELECT string_agg(coalesce(strategy, kind), ' ' ORDER BY strategy, kind) FROM "
                                      "run_summary"),
                        "KEPT run run");
    assert_int_equal(database_int(db, "SELECT count(*) FROM runs"), 2);
    assert_string_equal(database_text(db, "SELECT string_agg(strategy, ' ' ORDER BY strategy) FROM requests_open"),
                        "LONG OPEN");
    assert_int_equal(database_int(db, "SELECT count(*) FROM requests_pending"), 2);
    again[0] = outcome_of(&request[1], 0, 1, text[1]); /* the same record, at a later offset */
    again[0].offset = ALL;
    again[1] = record_of(&request[1], ALL);
    ts_results_counts counts = store(db, again, 2);
    assert_int_equal(counts.duplicate, 2);
    assert_int_equal(database_int(db, "SELECT count(*) FROM requests_open"), 2);
    ts_db_close(db);
}

/* As a month leaves them: nearly all answered, some open in each way. The triggers would take most of the time. */
static void generate(ts_db *db, int count)
{
    char sql[2400];
    snprintf(
        sql, sizeof sql,
        "SET session_replication_role = replica; "
        "INSERT INTO requests SELECT md5('q' || n)::uuid, 'local', 'S' || n %% 20 || '-USD', '1m', 'STRATEGY_' || n %% "
        "60, t, t, t, '{}', t, t FROM (SELECT n, now() - n * (interval '30 days' / %d) AS t FROM "
        "generate_series(1, %d) n) g; "
        "INSERT INTO answers (id, of_request, results_stored, best_score, status, winners, evaluations, created_at, "
        "answered_at) SELECT request_id, true, 5, 1, 'done', 5, 1000, created_at, created_at FROM requests; "
        "INSERT INTO requests SELECT md5('u' || n)::uuid, 'local', 'S1-USD', '1m', 'OPEN', now(), now(), now(), '{}' "
        "FROM generate_series(1, 300) n; "
        "INSERT INTO requests_pending SELECT request_id FROM requests WHERE strategy = 'OPEN'; "
        "SET session_replication_role = DEFAULT; "
        "UPDATE answers SET results_stored = 4 WHERE id IN (SELECT md5('q' || n)::uuid FROM generate_series(1, 9) n)",
        count, count);
    database_do(db, sql);
}

/* The least of several tries: other programs are on this machine, too. */
static double seconds_of(ts_db *db, const char *sql)
{
    double least = 1e9;
    for (int times = 0; times < 5; times++) {
        double began = ts_clock_seconds();
        database_text(db, sql);
        double seconds = ts_clock_seconds() - began;
        if (seconds < least) least = seconds;
    }
    return least;
}

/* The last of them needs to be told how many answers are so new. */
static void questions_are_read_from_indexes(ts_db *db, const char *when, bool analysed)
{
    static const struct {
        const char *sql, *index;
    } questions[] = {
        {"SELECT state, count(*), min(since) AS oldest FROM requests_open GROUP BY state", "answers_pkey"},
        {"SELECT * FROM requests_open ORDER BY since LIMIT 20", "requests_pkey"},
        {"SELECT status, count(*), sum(results_stored) AS results, max(best_score) AS best FROM run_summary WHERE "
         "answered_at > now() - interval '1 hour' GROUP BY status",
         "answers_answered"}};
    for (size_t i = 0; i < sizeof questions / sizeof *questions - !analysed; i++) {
        char *plan = database_plan(db, questions[i].sql);
        if (!strstr(plan, questions[i].index) || strstr(plan, "Seq Scan on requests ") ||
            strstr(plan, "Seq Scan on answers"))
            fail_msg("%s: %s", when, plan);
        free(plan);
        double seconds = seconds_of(db, questions[i].sql);
        print_message("%5.1f ms  %s, %s\n", 1000 * seconds, questions[i].sql, when);
        assert_true(seconds < 0.05);
    }
}

static void many_finished_requests_are_passed_over_and_pruned(void **state)
{
    (void)state;
    const char *asked = getenv("TRADESTREAM_REQUESTS_ROWS");
    const int count = asked ? (int)strtol(asked, NULL, 10) : 300000;
    ts_db *db = database_migrated();
    double began = ts_clock_seconds();
    generate(db, count);
    print_message("%d requests generated in %.0f s\n", count, ts_clock_seconds() - began);
    questions_are_read_from_indexes(db, "never analysed", false);
    database_do(db, "ANALYZE requests; ANALYZE answers; ANALYZE requests_pending");
    questions_are_read_from_indexes(db, "analysed", true);
    assert_int_equal(database_int(db, "SELECT count(*) FROM requests_open"), 309);
    began = ts_clock_seconds();
    prune(db, 8);
    int64_t left = database_int(db, "SELECT count(*) FROM answers");
    print_message("%d requests pruned in %.1f s\n", count - (int)left, ts_clock_seconds() - began);
    assert_in_range(left, count * 8 / 30 - 2, count * 9 / 30 + 2);
    assert_int_equal(database_int(db, "SELECT count(*) FROM requests"), left + 300);
    questions_are_read_from_indexes(db, "pruned", true);
    assert_int_equal(database_int(db, "SELECT count(*) FROM requests_open"), 309);
    ts_db_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_are_kept_until_they_are_answered),
        cmocka_unit_test(every_state_of_a_request_is_told),
        cmocka_unit_test(stored_side_by_side_is_not_open),
        cmocka_unit_test(old_requests_go_with_their_answers),
        cmocka_unit_test(many_finished_requests_are_passed_over_and_pruned),
    };
    return cmocka_run_group_tests(tests, database_start, database_stop);
}

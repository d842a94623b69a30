/* Requests in a real PostgreSQL: who has asked for what, and what is not answered yet. */
#include "tests/database.h"
#include "tests/made_results.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
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

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(requests_are_kept_until_they_are_answered)};
    return cmocka_run_group_tests(tests, database_start, database_stop);
}

/* Winners of a run straight to a real Kafka and a real PostgreSQL: all of them, once, however often they are published;
 * and what happens when one of the two is away. */
#define _GNU_SOURCE
#include "common/safe_file.h"
#include "tests/database.h"
#include "tests/shell.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define STACK   TS_SOURCE_DIR "/tests/stack/"
#define STORING "'" TS_BINARY_DIR "/bin/strategy_consumer' "
#define DISCOVER                                                                                                       \
    TRADESTREAM "discover --store '%s' --symbols all --strategies SMA_RSI,ADX_DMI,PIVOT --evaluations 60 --top 3 "
enum { SYMBOLS = 2 };

static bool broker;
static int winners; /* of the run that all tests make */

static int start(void **state)
{
    ts_error error = {0};
    ts_strbuf text = {0};
    if (database_start(state)) return -1;
    for (int i = 0; i < SYMBOLS; i++)
        if (shell(TRADESTREAM "data generate --seed %d --bars 4000 --symbol S%d-USD --store '%s'", i + 1, i,
                  ts_temporary("store")))
            return -1;
    if (shell(DISCOVER "--format jsonl | wc -l", ts_temporary("store"))) return -1;
    winners = (int)strtol(shell_out, NULL, 10);
    if (shell(STACK "up '%s' kafka", ts_temporary("broker"))) {
        print_message("no broker: %s\n", shell_err);
        return 0;
    }
    if (ts_file_read(ts_temporary("broker/env"), 4096, &text, &error)) return -1;
    char *value = strstr(text.text, "KAFKA_BOOTSTRAP_SERVERS="), *end = value ? strchr(value, '\n') : NULL;
    if (!end) return -1;
    *end = '\0';
    setenv("KAFKA_BOOTSTRAP_SERVERS", strchr(value, '=') + 1, 1);
    ts_strbuf_clear(&text);
    broker = !shell(TRADESTREAM "migrate topics");
    return broker ? 0 : -1;
}

static int stop(void **state)
{
    shell(STACK "down '%s'", ts_temporary("broker"));
    return database_stop(state);
}

static ts_db *migrated(void)
{
    ts_db *db = database_migrated();
    setenv("DATABASE_URL", database_url(), 1);
    return db;
}

static void expect_winners(ts_db *db)
{
    assert_true(winners > SYMBOLS);
    assert_int_equal(database_int(db, "SELECT count(*) FROM results"), winners);
    assert_int_equal(database_int(db, "SELECT count(*) FROM runs"), 1);
    assert_int_equal(database_int(db, "SELECT count(*) FROM run_summary WHERE kind = 'run' AND status = 'done' AND "
                                      "winners = results_stored AND evaluations > 0"),
                     1);
    /* curves end where the metrics say, and fall as far as they may: a day's close is no lower than the lowest */
    assert_int_equal(database_int(db, "SELECT count(*) FROM results r WHERE final_equity = (SELECT equity FROM "
                                      "equity_daily e WHERE e.result_id = r.result_id ORDER BY date DESC LIMIT 1) AND "
                                      "max_drawdown >= (SELECT max(drawdown) FROM equity_daily e WHERE e.result_id = "
                                      "r.result_id)"),
                     winners);
    assert_int_equal(database_int(db, "SELECT count(*) FROM equity_daily"),
                     3 * winners); /* 4,000 minutes: three days */
}

static void test_all_sinks_get_all_winners_once(void **state)
{
    (void)state;
    ts_db *db = migrated();
    const char *store = ts_temporary("store");
    if (!broker) skip();
    assert_int_equal(shell(DISCOVER "--out '%s' --sink 'kafka:,postgres:,file:%s'", store, ts_temporary("run"),
                           ts_temporary("messages.jsonl")),
                     0);
    expect_winners(db);
    assert_int_equal(shell("wc -l < '%s'", ts_temporary("messages.jsonl")), 0);
    assert_int_equal((int)strtol(shell_out, NULL, 10), winners);
    /* what went to Kafka is what is in the database already */
    assert_int_equal(shell(STORING "--once --idle 3"), 0);
    assert_int_equal(database_int(db, "SELECT sum(duplicate) FROM consumed"), winners);
    assert_int_equal(database_int(db, "SELECT sum(stored) + sum(dead_lettered) FROM consumed"), 0);
    ts_db_close(db);
}

static void test_published_again_nothing_changes(void **state)
{
    (void)state;
    ts_db *db = migrated();
    const char *store = ts_temporary("store");
    assert_int_equal(shell(DISCOVER "--out '%s' --sink postgres:", store, ts_temporary("again")), 0);
    assert_int_equal(shell(DISCOVER "--threads 1 --fresh --out '%s' --sink postgres:", store, ts_temporary("other")),
                     0);
    assert_int_equal(
        shell(TRADESTREAM "results publish '%s' --store '%s' --sink postgres:", ts_temporary("again"), store), 0);
    expect_winners(db);
    ts_db_close(db);
}

static void test_what_could_not_be_sent_is_sent_by_the_next_start(void **state)
{
    (void)state;
    ts_db *db = migrated();
    char *command;
    assert_true(asprintf(&command, DISCOVER "--out '%s' --sink ", ts_temporary("store"), ts_temporary("late")) > 0);
    database_do(db, "REVOKE ALL ON SCHEMA public FROM PUBLIC; ALTER TABLE results RENAME TO gone");
    assert_int_not_equal(shell("%spostgres:", command), 0);
    assert_non_null(strstr(shell_err, "run the same command again"));
    assert_int_equal(shell("test -s '%s/results.jsonl'", ts_temporary("late")), 0);
    database_do(db, "ALTER TABLE gone RENAME TO results");
    assert_int_equal(shell("%spostgres:", command), 0);
    assert_non_null(strstr(shell_err, "resumed: 6 of 6 searches are done"));
    expect_winners(db);
    free(command);
    ts_db_close(db);
}

static void test_edited_results_are_not_published(void **state)
{
    (void)state;
    ts_db *db = migrated();
    const char *run = ts_temporary("edited");
    assert_int_equal(shell(DISCOVER "--out '%s'", ts_temporary("store"), run), 0);
    assert_int_equal(shell("sed -i '2s/\"seed\": *[0-9]*/\"seed\": \"x\"/' '%s/results.jsonl'", run), 0);
    shell_expect(shell(TRADESTREAM "results publish '%s' --sink postgres:", run), 65, "results.jsonl, line 2: ");
    assert_int_equal(database_int(db, "SELECT count(*) FROM results"), 0);
    ts_db_close(db);
}

static void test_bad_sinks_are_refused_before_the_search(void **state)
{
    (void)state;
    static const shell_refusal refusals[] = {
        {"--sink elsewhere:x", 2, "'elsewhere:x': expected kafka:HOST:PORT[/TOPIC], postgres:URL or file:PATH"},
        {"--sink file:", 2, "expected file:PATH"},
        {"--sink kafka:127.0.0.1:1/", 2, "expected a topic"},
        {"--sink file:x,postgres:postgresql://u:canary@127.0.0.1:1/d", 2, "no password here"},
        {"--sink postgres:postgresql://127.0.0.1:1/d", 69, "127.0.0.1:1"}};
    char *command;
    assert_true(asprintf(&command, DISCOVER, ts_temporary("store")) > 0);
    shell_refuses(command, refusals, sizeof refusals / sizeof *refusals);
    assert_null(strstr(shell_err, "canary"));
    ts_db *db = database_empty();
    shell_expect(shell("%s --sink postgres:%s", command, database_url()), 78, "tradestream migrate up");
    assert_string_equal(shell_out, "");
    ts_db_close(db);
    free(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_all_sinks_get_all_winners_once),
                                       cmocka_unit_test(test_published_again_nothing_changes),
                                       cmocka_unit_test(test_what_could_not_be_sent_is_sent_by_the_next_start),
                                       cmocka_unit_test(test_edited_results_are_not_published),
                                       cmocka_unit_test(test_bad_sinks_are_refused_before_the_search)};
    return cmocka_run_group_tests(tests, start, stop);
}

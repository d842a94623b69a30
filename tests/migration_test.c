/* The connection to PostgreSQL and the migrations of its schema, against a real server. */
#include "data/db/migration.h"
#include "host/metrics/metrics.h"
#include "services/results/columns.h"
#include "tests/database.h"
#include "tests/shell.h"
#include "tests/temporary.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PROGRAMS = 6 };

static void twice_is_once(void **state)
{
    (void)state;
    ts_error error = {0};
    size_t applied;
    ts_db *db = database_empty();
    assert_int_equal(ts_migration_check(db, ts_migrations, &error), -1);
    assert_int_equal(error.code, TS_BAD_CONFIG);
    error = (ts_error){0};
    if (ts_migration_up(db, ts_migrations, &applied, &error)) fail_msg("%s", error.text);
    assert_true(applied >= 3);
    int64_t rows = database_int(db, "SELECT count(*) FROM schema_migrations");
    assert_int_equal(rows, applied);
    if (ts_migration_up(db, ts_migrations, &applied, &error)) fail_msg("%s", error.text);
    assert_int_equal(applied, 0);
    assert_int_equal(ts_migration_check(db, ts_migrations, &error), 0);
    ts_db_close(db);
}

typedef struct program {
    pthread_t thread;
    ts_db *db;
    size_t applied;
    int status;
    ts_error error;
} program;

static void *migrate(void *context)
{
    program *at = context;
    at->status = ts_migration_up(at->db, ts_migrations, &at->applied, &at->error);
    return NULL;
}

static void many_programs_at_once(void **state)
{
    (void)state;
    program programs[PROGRAMS] = {0};
    size_t applied = 0;
    ts_db *db = database_empty();
    for (int i = 0; i < PROGRAMS; i++) {
        programs[i].db = database_again();
        assert_int_equal(pthread_create(&programs[i].thread, NULL, migrate, &programs[i]), 0);
    }
    for (int i = 0; i < PROGRAMS; i++) {
        pthread_join(programs[i].thread, NULL);
        if (programs[i].status) fail_msg("%s", programs[i].error.text);
        applied += programs[i].applied;
        ts_db_close(programs[i].db);
    }
    assert_int_equal(database_int(db, "SELECT count(*) FROM schema_migrations"), applied);
    ts_db_close(db);
}

static void changed_or_newer_is_refused(void **state)
{
    (void)state;
    static const ts_migration first[] = {
        {1, "one", "CREATE TABLE one (a int);"}, {2, "two", "CREATE TABLE two (a int);"}, {0}};
    static const ts_migration other[] = {{1, "one", "CREATE TABLE one (a int);"},
                                         {2, "two", "CREATE TABLE two (a int) ;"},
                                         {3, "three", "CREATE TABLE three (a int);"},
                                         {0}};
    static const ts_migration older[] = {{1, "one", "CREATE TABLE one (a int);"}, {0}};
    ts_error error = {0}, changed = {0}, newer = {0};
    size_t applied;
    ts_db *db = database_empty();
    if (ts_migration_up(db, first, &applied, &error)) fail_msg("%s", error.text);
    assert_int_equal(ts_migration_up(db, other, &applied, &changed), -1);
    assert_int_equal(changed.code, TS_BAD_CONFIG);
    assert_non_null(strstr(changed.text, "V002__two"));
    assert_string_equal(database_text(db, "SELECT to_regclass('three')"), "");
    assert_int_equal(ts_migration_up(db, older, &applied, &newer), -1);
    assert_int_equal(newer.code, TS_BAD_CONFIG);
    assert_non_null(strstr(newer.text, "newer"));
    ts_db_close(db);
}

/* All of a file or nothing of it, and what was before it stays. */
static void a_faulty_one_leaves_nothing(void **state)
{
    (void)state;
    static const ts_migration faulty[] = {
        {1, "good", "CREATE TABLE good (a int);"}, {2, "bad", "CREATE TABLE half (a int); SELECT nonsense;"}, {0}};
    ts_error error = {0};
    size_t applied;
    ts_db *db = database_empty();
    assert_int_equal(ts_migration_up(db, faulty, &applied, &error), -1);
    assert_non_null(strstr(error.text, "V002__bad"));
    assert_non_null(strstr(error.text, "42703"));
    assert_string_equal(database_text(db, "SELECT to_regclass('half')"), "");
    assert_int_equal(database_int(db, "SELECT count(*) FROM schema_migrations"), 1);
    ts_db_close(db);
}

static void the_reader_only_reads(void **state)
{
    (void)state;
    static const char *const denied[] = {"INSERT INTO runs (run_id, run) VALUES (gen_random_uuid(), '{}')",
                                         "DELETE FROM results",
                                         "UPDATE champions SET score = 1",
                                         "TRUNCATE leaders",
                                         "DROP VIEW leaderboard",
                                         "CREATE TABLE mine (a int)"};
    ts_db *db = database_migrated();
    database_do(db, "SELECT ensure_todays_partitions()");
    database_do(db, "CREATE TABLE made_later (a int)");
    database_do(db, "SET ROLE ts_reader");
    database_do(
        db,
        "SELECT * FROM leaderboard, run_summary, walk_forward, equity_daily, requests_open, strategies, made_later");
    for (size_t i = 0; i < sizeof denied / sizeof *denied; i++) {
        ts_error error = {0};
        assert_int_equal(ts_db_script(db, denied[i], &error), -1);
        assert_string_equal(ts_db_state(db), "42501");
    }
    ts_db_close(db);
}

/* The columns of the table are those that the program writes, every metric of metrics.def among them, by their types.
 */
static void columns_are_the_programs(void **state)
{
    (void)state;
    ts_db *db = database_migrated();
    ts_strbuf names = {0};
    for (size_t i = 0; ts_columns_name(i); i++) ts_strbuf_printf(&names, "%s%s", i ? "," : "", ts_columns_name(i));
    assert_string_equal(
        database_text(db, "SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute WHERE attrelid = "
                          "'results'::regclass AND attnum > 0 AND attname NOT IN ('day', 'created_at')"),
        names.text);
    ts_strbuf_clear(&names);
    for (int i = 0; i < TS_METRICS; i++) {
        char sql[256];
        snprintf(sql, sizeof sql,
                 "SELECT atttypid::regtype FROM pg_attribute WHERE attrelid = 'results'::regclass AND attname = '%s'",
                 ts_metric_table[i].name);
        assert_string_equal(database_text(db, sql), "double precision");
    }
    ts_db_close(db);
}

/* Fails once with each state that another try may cure, and once with one that it cannot. */
typedef struct trouble {
    const char *state;
    int tries;
} trouble;

static int troubled(ts_db *db, void *context, ts_error *error)
{
    trouble *at = context;
    char sql[128];
    if (ts_db_do(db, "INSERT INTO kept VALUES (1)", 0, NULL, error)) return -1;
    if (at->tries++) return 0;
    snprintf(sql, sizeof sql, "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '%s'; END $$", at->state);
    return ts_db_do(db, sql, 0, NULL, error);
}

static void what_another_try_cures_is_tried_again(void **state)
{
    (void)state;
    static const char *const cured[] = {"40001", "40P01", "57P01", "57P03", "08006"};
    static const struct {
        const char *state;
        int code;
    } not_cured[] = {{"23505", TS_BAD_DATA},    {"57014", TS_UNAVAILABLE}, {"25006", TS_UNAVAILABLE},
                     {"55P03", TS_UNAVAILABLE}, {"58030", TS_UNAVAILABLE}, {"53100", TS_UNAVAILABLE},
                     {"53300", TS_UNAVAILABLE}, {"42703", TS_FAILED}};
    ts_db *db = database_empty();
    database_do(db, "CREATE TABLE kept (a int)");
    for (size_t i = 0; i < sizeof cured / sizeof *cured; i++) {
        trouble at = {.state = cured[i]};
        ts_error error = {0};
        if (ts_db_transaction(db, troubled, &at, &error)) fail_msg("%s", error.text);
        assert_int_equal(at.tries, 2);
        assert_int_equal(database_int(db, "SELECT count(*) FROM kept"), i + 1);
    }
    for (size_t i = 0; i < sizeof not_cured / sizeof *not_cured; i++) {
        trouble at = {.state = not_cured[i].state};
        ts_error error = {0};
        assert_int_equal(ts_db_transaction(db, troubled, &at, &error), -1);
        assert_int_equal(at.tries, 1);
        assert_non_null(strstr(error.text, not_cured[i].state));
        assert_int_equal(error.code, not_cured[i].code);
    }
    ts_db_close(db);
}

static int write_one(ts_db *db, void *context, ts_error *error)
{
    (void)context;
    return ts_db_do(db, "INSERT INTO kept VALUES (1)", 0, NULL, error);
}

/* As after a failover: the session is still there, and takes no writes. */
static void a_server_that_takes_no_writes_is_waited_for(void **state)
{
    (void)state;
    ts_error error = {0};
    ts_db *db = database_empty();
    database_do(db, "CREATE TABLE kept (a int); SET default_transaction_read_only = on");
    assert_int_equal(ts_db_transaction(db, write_one, NULL, &error), -1);
    assert_int_equal(error.code, TS_UNAVAILABLE);
    error = (ts_error){0};
    if (ts_db_transaction(db, write_one, NULL, &error)) fail_msg("%s", error.text);
    assert_int_equal(database_int(db, "SELECT count(*) FROM kept"), 1);
    ts_db_close(db);
}

static void passwords_are_in_no_message(void **state)
{
    (void)state;
    static const char *const urls[] = {"postgresql://me:open%20sesame@127.0.0.1:1/x",
                                       "postgresql://me:sesame@127.0.0.1:1/x",
                                       "postgresql://me:open@sesame@127.0.0.1:1/x",
                                       "postgresql://me:se/same@127.0.0.1/x",
                                       "postgresql://me:%zzsesame@127.0.0.1/x",
                                       "host=127.0.0.1 port=1 password=sesame",
                                       "host=127.0.0.1 password='sesame"};
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        ts_error error = {0};
        assert_null(ts_db_open(&(ts_db_settings){.url = urls[i]}, &error));
        assert_true(error.code == TS_UNAVAILABLE || error.code == TS_BAD_CONFIG);
        if (strstr(error.text, "sesame") || strstr(error.text, "same\"")) fail_msg("%s", error.text);
    }
}

static void the_command_migrates(void **state)
{
    (void)state;
    ts_db *db = database_empty();
    shell_expect(shell("env -u DATABASE_URL " TRADESTREAM "migrate up --database postgresql://me:sesame@localhost/x"),
                 2, "no password");
    shell_expect(shell("env -u PGHOST -u DATABASE_URL " TRADESTREAM "migrate status"), 78, "which database?");
    shell_expect(shell("DATABASE_URL=postgresql://127.0.0.1:1/x " TRADESTREAM "migrate up"), 69, "08006");
    assert_int_equal(shell("DATABASE_URL=%s " TRADESTREAM "migrate status", database_url()), 0);
    shell_expect_out("pending");
    assert_int_equal(shell(TRADESTREAM "migrate up --database %s", database_url()), 0);
    shell_expect_out("migrations applied");
    assert_int_equal(shell("DATABASE_URL=%s " TRADESTREAM "migrate status --format json", database_url()), 0);
    shell_expect_out("\"state\": \"applied\"");
    assert_null(strstr(shell_out, "pending"));
    database_do(db, "UPDATE schema_migrations SET checksum = 'x' WHERE version = 2");
    shell_expect(shell("DATABASE_URL=%s " TRADESTREAM "migrate up", database_url()), 78, "V002__");
    ts_db_close(db);
}

/* The variables of the original platform, when no others say which database. */
static void the_original_names_say_where(void **state)
{
    (void)state;
    ts_db *db = database_empty();
    const char *url = database_url(), *port = strrchr(url, ':') + 1, *name = strrchr(url, '/') + 1;
    const char *bare = "env -u DATABASE_URL -u PGHOST -u PGPORT POSTGRES_HOST=127.0.0.1 POSTGRES_USERNAME=tradestream "
                       "POSTGRES_PASSWORD=sesame ";
    int digits = (int)strcspn(port, "/");
    shell_expect(
        shell("%s POSTGRES_PORT=%.*s POSTGRES_DATABASE=%s " TRADESTREAM "migrate up", bare, digits, port, name), 0, "");
    assert_true(database_int(db, "SELECT count(*) FROM schema_migrations") > 0);
    shell_expect(shell("%s POSTGRES_PORT=1 POSTGRES_DATABASE=x " TRADESTREAM "migrate up", bare), 69, "127.0.0.1:1/x");
    assert_null(strstr(shell_err, "sesame"));
    /* quotes are part of a name; what Kubernetes says of a service is no port */
    shell_expect(
        shell("%s POSTGRES_PORT=tcp://10.0.0.1:1 POSTGRES_DATABASE=\"it's \\\\ x\" " TRADESTREAM "migrate up", bare),
        69, "127.0.0.1:5432/it's \\ x");
    /* a URL wins */
    shell_expect(shell("%s DATABASE_URL=postgresql://127.0.0.1:2/y " TRADESTREAM "migrate up", bare), 69,
                 "127.0.0.1:2/y");
    ts_db_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(twice_is_once),
        cmocka_unit_test(many_programs_at_once),
        cmocka_unit_test(changed_or_newer_is_refused),
        cmocka_unit_test(a_faulty_one_leaves_nothing),
        cmocka_unit_test(the_reader_only_reads),
        cmocka_unit_test(columns_are_the_programs),
        cmocka_unit_test(what_another_try_cures_is_tried_again),
        cmocka_unit_test(a_server_that_takes_no_writes_is_waited_for),
        cmocka_unit_test(passwords_are_in_no_message),
        cmocka_unit_test(the_command_migrates),
        cmocka_unit_test(the_original_names_say_where),
    };
    return cmocka_run_group_tests(tests, database_start, database_stop);
}

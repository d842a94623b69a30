#define _GNU_SOURCE
#include "tests/database.h"

#include "common/strbuf.h"
#include "data/db/migration.h"
#include "tests/shell.h"
#include "tests/temporary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#define STACK TS_TESTS_SOURCE "/tests/stack/"

static char server_url[256], url[256];
static int made;

int database_start(void **state)
{
    if (ts_temporary_make(state)) return -1;
    server_url[0] = '\0';
    if (shell("'" STACK "up' %s postgres", ts_temporary("stack"))) {
        fprintf(stderr, "no PostgreSQL here, its tests are skipped: %s", shell_err);
        return 0;
    }
    assert_int_equal(shell("sed -n 's/^DATABASE_URL=//p' %s/env", ts_temporary("stack")), 0);
    snprintf(server_url, sizeof server_url, "%.*s", (int)strcspn(shell_out, "\n"), shell_out);
    return 0;
}

int database_stop(void **state)
{
    shell("'" STACK "down' %s", ts_temporary("stack"));
    return ts_temporary_remove(state);
}

const char *database_url(void) { return url; }

static ts_db *open_url(const char *which)
{
    ts_error error = {0};
    ts_db *db = ts_db_open(&(ts_db_settings){.url = which, .application = "test", .patience_s = 30}, &error);
    if (!db) fail_msg("%s", error.text);
    return db;
}

ts_db *database_again(void) { return open_url(url); }

ts_db *database_empty(void)
{
    char sql[64];
    if (!*server_url) skip();
    ts_db *server = open_url(server_url);
    snprintf(sql, sizeof sql, "CREATE DATABASE test%d", ++made);
    database_do(server, sql);
    ts_db_close(server);
    snprintf(url, sizeof url, "%.*s/test%d", (int)(strrchr(server_url, '/') - server_url), server_url, made);
    return database_again();
}

ts_db *database_migrated(void)
{
    ts_error error = {0};
    size_t applied;
    ts_db *db = database_empty();
    if (ts_migration_up(db, ts_migrations, &applied, &error)) fail_msg("%s", error.text);
    return db;
}

void database_crash(void)
{
    assert_int_equal(shell("'" STACK "postgres' kill %s", ts_temporary("stack")), 0);
    assert_int_equal(shell("'" STACK "postgres' start %s", ts_temporary("stack")), 0);
}

void database_do(ts_db *db, const char *sql)
{
    ts_error error = {0};
    if (ts_db_script(db, sql, &error)) fail_msg("%s: %s", sql, error.text);
}

const char *database_text(ts_db *db, const char *sql)
{
    static char text[65536];
    ts_error error = {0};
    ts_db_rows *rows = ts_db_ask(db, sql, 0, NULL, &error);
    if (!rows) fail_msg("%s: %s", sql, error.text);
    const char *value = ts_db_text(rows, 0, 0);
    snprintf(text, sizeof text, "%s", value ? value : "");
    ts_db_rows_free(rows);
    return text;
}

int64_t database_int(ts_db *db, const char *sql) { return strtoll(database_text(db, sql), NULL, 10); }

char *database_plan(ts_db *db, const char *sql)
{
    ts_strbuf explain = {0}, plan = {0};
    ts_error error = {0};
    ts_strbuf_printf(&explain, "EXPLAIN %s", sql);
    ts_db_rows *rows = ts_db_ask(db, explain.text, 0, NULL, &error);
    if (!rows) fail_msg("%s", error.text);
    for (int i = 0; i < ts_db_count(rows); i++) ts_strbuf_printf(&plan, "%s\n", ts_db_text(rows, i, 0));
    ts_db_rows_free(rows);
    ts_strbuf_clear(&explain);
    return plan.text;
}

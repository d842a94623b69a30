#include "data/db/migration.h"

#include "common/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const ts_migration_states[] = {"applied", "pending", "changed", "unknown"};

/* Two programs that migrate at once wait for each other here; the number is of no other use. Held by each transaction
 * anew, as a lock of the session would be lost with its connection. */
#define LOCK "SELECT pg_advisory_xact_lock(7233173849262461)"

enum { ROWS_MAX = 100000 };

static size_t length_of(const ts_migration *migrations)
{
    size_t count = 0;
    while (migrations[count].version) count++;
    return count;
}

static void checksum(const ts_migration *migration, char text[TS_FINGERPRINT_TEXT])
{
    ts_fingerprint_of(migration->text, strlen(migration->text), text);
}

static void copy_text(char *to, size_t size, const char *text) { snprintf(to, size, "%s", text ? text : ""); }

static void own_rows(const ts_migration *migrations, size_t count, ts_migration_row *rows)
{
    for (size_t i = 0; i < count; i++) {
        rows[i].version = migrations[i].version;
        rows[i].state = TS_MIGRATION_PENDING;
        copy_text(rows[i].name, sizeof rows[i].name, migrations[i].name);
        checksum(&migrations[i], rows[i].checksum);
    }
}

/* Merge what the database says into the program's rows; versions are 1, 2, ... so that a version is a place. */
static void merge(ts_migration_row *rows, size_t own, size_t *count, const ts_db_rows *found)
{
    for (int i = 0; i < ts_db_count(found); i++) {
        int64_t version = ts_db_int(found, i, 0);
        bool known = version >= 1 && version <= (int64_t)own;
        ts_migration_row *row = known ? &rows[version - 1] : &rows[(*count)++];
        const char *sum = ts_db_text(found, i, 2);
        if (!known) row->state = TS_MIGRATION_UNKNOWN;
        else row->state = sum && !strcmp(sum, row->checksum) ? TS_MIGRATION_APPLIED : TS_MIGRATION_CHANGED;
        row->version = (int)version;
        copy_text(row->name, sizeof row->name, ts_db_text(found, i, 1));
        copy_text(row->checksum, sizeof row->checksum, sum);
        copy_text(row->applied_at, sizeof row->applied_at, ts_db_text(found, i, 3));
    }
}

static ts_db_rows *applied_rows(ts_db *db, ts_error *error)
{
    ts_db_rows *table = ts_db_ask(db, "SELECT to_regclass('schema_migrations') IS NOT NULL", 0, NULL, error);
    if (!table) return NULL;
    bool there = ts_db_truth(table, 0, 0);
    ts_db_rows_free(table);
    return ts_db_ask(db,
                     there ? "SELECT version, name, checksum, to_char(applied_at, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') "
                             "FROM schema_migrations ORDER BY version"
                           : "SELECT WHERE false",
                     0, NULL, error);
}

ts_migration_row *ts_migration_list(ts_db *db, const ts_migration *migrations, size_t *count, ts_error *error)
{
    size_t own = length_of(migrations);
    ts_db_rows *found = applied_rows(db, error);
    if (!found) return NULL;
    ts_migration_row *rows = NULL;
    if (ts_db_count(found) > ROWS_MAX)
        ts_fail(error, TS_BAD_CONFIG, "schema_migrations has more than %d rows", ROWS_MAX);
    else {
        rows = calloc(own + (size_t)ts_db_count(found) + 1, sizeof *rows);
        if (!rows) ts_no_memory(error, "the list of migrations");
    }
    if (rows) {
        *count = own;
        own_rows(migrations, own, rows);
        merge(rows, own, count, found);
    }
    ts_db_rows_free(found);
    return rows;
}

static int judge(const ts_db *db, const ts_migration_row *row, ts_error *error)
{
    if (row->state == TS_MIGRATION_CHANGED)
        return ts_fail(
            error, TS_BAD_CONFIG,
            "migration V%03d__%s was applied to %s with another text (checksum %s) than this program has: an "
            "applied migration is never changed, a new one changes what it did",
            row->version, row->name, ts_db_place(db), row->checksum);
    if (row->state == TS_MIGRATION_UNKNOWN)
        return ts_fail(error, TS_BAD_CONFIG,
                       "the database at %s has migration V%03d__%s, which this program does not know: it was made by a "
                       "newer one",
                       ts_db_place(db), row->version, row->name);
    return 0;
}

typedef struct step {
    const ts_migration *migrations, *migration;
    size_t applied;
} step;

static int check_all(ts_db *db, const ts_migration *migrations, size_t *pending, ts_error *error)
{
    size_t count = 0;
    ts_migration_row *rows = ts_migration_list(db, migrations, &count, error);
    if (!rows) return -1;
    int status = 0;
    *pending = 0;
    for (size_t i = 0; i < count && !status; i++) {
        status = judge(db, &rows[i], error);
        *pending += rows[i].state == TS_MIGRATION_PENDING;
    }
    free(rows);
    return status;
}

static int prepare(ts_db *db, void *context, ts_error *error)
{
    const step *at = context;
    size_t pending;
    if (ts_db_do(db, LOCK, 0, NULL, error)) return -1;
    if (ts_db_script(db,
                     "CREATE TABLE IF NOT EXISTS schema_migrations (version integer PRIMARY KEY, name text NOT NULL, "
                     "checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())",
                     error))
        return -1;
    return check_all(db, at->migrations, &pending, error);
}

/* Another program may have been faster: then there is nothing to do. */
static int apply(ts_db *db, void *context, ts_error *error)
{
    step *at = context;
    char version[16], sum[TS_FINGERPRINT_TEXT];
    snprintf(version, sizeof version, "%d", at->migration->version);
    checksum(at->migration, sum);
    at->applied = 0;
    if (ts_db_do(db, LOCK, 0, NULL, error)) return -1;
    ts_db_rows *there =
        ts_db_ask(db, "SELECT 1 FROM schema_migrations WHERE version = $1", 1, (const char *const[]){version}, error);
    if (!there) return -1;
    bool done = ts_db_count(there) > 0;
    ts_db_rows_free(there);
    if (done) return 0;
    at->applied = 1;
    if (ts_db_script(db, at->migration->text, error)) return -1;
    return ts_db_do(db, "INSERT INTO schema_migrations (version, name, checksum) VALUES ($1, $2, $3)", 3,
                    (const char *const[]){version, at->migration->name, sum}, error);
}

int ts_migration_up(ts_db *db, const ts_migration *migrations, size_t *applied, ts_error *error)
{
    step at = {.migrations = migrations};
    *applied = 0;
    if (ts_db_transaction(db, prepare, &at, error)) return -1;
    for (at.migration = migrations; at.migration->version; at.migration++) {
        if (ts_db_transaction(db, apply, &at, error))
            return ts_error_context(error, "migration V%03d__%s", at.migration->version, at.migration->name);
        *applied += at.applied;
    }
    return 0;
}

int ts_migration_check(ts_db *db, const ts_migration *migrations, ts_error *error)
{
    size_t pending;
    if (check_all(db, migrations, &pending, error)) return -1;
    if (!pending) return 0;
    return ts_fail(error, TS_BAD_CONFIG,
                   "the database at %s lacks %zu migrations of this program: tradestream migrate up", ts_db_place(db),
                   pending);
}

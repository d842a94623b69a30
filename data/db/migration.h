/* Numbered migrations of the database's schema: data/db/migrations/V001__what_it_does.sql, part of the program. Each is
 * run once, in a transaction of its own, and never edited afterwards: what was applied is compared with what the
 * program has. */
#ifndef TS_DATA_DB_MIGRATION_H
#define TS_DATA_DB_MIGRATION_H

#include "common/fingerprint.h"
#include "data/db/postgres.h"

typedef struct ts_migration {
    int version; /* from 1, without gaps; 0 ends a list */
    const char *name, *text;
} ts_migration;

extern const ts_migration ts_migrations[]; /* the program's own */

typedef enum ts_migration_state {
    TS_MIGRATION_APPLIED,
    TS_MIGRATION_PENDING,
    TS_MIGRATION_CHANGED, /* applied with another text than the program has */
    TS_MIGRATION_UNKNOWN  /* applied by a newer program */
} ts_migration_state;

extern const char *const ts_migration_states[]; /* their names */

typedef struct ts_migration_row {
    int version;
    char name[80], checksum[TS_FINGERPRINT_TEXT],
        applied_at[40]; /* as the database has them, else the program's and "" */
    ts_migration_state state;
} ts_migration_row;

/* Every migration that the program or the database knows, by version; freed with free(). NULL on error. */
ts_migration_row *ts_migration_list(ts_db *db, const ts_migration *migrations, size_t *count, ts_error *error);

/* Apply what is pending; `applied` counts them. Any number of programs may do this at once. TS_BAD_CONFIG when one was
 * changed after it was applied, or the database is newer than the program: then nothing is done. */
int ts_migration_up(ts_db *db, const ts_migration *migrations, size_t *applied, ts_error *error);

/* 0 when everything is applied as the program has it, else TS_BAD_CONFIG that says what to do: for programs that start.
 */
int ts_migration_check(ts_db *db, const ts_migration *migrations, ts_error *error);

#endif

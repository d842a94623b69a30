/* PostgreSQL: one connection, statements with parameters, COPY, and transactions that are run again when the server was
 * away or two of them were in each other's way. Errors carry the SQLSTATE; passwords are in none of them. A connection
 * is used by one thread at a time. */
#ifndef TS_DATA_DB_POSTGRES_H
#define TS_DATA_DB_POSTGRES_H

#include "common/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ts_db ts_db;
typedef struct ts_db_rows ts_db_rows; /* the answer to a statement */

typedef struct ts_db_settings {
    /* postgresql://... or "host=... dbname=..."; NULL: DATABASE_URL, else PGHOST, PGDATABASE, ..., else POSTGRES_HOST,
     * POSTGRES_PORT, POSTGRES_DATABASE, POSTGRES_USERNAME and POSTGRES_PASSWORD */
    const char *url;
    const char *password;    /* when none of those has one; NULL: PGPASSWORD or a file that PGPASSFILE names */
    const char *application; /* what pg_stat_activity shows; NULL: tradestream */
    double patience_s;       /* for how long a transaction is tried again; 0: 60 */
    bool (*stopping)(void);  /* NULL, or asked between two tries: true gives up at once */
} ts_db_settings;

enum { TS_DB_STATE = 6 };

/* Connect, with one try. TS_UNAVAILABLE: no server, or it refuses; TS_BAD_CONFIG: nothing says which, or the text is no
 * connection string. Texts of `settings` are copied. NULL on error. */
ts_db *ts_db_open(const ts_db_settings *settings, ts_error *error);
void ts_db_close(ts_db *db);

/* The SQLSTATE of what failed last, such as "23505"; "08006" when the connection was lost; "" when nothing failed. */
const char *ts_db_state(const ts_db *db);

/* How many connections were made so far: another number than before means that temporary tables are gone. */
unsigned ts_db_connections(const ts_db *db);

/* Where it is connected to, for people: "host:port/database". Lives as long as `db`. */
const char *ts_db_place(const ts_db *db);

/* Run one statement with `count` parameters as text, NULL for null ($1 is the first). NULL on error: TS_BAD_DATA for
 * the classes 22 and 23 of SQLSTATE (a value that does not fit), TS_UNAVAILABLE for a server that is away, full
 * or takes no writes now, a lock and a cancelled statement, TS_FAILED for the rest. Freed with ts_db_rows_free. */
ts_db_rows *ts_db_ask(ts_db *db, const char *sql, int count, const char *const *values, ts_error *error);
void ts_db_rows_free(ts_db_rows *rows);
int ts_db_count(const ts_db_rows *rows);
const char *ts_db_text(const ts_db_rows *rows, int row, int column); /* NULL: null; lives as long as `rows` */
int64_t ts_db_int(const ts_db_rows *rows, int row, int column);      /* 0: null, or no number */
bool ts_db_truth(const ts_db_rows *rows, int row, int column);       /* false: null */
int64_t ts_db_affected(const ts_db_rows *rows);                      /* rows inserted, updated, deleted */

/* The same without the answer. Returns 0 or -1. */
int ts_db_do(ts_db *db, const char *sql, int count, const char *const *values, ts_error *error);

/* Statements separated by semicolons, without parameters: for migrations. */
int ts_db_script(ts_db *db, const char *sql, ts_error *error);

/* COPY ... FROM STDIN: `sql`, then any number of pieces, then the end, which tells whether the server took them. What
 * fails in between ends the transaction. */
int ts_db_copy_begin(ts_db *db, const char *sql, ts_error *error);
int ts_db_copy_put(ts_db *db, const void *bytes, size_t length, ts_error *error);
int ts_db_copy_end(ts_db *db, ts_error *error);

/* Run `work` between BEGIN and COMMIT. When it or the COMMIT fails with a SQLSTATE that another try may cure (08: the
 * connection, 57P01 to 57P03: the server is stopping or starting, 40001 and 40P01: another transaction was in the way),
 * everything is rolled back and `work` is run again, after a pause with jitter, until the patience is over. A COMMIT
 * whose answer was lost may have been done: `work` must be such that doing it twice is doing it once. */
typedef int ts_db_work(ts_db *db, void *context, ts_error *error);
int ts_db_transaction(ts_db *db, ts_db_work *work, void *context, ts_error *error);

#endif

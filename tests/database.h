/* A real PostgreSQL for the tests of a group, and a database of its own for each test. */
#ifndef TS_TESTS_DATABASE_H
#define TS_TESTS_DATABASE_H

#include "data/db/postgres.h"

/* cmocka group set-up and tear-down: the folder of tests/temporary.h, with a server in it when this machine has one. */
int database_start(void **state);
int database_stop(void **state);

/* A new database, empty or with all migrations. Skips the running test when there is no server. Closed by the caller.
 */
ts_db *database_empty(void);
ts_db *database_migrated(void);

/* One more connection to the database made last; its URL. */
ts_db *database_again(void);
const char *database_url(void);

/* As if the power had failed, and the server started again. */
void database_crash(void);

/* Run statements, which must succeed; the first value of an answer, as a number and as text (until the next call). */
void database_do(ts_db *db, const char *sql);
int64_t database_int(ts_db *db, const char *sql);
const char *database_text(ts_db *db, const char *sql);

/* How the server would answer: all lines of EXPLAIN as one text; freed by the caller. */
char *database_plan(ts_db *db, const char *sql);

#endif

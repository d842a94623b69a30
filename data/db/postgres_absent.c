/* What a program has that was built without libpq's header: a database that cannot be opened. The rest is never
 * reached, as there is no connection to call it with. */
#include "data/db/postgres.h"

#define UNUSED __attribute__((unused))

static int absent(ts_error *error)
{
    return ts_fail(error, TS_UNAVAILABLE, "this program was built without PostgreSQL (Debian: libpq-dev)");
}

ts_db *ts_db_open(UNUSED const ts_db_settings *settings, ts_error *error)
{
    absent(error);
    return NULL;
}

ts_db_rows *ts_db_ask(UNUSED ts_db *db, UNUSED const char *sql, UNUSED int count, UNUSED const char *const *values,
                      ts_error *error)
{
    absent(error);
    return NULL;
}

void ts_db_close(UNUSED ts_db *db) {}
void ts_db_rows_free(UNUSED ts_db_rows *rows) {}
const char *ts_db_state(UNUSED const ts_db *db) { return ""; }
const char *ts_db_place(UNUSED const ts_db *db) { return ""; }
unsigned ts_db_connections(UNUSED const ts_db *db) { return 0; }
int ts_db_count(UNUSED const ts_db_rows *rows) { return 0; }
const char *ts_db_text(UNUSED const ts_db_rows *rows, UNUSED int row, UNUSED int column) { return NULL; }
int64_t ts_db_int(UNUSED const ts_db_rows *rows, UNUSED int row, UNUSED int column) { return 0; }
bool ts_db_truth(UNUSED const ts_db_rows *rows, UNUSED int row, UNUSED int column) { return false; }
int64_t ts_db_affected(UNUSED const ts_db_rows *rows) { return 0; }
int ts_db_script(UNUSED ts_db *db, UNUSED const char *sql, ts_error *error) { return absent(error); }
int ts_db_copy_begin(UNUSED ts_db *db, UNUSED const char *sql, ts_error *error) { return absent(error); }
int ts_db_copy_end(UNUSED ts_db *db, ts_error *error) { return absent(error); }

int ts_db_do(UNUSED ts_db *db, UNUSED const char *sql, UNUSED int count, UNUSED const char *const *values,
             ts_error *error)
{
    return absent(error);
}

int ts_db_copy_put(UNUSED ts_db *db, UNUSED const void *bytes, UNUSED size_t length, ts_error *error)
{
    return absent(error);
}

int ts_db_transaction(UNUSED ts_db *db, UNUSED ts_db_work *work, UNUSED void *context, ts_error *error)
{
    return absent(error);
}

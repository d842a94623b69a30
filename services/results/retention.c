#include "services/results/retention.h"

#include <inttypes.h>
#include <stdio.h>

enum { LEAST_DAYS = 8, MOST_DAYS = 36500, PIECE = 50000, PIECES_MAX = 1000000 };

/* Partitions of a table below a day, the oldest first, and whether taking one off was broken off. */
static const char partitions[] =
    "SELECT c.relname, i.inhdetachpending, right(c.relname, 8)::date FROM pg_inherits i "
    "JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent "
    "WHERE p.oid = to_regclass($1) AND c.relname ~ '_[0-9]{8}$' AND right(c.relname, 8)::date < $2::date ORDER BY 3";

/* Taken off without keeping readers out, then dropped; neither can be part of a transaction. The names come from the
 * catalogue and are quoted by the server. */
static int drop(ts_db *db, const char *parent, const char *child, bool pending, ts_error *error)
{
    char detach[256], remove[256];
    snprintf(detach, sizeof detach, "ALTER TABLE %s DETACH PARTITION \"%s\" %s", parent, child,
             pending ? "FINALIZE" : "CONCURRENTLY");
    snprintf(remove, sizeof remove, "DROP TABLE \"%s\"", child);
    return ts_db_script(db, detach, error) || ts_db_script(db, remove, error) ? -1 : 0;
}

static int drop_days(ts_db *db, const char *parent, const char *before, size_t *dropped, ts_error *error)
{
    int status = 0;
    ts_db_rows *rows = ts_db_ask(db, partitions, 2, (const char *const[]){parent, before}, error);
    if (!rows) return -1;
    for (int i = 0; i < ts_db_count(rows) && !status; i++) {
        status = drop(db, parent, ts_db_text(rows, i, 0), ts_db_truth(rows, i, 1), error);
        *dropped += !status;
    }
    ts_db_rows_free(rows);
    return status;
}

/* In pieces, so that no transaction is long: `sql` removes at most so many rows. */
static int remove_rows(ts_db *db, const char *sql, const char *before, ts_error *error)
{
    char most[16];
    snprintf(most, sizeof most, "%d", PIECE);
    for (int piece = 0; piece < PIECES_MAX; piece++) {
        ts_db_rows *rows = ts_db_ask(db, sql, 2, (const char *const[]){before, most}, error);
        if (!rows) return -1;
        int64_t removed = ts_db_affected(rows);
        ts_db_rows_free(rows);
        if (removed == 0) break;
    }
    return 0;
}

int ts_results_prune(ts_db *db, int64_t days, size_t *dropped, ts_error *error)
{
    char text[24], before[40];
    size_t unsaid = 0;
    *dropped = 0;
    if (days < LEAST_DAYS || days > MOST_DAYS)
        return ts_fail(error, TS_USAGE, "results are kept for %d to %d days, not %" PRId64, LEAST_DAYS, MOST_DAYS,
                       days);
    snprintf(text, sizeof text, "%" PRId64, days);
    ts_db_rows *rows = ts_db_ask(db, "SELECT ((now() AT TIME ZONE 'UTC')::date - $1::integer)::text", 1,
                                 (const char *const[]){text}, error);
    if (!rows) return -1;
    snprintf(before, sizeof before, "%s", ts_db_text(rows, 0, 0));
    ts_db_rows_free(rows);
    if (drop_days(db, "results", before, dropped, error) || drop_days(db, "result_folds", before, &unsaid, error))
        return -1;
    static const char *const rest[] = {
        "DELETE FROM leaders WHERE ctid = ANY (ARRAY(SELECT ctid FROM leaders WHERE day < $1::date LIMIT $2))",
        "DELETE FROM equity_days WHERE ctid = ANY (ARRAY(SELECT e.ctid FROM equity_days e JOIN result_keys k USING "
        "(result_id) WHERE k.day < $1::date LIMIT $2))",
        "DELETE FROM result_keys WHERE ctid = ANY (ARRAY(SELECT ctid FROM result_keys WHERE day < $1::date LIMIT $2))"};
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++)
        if (remove_rows(db, rest[i], before, error)) return -1;
    return 0;
}

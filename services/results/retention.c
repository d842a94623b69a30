#include "services/results/retention.h"

#include <inttypes.h>
#include <stdio.h>

enum { LEAST_DAYS = 8, MOST_DAYS = 36500, PIECE = 50000, PIECES_MAX = 1000000 };

/* Partitions of a table below a day, the oldest first, and how far taking them off has got: one that is taken off and
 * not yet dropped is known by its name only. */
static const char partitions[] =
    "SELECT c.relname, coalesce(i.inhdetachpending, false), i.inhrelid IS NULL FROM pg_class p "
    "JOIN pg_class c ON c.relnamespace = p.relnamespace AND c.relkind = 'r' "
    "AND c.relname ~ ('^' || p.relname || '_[0-9]{8}$') "
    "LEFT JOIN pg_inherits i ON i.inhrelid = c.oid AND i.inhparent = p.oid "
    "WHERE p.oid = to_regclass($1) AND right(c.relname, 8) < to_char($2::date, 'YYYYMMDD') ORDER BY c.relname";

/* Taken off without keeping readers out, then dropped; neither can be part of a transaction. The names come from the
 * catalogue and are quoted by the server. */
static int drop(ts_db *db, const char *parent, const char *child, bool pending, bool detached, ts_error *error)
{
    char detach[256], remove[256];
    snprintf(detach, sizeof detach, "ALTER TABLE %s DETACH PARTITION \"%s\" %s", parent, child,
             pending ? "FINALIZE" : "CONCURRENTLY");
    snprintf(remove, sizeof remove, "DROP TABLE \"%s\"", child);
    if (!detached && ts_db_script(db, detach, error)) return -1;
    return ts_db_script(db, remove, error);
}

static int drop_days(ts_db *db, const char *parent, const char *before, size_t *dropped, ts_error *error)
{
    int status = 0;
    ts_db_rows *rows = ts_db_ask(db, partitions, 2, (const char *const[]){parent, before}, error);
    if (!rows) return -1;
    for (int i = 0; i < ts_db_count(rows) && !status; i++) {
        status = drop(db, parent, ts_db_text(rows, i, 0), ts_db_truth(rows, i, 1), ts_db_truth(rows, i, 2), error);
        *dropped += !status;
    }
    ts_db_rows_free(rows);
    return status;
}

/* Takes away with an answer what it answers. In the order of strategy_consumer: answers, then requests; rows that
 * another transaction has in hand are left to the next piece. */
#define WITH_THEIR_ANSWERS                                                                                             \
    "asked AS (DELETE FROM requests WHERE request_id IN (SELECT id FROM old)), "                                       \
    "ran AS (DELETE FROM runs WHERE run_id IN (SELECT id FROM old)) "

/* After the days of results, the oldest of which are gone by now. */
static const char *const rest[] = {
    "DELETE FROM leaders WHERE ctid = ANY (ARRAY(SELECT ctid FROM leaders WHERE day < $1::date LIMIT $2))",
    "DELETE FROM equity_days WHERE ctid = ANY (ARRAY(SELECT e.ctid FROM equity_days e JOIN result_keys k USING "
    "(result_id) WHERE k.day < $1::date LIMIT $2))",
    "DELETE FROM result_keys WHERE ctid = ANY (ARRAY(SELECT ctid FROM result_keys WHERE day < $1::date LIMIT $2))",
    /* answered so long ago */
    "WITH old AS MATERIALIZED (SELECT id FROM answers WHERE answered_at < $1::date ORDER BY answered_at LIMIT $2 "
    "FOR UPDATE SKIP LOCKED), pending AS (DELETE FROM requests_pending WHERE request_id IN (SELECT id FROM "
    "old)), " WITH_THEIR_ANSWERS "DELETE FROM answers WHERE id IN (SELECT id FROM old)",
    /* asked so long ago, expired, and never answered */
    "WITH old AS MATERIALIZED (SELECT p.request_id AS id FROM requests_pending p LEFT JOIN requests q USING "
    "(request_id) LEFT JOIN answers a ON a.id = p.request_id WHERE a.answered_at IS NULL AND "
    "greatest(q.created_at, q.expires_at, a.created_at) < $1::date AND NOT EXISTS "
    "(SELECT FROM results r WHERE r.request_id = p.request_id) LIMIT $2 FOR UPDATE OF p SKIP LOCKED), "
    "begun AS (DELETE FROM answers WHERE id IN (SELECT id FROM old)), " WITH_THEIR_ANSWERS
    "DELETE FROM requests_pending WHERE request_id IN (SELECT id FROM old)",
    /* results of a run that was never told of, by a program that ended in between */
    "DELETE FROM answers WHERE id IN (SELECT a.id FROM answers a WHERE a.answered_at IS NULL AND NOT a.of_request AND "
    "a.created_at < $1::date AND NOT EXISTS (SELECT FROM results r WHERE r.run_id = a.id) LIMIT $2 "
    "FOR UPDATE SKIP LOCKED)"};

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
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++)
        if (remove_rows(db, rest[i], before, error)) return -1;
    return 0;
}

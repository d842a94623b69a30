#define _GNU_SOURCE
/* Statements with parameters, their answers, and COPY. */
#include "data/db/postgres_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE = 1 << 20 }; /* bytes given to libpq at once */

static bool went_well(const ts_pq *pq, const PGresult *result)
{
    ExecStatusType status = pq->PQresultStatus(result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

ts_db_rows *ts_db_ask(ts_db *db, const char *sql, int count, const char *const *values, ts_error *error)
{
    const ts_pq *pq = db->pq;
    PGresult *result = pq->PQexecParams(db->conn, sql, count, NULL, values, NULL, NULL, 0);
    if (!result || !went_well(pq, result)) {
        ts_db_refused(db, result, error);
        pq->PQclear(result);
        return NULL;
    }
    ts_db_rows *rows = malloc(sizeof *rows);
    if (rows) *rows = (ts_db_rows){.pq = pq, .result = result};
    else pq->PQclear(result);
    if (!rows) ts_no_memory(error, "the answer to a statement");
    return rows;
}

void ts_db_rows_free(ts_db_rows *rows)
{
    if (rows) rows->pq->PQclear(rows->result);
    free(rows);
}

int ts_db_do(ts_db *db, const char *sql, int count, const char *const *values, ts_error *error)
{
    ts_db_rows *rows = ts_db_ask(db, sql, count, values, error);
    ts_db_rows_free(rows);
    return rows ? 0 : -1;
}

int ts_db_script(ts_db *db, const char *sql, ts_error *error)
{
    PGresult *result = db->pq->PQexec(db->conn, sql);
    int status = result && went_well(db->pq, result) ? 0 : ts_db_refused(db, result, error);
    db->pq->PQclear(result);
    return status;
}

int ts_db_count(const ts_db_rows *rows) { return rows->pq->PQntuples(rows->result); }

const char *ts_db_text(const ts_db_rows *rows, int row, int column)
{
    const ts_pq *pq = rows->pq;
    if (row < 0 || row >= pq->PQntuples(rows->result) || column < 0 || column >= pq->PQnfields(rows->result))
        return NULL;
    return pq->PQgetisnull(rows->result, row, column) ? NULL : pq->PQgetvalue(rows->result, row, column);
}

static int64_t number(const char *text)
{
    char *end;
    errno = 0;
    long long value = text && *text ? strtoll(text, &end, 10) : 0;
    return text && *text && !*end && !errno ? value : 0;
}

int64_t ts_db_int(const ts_db_rows *rows, int row, int column) { return number(ts_db_text(rows, row, column)); }

bool ts_db_truth(const ts_db_rows *rows, int row, int column)
{
    const char *text = ts_db_text(rows, row, column);
    return text && *text == 't';
}

int64_t ts_db_affected(const ts_db_rows *rows) { return number(rows->pq->PQcmdTuples(rows->result)); }

int ts_db_copy_begin(ts_db *db, const char *sql, ts_error *error)
{
    PGresult *result = db->pq->PQexec(db->conn, sql);
    bool ready = result && db->pq->PQresultStatus(result) == PGRES_COPY_IN;
    int status = ready ? 0 : ts_db_refused(db, result, error);
    db->pq->PQclear(result);
    return status;
}

int ts_db_copy_put(ts_db *db, const void *bytes, size_t length, ts_error *error)
{
    for (const char *at = bytes; length;) {
        int piece = (int)(length < PIECE ? length : PIECE);
        if (db->pq->PQputCopyData(db->conn, at, piece) != 1) return ts_db_refused(db, NULL, error);
        at += piece;
        length -= (size_t)piece;
    }
    return 0;
}

int ts_db_copy_end(ts_db *db, ts_error *error)
{
    const ts_pq *pq = db->pq;
    int status = 0;
    if (pq->PQputCopyEnd(db->conn, NULL) != 1) return ts_db_refused(db, NULL, error);
    for (PGresult *result; (result = pq->PQgetResult(db->conn));) { /* the COPY's own, then what ends it */
        if (!status && !went_well(pq, result)) status = ts_db_refused(db, result, error);
        bool more = pq->PQresultStatus(result) != PGRES_COPY_IN && pq->PQstatus(db->conn) == CONNECTION_OK;
        pq->PQclear(result);
        if (!more) break;
    }
    return status;
}

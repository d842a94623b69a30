/* A connection, as the files of this folder know it. */
#ifndef TS_DATA_DB_POSTGRES_INTERNAL_H
#define TS_DATA_DB_POSTGRES_INTERNAL_H

#include "data/db/libpq.h"
#include "data/db/postgres.h"

struct ts_db {
    const ts_pq *pq;
    PGconn *conn;
    char *url, *application, *password; /* password: NULL, or when the URL has none */
    double patience_s;
    bool (*stopping)(void);
    unsigned connections;
    char state[TS_DB_STATE], place[256];
};

struct ts_db_rows {
    const ts_pq *pq;
    PGresult *result;
};

/* Connect anew, whatever was before. */
int ts_db_connect(ts_db *db, ts_error *error);

/* Record what `result` (or the connection, when it is NULL) says, for people and as db->state. Always -1. */
int ts_db_refused(ts_db *db, const PGresult *result, ts_error *error);

#endif

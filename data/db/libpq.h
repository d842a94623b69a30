/* The part of libpq that is used, found in its library at run time: a program that is linked to no PostgreSQL starts
 * everywhere. The only place that includes its header; for the files of this folder. */
#ifndef TS_DATA_DB_LIBPQ_H
#define TS_DATA_DB_LIBPQ_H

#include "common/error.h"

#include <libpq-fe.h>

/* One line a function: adding one here is all. */
#define TS_PQ_FUNCTIONS(X)                                                                                             \
    X(PQconninfoParse)                                                                                                 \
    X(PQconninfoFree)                                                                                                  \
    X(PQconnectdbParams)                                                                                               \
    X(PQfinish)                                                                                                        \
    X(PQstatus)                                                                                                        \
    X(PQtransactionStatus)                                                                                             \
    X(PQerrorMessage)                                                                                                  \
    X(PQpass)                                                                                                          \
    X(PQhost)                                                                                                          \
    X(PQport)                                                                                                          \
    X(PQdb)                                                                                                            \
    X(PQsetNoticeProcessor)                                                                                            \
    X(PQexec)                                                                                                          \
    X(PQexecParams)                                                                                                    \
    X(PQgetResult)                                                                                                     \
    X(PQputCopyData)                                                                                                   \
    X(PQputCopyEnd)                                                                                                    \
    X(PQresultStatus)                                                                                                  \
    X(PQresultErrorField)                                                                                              \
    X(PQresultErrorMessage)                                                                                            \
    X(PQcmdStatus)                                                                                                     \
    X(PQcmdTuples)                                                                                                     \
    X(PQntuples)                                                                                                       \
    X(PQnfields)                                                                                                       \
    X(PQgetisnull)                                                                                                     \
    X(PQgetvalue)                                                                                                      \
    X(PQclear)                                                                                                         \
    X(PQfreemem)

#define TS_PQ_MEMBER(function) __typeof__(function) *function;
typedef struct ts_pq {
    TS_PQ_FUNCTIONS(TS_PQ_MEMBER)
} ts_pq;

/* All functions; NULL with TS_UNAVAILABLE when the library is not there, or too old. */
const ts_pq *ts_pq_load(ts_error *error);

#endif

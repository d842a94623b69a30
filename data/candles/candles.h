/* The one door to candles: every command that reads candles comes through here, be it a file or the store. */
#ifndef TS_DATA_CANDLES_CANDLES_H
#define TS_DATA_CANDLES_CANDLES_H

#include "data/candles/reader.h"

typedef struct ts_candles_query {
    const char *file;     /* a file of candles: text of any shape and compression, or one batch of a store */
    const char *store;    /* or the root of a store; exactly one of the two */
    const char *exchange; /* of the store; NULL: local */
    const char *symbol;   /* any spelling; NULL: the file's name up to the first dot. Needed for a store */
    const char *interval; /* "1m"; NULL: the most frequent step of a file. Needed for a store */
    int64_t from_ms;      /* bars before it are dropped, and gaps before it are none; 0: keep all */
    bool fill_gaps;       /* insert flat bars without volume where bars are missing */
    ts_reading reading;   /* of a text file */
} ts_candles_query;

/* Fill the empty `series`. A file whose name is no symbol gives its bare name as the symbol. TS_USAGE: the query is
 * wrong; TS_BAD_DATA: the candles are, or they are not those that were asked for (another symbol, another interval).
 * `report` may be NULL. The series is empty on failure, and the caller's to clear on success. */
int ts_candles_load(const ts_candles_query *query, ts_series *series, ts_read_report *report, ts_error *error);

/* The symbol that the series of a query for a file has. Only a batch is read for that. */
int ts_candles_symbol(const ts_candles_query *query, char symbol[TS_SYMBOL_TEXT], ts_error *error);

#endif

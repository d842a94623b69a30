/* The candle store: <root>/<exchange>/<symbol>/<interval>/<first>-<last>.h5, batches that never change. Several batches
 * read as one series: rows that two of them hold must be equal. */
#ifndef TS_DATA_CANDLES_STORE_H
#define TS_DATA_CANDLES_STORE_H

#include "host/series/series.h"

#define TS_STORE_EXCHANGE "local" /* where no exchange is said */

/* Small letters, digits, - and _, at most 31. TS_USAGE. */
int ts_exchange_check(const char *exchange, ts_error *error);

typedef struct ts_store_key {
    const char *root; /* borrowed */
    char exchange[32], symbol[TS_SYMBOL_TEXT];
    int64_t interval_ms;
} ts_store_key;

/* Read all batches of one series into the empty `series`. TS_BAD_DATA when there is none, one is damaged or two differ.
 */
int ts_store_read(const ts_store_key *key, ts_series *series, ts_error *error);

/* Add the rows of `series` (its exchange, symbol and interval say where) that the store does not hold yet, as one
 * batch. A row that the store holds otherwise is TS_BAD_DATA, and nothing is written. `added`: rows written. */
int ts_store_add(const char *root, const ts_series *series, const char *source, size_t *added, ts_error *error);

/* The series a store holds, ordered by exchange, symbol, interval. Freed with free(). TS_BAD_DATA when there is no
 * store; an empty list is fine. */
int ts_store_list(const char *root, ts_store_key **keys, size_t *count, ts_error *error);

/* What the batches of one series hold, read from their heads alone. `bars` is the sum over the batches. */
typedef struct ts_store_summary {
    size_t batches, bars;
    int64_t first_ms, last_ms;
    bool synthetic;
} ts_store_summary;
int ts_store_summarise(const ts_store_key *key, ts_store_summary *summary, ts_error *error);

#endif

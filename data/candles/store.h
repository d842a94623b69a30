/* The candle store: <root>/<exchange>/<symbol>/<interval>/<first>-<last>.h5, batches that are written whole, and the
 * journal of live candles (journal.h). They read as one series: rows that two batches hold must be equal, and what the
 * journal says of a time counts, as it was said last. */
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

/* Read all batches of one series and its part of the journal into the empty `series`. TS_BAD_DATA when there is none,
 * one is damaged or two differ. */
int ts_store_read(const ts_store_key *key, ts_series *series, ts_error *error);

/* What a series' files are now: another text as soon as the series may have changed. For those who keep what they read:
 * ask before reading, and read again when it differs. */
int ts_store_stamp(const ts_store_key *key, char text[TS_FINGERPRINT_TEXT], ts_error *error);

/* Add the rows of `series` (its exchange, symbol and interval say where) that the store does not hold yet, as one
 * batch. A row that the store holds otherwise is TS_BAD_DATA, and nothing is written. `added`: rows written. */
int ts_store_add(const char *root, const ts_series *series, const char *source, size_t *added, ts_error *error);

/* Make the store hold the rows of `series`, whatever it held of their times: rows that it lacks become a batch, and
 * batches that hold one otherwise are written anew. Killed on the way, the store holds some of the old rows, and doing
 * it again does the rest. `changed`: rows added or corrected. The journal is not looked at. */
int ts_store_correct(const char *root, const ts_series *series, const char *source, size_t *changed, ts_error *error);

/* The series a store holds, ordered by exchange, symbol, interval. Freed with free(). TS_BAD_DATA when there is no
 * store; an empty list is fine. */
int ts_store_list(const char *root, ts_store_key **keys, size_t *count, ts_error *error);

/* What one series holds, read from the heads of its batches and the journal. `bars` is the sum over the batches and of
 * what the journal has after them. */
typedef struct ts_store_summary {
    size_t batches, live, bars; /* live: those of the journal */
    int64_t first_ms, last_ms;
    bool synthetic;
} ts_store_summary;
int ts_store_summarise(const ts_store_key *key, ts_store_summary *summary, ts_error *error);

#endif

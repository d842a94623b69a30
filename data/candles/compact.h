/* Batches of days put together to batches of months. */
#ifndef TS_DATA_CANDLES_COMPACT_H
#define TS_DATA_CANDLES_COMPACT_H

#include "data/candles/store.h"

typedef struct ts_compaction {
    size_t before, after; /* batches of the series */
} ts_compaction;

/* Of each month (UTC) that has several batches, one. The series stays the same, candle by candle; who reads meanwhile
 * reads it whole; killed on the way, the next compaction goes on. Batches that reach over several months are left
 * alone. */
int ts_store_compact(const ts_store_key *key, ts_compaction *done, ts_error *error);

#endif

/* One immutable HDF5 file of candles: the datasets time (int64, milliseconds UTC, bar open), open, high, low, close and
 * volume (float64), chunked, shuffled, deflated, with a checksum a chunk; attributes name units, source and a hash of
 * the content. Other programs read it as they read any HDF5 file. Calls are safe from any thread, one runs at a time.
 */
#ifndef TS_DATA_CANDLES_BATCH_H
#define TS_DATA_CANDLES_BATCH_H

#include "host/series/series.h"

/* Write all of the series durably under `path`, which appears whole or not at all; `source` says where it came from. */
int ts_batch_write(const char *path, const ts_series *series, const char *source, ts_error *error);

/* Read a batch into the empty `series` and check everything: the file, the hash, each candle. TS_BAD_DATA. */
int ts_batch_read(const char *path, ts_series *series, ts_error *error);

/* What a batch holds, without reading its candles. */
typedef struct ts_batch_head {
    size_t bars;
    int64_t first_ms, last_ms;
    bool synthetic;
} ts_batch_head;
int ts_batch_read_head(const char *path, ts_batch_head *head, ts_error *error);

/* Whether the file begins like HDF5. */
bool ts_batch_is(const char *path);

#endif

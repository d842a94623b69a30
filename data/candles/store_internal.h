/* The folders of a store: what its files share. */
#ifndef TS_DATA_CANDLES_STORE_INTERNAL_H
#define TS_DATA_CANDLES_STORE_INTERNAL_H

#include "data/candles/folder.h"
#include "data/candles/store.h"

enum { TS_STORE_PATH = 4096 }; /* PATH_MAX, wherever it is known */

/* Where the batches of a series are. TS_USAGE when the path is too long for a batch's name below it. */
int ts_store_folder(const ts_store_key *key, char path[TS_STORE_PATH], ts_error *error);

/* Whether what failed is to be tried again, as a batch is gone that was listed: others put several together, one after
 * the other. The tries so far are counted from 0; waits a little longer each time, a second in all. */
bool ts_store_try_again(bool gone, int tries);

/* One writer a series at a time, so that two imports cannot both find a row missing. A file; closing it unlocks. -1 on
 * error. */
int ts_store_lock(const char *folder, ts_error *error);

/* The name that its first and last candle give a batch; write it under that name. */
void ts_store_batch_name(const ts_series *series, char name[TS_NAME]);
int ts_store_write_batch(const char *folder, const ts_series *series, const char *source, ts_error *error);

/* Where a batch lies by its name, whole seconds counted as one, against candles from `first_ms` to `last_ms`. */
typedef enum ts_batch_place { TS_BATCH_BEFORE, TS_BATCH_WITHIN, TS_BATCH_AFTER } ts_batch_place;
ts_batch_place ts_store_batch_place(const char *name, int64_t first_ms, int64_t last_ms);

/* The batches alone, and the journal's part alone; nothing is an empty series. */
int ts_store_read_batches(const ts_store_key *key, ts_series *series, ts_error *error);
int ts_store_read_live(const ts_store_key *key, ts_series *series, ts_error *error);

#endif

/* The series that were read last, kept in memory. Each use looks at the store's files first: what has changed since is
 * read anew. Any thread may use all of this at once. */
#ifndef TS_SERVICES_MARKET_DATA_SERVICE_SHELF_H
#define TS_SERVICES_MARKET_DATA_SERVICE_SHELF_H

#include "data/candles/store.h"
#include "host/series/resample.h"
#include "services/service/meter.h"

typedef struct market_shelf market_shelf;

extern const ts_meter market_shelf_meters[];

/* For the series of a store, while they take no more than `bytes` together; one is kept however large it is. */
market_shelf *market_shelf_new(const char *root, size_t bytes, ts_error *error);
void market_shelf_free(market_shelf *shelf);

/* Which series of the store answers a question for candles of the key's interval: that one itself, else the shortest
 * that it can be made of. TS_USAGE, in words for clients, when the store has none. The root is the shelf's. */
int market_shelf_find(market_shelf *shelf, const ts_store_key *wanted, ts_store_key *source, ts_error *error);

/* Fill the empty `into` with bars made of a stored series, or of its own bars when the interval is its own. All of
 * these count as whole. Errors are those of the store. */
int market_shelf_bars(market_shelf *shelf, const ts_store_key *source, const ts_resampling *how, ts_series *into,
                      size_t *whole, ts_error *error);

#endif

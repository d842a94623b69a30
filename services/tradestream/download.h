/* Candles of an exchange into the store: of each series what the store lacks, in batches of about a month. */
#ifndef TS_SERVICES_TRADESTREAM_DOWNLOAD_H
#define TS_SERVICES_TRADESTREAM_DOWNLOAD_H

#include "data/candles/absent.h"
#include "ingest/candle_module.h"

typedef struct ts_download {
    const ts_candle_module *rest;
    ts_candle_source *source;
    bool (*stop)(void); /* true: keep what came and end */
    size_t series, of;  /* for the progress: which one it is */
} ts_download;

/* What one series gained; bars, and ranges of them that the exchange does not have. */
typedef struct ts_downloaded {
    int64_t held, absent;
    size_t added, absent_ranges;
} ts_downloaded;

/* The end of the last bar that is closed at this time; a bar counts as closed some seconds after its end. */
int64_t ts_download_closed(int64_t time_ms, int64_t interval_ms);

/* Make the store hold what the exchange has of [from, to), both whole intervals. What the store holds, and what it
 * knows that the exchange does not have, is not asked for. What came before an error is kept. The caller has the
 * exchange's journal (data/candles/live.h). Errors as ts_candle_source_fetch and the store. */
int ts_download_series(ts_download *download, const ts_store_key *key, int64_t from_ms, int64_t to_ms,
                       ts_downloaded *done, ts_error *error);

#endif

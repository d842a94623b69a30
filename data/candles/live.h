/* Live candles on their way into a store: acknowledged by the journal, and batches when their day is over. */
#ifndef TS_DATA_CANDLES_LIVE_H
#define TS_DATA_CANDLES_LIVE_H

#include "data/candles/journal.h"

typedef struct ts_live ts_live;

/* What the journal held when it was opened: whole candles, and what was thrown away. */
typedef struct ts_live_report {
    size_t bars, torn, damaged; /* torn: bytes */
    int64_t first_damaged;
} ts_live_report;

/* Open the exchange's journal in a store to write; `source` says in the batches where candles came from. One program at
 * a time: TS_UNAVAILABLE. NULL on error. */
ts_live *ts_live_open(const char *root, const char *exchange, const char *source, ts_live_report *report,
                      ts_error *error);
void ts_live_close(ts_live *live);

/* Keep candles; all are durable and read by others on return, or none is. A candle of a time that is there already
 * corrects it, also where it is in a batch. */
int ts_live_append(ts_live *live, const ts_live_bar *bars, size_t count, ts_error *error);

/* Make batches of all candles before `before_ms`, the beginning of a day, and take them out of the journal. May be
 * broken off at any moment and done again. `settled`: how many there were. TS_BAD_DATA: a series' batches cannot be
 * read; its candles stay in the journal, and all others have gone. */
int ts_live_settle(ts_live *live, int64_t before_ms, size_t *settled, ts_error *error);

#endif

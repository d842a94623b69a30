/* The candles of one series that the journal holds, in memory: what new ones are compared with. */
#ifndef TS_SERVICES_CANDLE_INGESTOR_HELD_H
#define TS_SERVICES_CANDLE_INGESTOR_HELD_H

#include "data/candles/journal.h"

typedef struct ts_held_candle {
    ts_candle candle;
    ts_journal_origin origin;
} ts_held_candle;

typedef struct ts_held { /* begins as all zero; freed with ts_held_clear */
    ts_held_candle *row; /* ascending in time */
    size_t count, room;
} ts_held;

void ts_held_clear(ts_held *held);

/* The candle of this time, NULL when there is none. */
const ts_held_candle *ts_held_find(const ts_held *held, int64_t time_ms);

/* Whether there is one of [from, to). */
bool ts_held_any(const ts_held *held, int64_t from_ms, int64_t to_ms);

/* The first of trades that is not before; NULL when there is none. */
const ts_held_candle *ts_held_of_trades(const ts_held *held, int64_t from_ms);

/* Put a candle in, in the place of one of its time. */
int ts_held_put(ts_held *held, const ts_candle *candle, ts_journal_origin origin, ts_error *error);

/* Forget those before. */
void ts_held_drop(ts_held *held, int64_t before_ms);

#endif

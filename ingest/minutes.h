/* One-minute candles of one product, built from its trades, each of which counts once however often and in whatever
 * order it comes. What is given out of a minute is either what the exchange would say of it, or that it is dirty: to be
 * asked for elsewhere. A minute is
 *
 * - given out when the exchange's clock is `grace` beyond its end, in order, none left out;
 * - dirty when a trade of it may be missing or was told in two ways: the product was not covered all the time, ids are
 *   missing between two trades (they are consecutive for a product, and in order of time), the caller knows of damage;
 * - dirty again, after it was given out, when a trade of it comes late or ids turn out to be missing.
 *
 * The open is the trade with the lowest id, the close that with the highest. Memory does not grow. */
#ifndef TS_INGEST_MINUTES_H
#define TS_INGEST_MINUTES_H

#include "ingest/message.h"

#include <stdint.h>

enum { TS_GRACE_LIMIT_S = 300 };

typedef enum ts_minute_kind {
    TS_MINUTE_BAR,
    TS_MINUTE_EMPTY, /* no trades: there is no bar */
    TS_MINUTE_DIRTY, /* ask the exchange's REST interface */
} ts_minute_kind;

typedef struct ts_minute {
    const char *symbol; /* borrowed from the ts_minutes */
    ts_minute_kind kind;
    bool again;              /* dirty, and given out before as a bar or empty */
    int64_t time_ms, end_ms; /* the end is excluded; EMPTY and DIRTY may be several minutes */
    double open, high, low, close, volume;
    uint64_t trades; /* of the bar */
} ts_minute;

typedef void ts_minute_sink(void *context, const ts_minute *minute);

typedef struct ts_minutes_counts {
    uint64_t trades, duplicates, restated /* an id that came with two contents */, early /* before the coverage */,
        late /* after the minute was given out */, implausible /* an id or a time far off */;
    uint64_t bars, empty, dirty, dirty_again; /* minutes */
} ts_minutes_counts;

typedef struct ts_minutes ts_minutes;

/* `symbol` is copied; grace: 0 .. TS_GRACE_LIMIT_S seconds. NULL: no memory. The counts are the caller's. */
ts_minutes *ts_minutes_new(const char *symbol, int64_t grace_us, ts_minute_sink *sink, void *context,
                           ts_minutes_counts *counts, ts_error *error);
void ts_minutes_free(ts_minutes *minutes);
const char *ts_minutes_symbol(const ts_minutes *minutes);

/* From now on (the exchange's clock) all trades are received; the minute of that time is dirty, as is all since the
 * last stop. Until the first start nothing is given out, and trades only tell ids. */
void ts_minutes_start(ts_minutes *minutes, int64_t now_us);

/* Without a start, too, minutes are given out from now on: as long as there is none they are dirty. */
void ts_minutes_begin(ts_minutes *minutes, int64_t now_us);
void ts_minutes_stop(ts_minutes *minutes);
bool ts_minutes_covered(const ts_minutes *minutes);

void ts_minutes_trade(ts_minutes *minutes, const ts_market_trade *trade);

/* The exchange says that the last trade so far has this id. */
void ts_minutes_last_trade(ts_minutes *minutes, uint64_t trade_id, int64_t now_us);

/* Trades with times in from_us .. to_us may be missing. */
void ts_minutes_damage(ts_minutes *minutes, int64_t from_us, int64_t to_us);

/* The exchange's clock: gives out what is due. Without coverage a guess of the time will do, for all is dirty then. */
void ts_minutes_advance(ts_minutes *minutes, int64_t now_us);

#endif

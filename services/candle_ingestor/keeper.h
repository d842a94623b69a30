/* Candles of one exchange on their way into the store: minutes from trades and pages of REST, into the journal while
 * they are recent and into batches when they are old; what the exchange does not have; and the outlets, told of all.
 * Threads may use it at once. All candles are minutes. */
#ifndef TS_SERVICES_CANDLE_INGESTOR_KEEPER_H
#define TS_SERVICES_CANDLE_INGESTOR_KEEPER_H

#include "data/candles/absent.h"
#include "data/candles/live.h"
#include "ingest/candle_source.h"
#include "services/candle_ingestor/outlets.h"
#include "services/symbols/symbols.h"

enum { TS_MINUTE_MS = 60000, TS_DAY_MS = 86400000 };

typedef struct ts_keeper ts_keeper;

typedef struct ts_keeper_counts {
    uint64_t from_trades, from_rest; /* candles stored */
    uint64_t differing;              /* where REST said something else than a clean minute of trades */
    uint64_t restated;               /* where REST said something else than it had said */
    uint64_t absent;                 /* minutes that the exchange does not have */
    uint64_t unsaid;                 /* where REST has no candle of a minute of trades, which stays */
    uint64_t settled;                /* candles that went from the journal into batches */
    uint64_t damaged;                /* symbols whose part of the store cannot be read now */
} ts_keeper_counts;

/* Opens the exchange's journal (TS_UNAVAILABLE: another program has it) and knows what the store holds of the symbols.
 * A symbol whose batches or list of gaps cannot be read is warned of and left out: its new minutes are kept in the
 * journal, and what it lacks is not known until the files are right again. Here and in all that follows that is no
 * error.
 * The settings and lists are borrowed. */
ts_keeper *ts_keeper_open(const char *root, const char *exchange, const ts_symbols *symbols, ts_outlets *outlets,
                          ts_error *error);
void ts_keeper_close(ts_keeper *keeper);

/* Keep minutes built from trades, durably; all or none. A minute that is there with other values, or of a day that
 * became a batch, is put into `doubtful` (room for `count`): REST shall say. */
int ts_keeper_minutes(ts_keeper *keeper, const ts_live_bar *bars, size_t count, ts_live_bar *doubtful, size_t *doubts,
                      ts_error *error);

/* Nothing was traded in this range, say the trades. Noted durably by ts_keeper_note. */
int ts_keeper_empty(ts_keeper *keeper, size_t symbol, ts_range range, ts_error *error);
int ts_keeper_note(ts_keeper *keeper, ts_error *error);

/* Keep a page of REST that is recent: what REST says counts, and differences are logged. Minutes that are neither in
 * the page nor in the store, and were not empty, do not exist when they are before `sure_ms`; the others go to
 * `unsure`, which is empty and the caller's to free. */
int ts_keeper_recent(ts_keeper *keeper, size_t symbol, const ts_candle_page *page, int64_t sure_ms, ts_ranges *unsure,
                     ts_error *error);

/* Whether the journal has candles of [from, to): what is said of these belongs there, too. */
bool ts_keeper_holds(ts_keeper *keeper, size_t symbol, int64_t from_ms, int64_t to_ms);

/* The time of the journal's first candle from `from_ms` on that was built from trades; INT64_MAX when there is none. */
int64_t ts_keeper_of_trades(ts_keeper *keeper, size_t symbol, int64_t from_ms);

/* Keep candles of long ago, of which the journal has none, as a batch: all that the exchange has of [from, to). There
 * may be none. */
int ts_keeper_old(ts_keeper *keeper, size_t symbol, const ts_series *candles, int64_t from_ms, int64_t to_ms,
                  ts_error *error);

/* Write the symbol's names into a series. */
void ts_keeper_names(const ts_keeper *keeper, size_t symbol, ts_series *series);

/* What is missing of [from, to), oldest first; nothing where that cannot be known. */
int ts_keeper_missing(ts_keeper *keeper, size_t symbol, int64_t from_ms, int64_t to_ms, ts_ranges *missing,
                      ts_error *error);

/* Make batches of the days that are over for two hours, by the newest candle. */
int ts_keeper_settle(ts_keeper *keeper, ts_error *error);

int64_t ts_keeper_recent_since(ts_keeper *keeper); /* from then on candles belong into the journal: a day's beginning */
ts_keeper_counts ts_keeper_count(ts_keeper *keeper);

#endif

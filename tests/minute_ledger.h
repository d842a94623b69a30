/* What was given out of each minute, held against the candles that the trades came from. */
#ifndef TS_TESTS_MINUTE_LEDGER_H
#define TS_TESTS_MINUTE_LEDGER_H

#include "host/series/series.h"
#include "ingest/minutes.h"

typedef struct minute_ledger {
    const ts_series *series;
    int64_t first, next; /* minutes since 1970: of the series; the one that must be given out next */
    size_t minutes;
    char *said;    /* of each minute: 0, 'b' the candle, 'w' another bar, 'e' empty, 'd' dirty */
    char *damaged; /* set by the test: a trade of it was lost */
} minute_ledger;

void minute_ledger_make(minute_ledger *ledger, const ts_series *series);
void minute_ledger_clear(minute_ledger *ledger);

/* A ts_minute_sink; the context is the ledger. Fails the test when the order is wrong. */
void minute_ledger_sink(void *context, const ts_minute *minute);

/* Fails the test when a minute is wrong and not dirty, or damaged and not dirty; a missing candle must be empty.
 * Returns how many minutes are clean; those never given out count nowhere, and must be at most `open`. */
size_t minute_ledger_check(const minute_ledger *ledger, size_t open);

#endif

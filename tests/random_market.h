/* Candles made up for tests: valid, seeded, and of every kind that has broken a simulator before. */
#ifndef TS_TESTS_RANDOM_MARKET_H
#define TS_TESTS_RANDOM_MARKET_H

#include "common/philox.h"
#include "host/series/series.h"

typedef enum market_kind {
    MARKET_WALK,  /* a random walk with all its digits */
    MARKET_TICKS, /* a walk on a coarse grid: many equal prices, many ties */
    MARKET_STEPS, /* piecewise constant: long flat stretches */
    MARKET_FLAT,  /* one price */
    MARKET_WILD,  /* moves of tens of percent a bar: shorts are ruined */
    MARKET_THIN,  /* bars of one price, zero volumes, small prices */
    MARKET_KINDS
} market_kind;

/* `bars` candles a minute apart into the empty series; aborts without memory. */
void random_market(ts_draws *draws, market_kind kind, size_t bars, ts_series *series);

#endif

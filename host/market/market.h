/* A market: one series made ready for evaluation under one set of assumptions. Immutable, shared by all threads.
 * Beside the candles it holds 64 + 4 + log2 of the blocks bytes a bar of tables. */
#ifndef TS_HOST_MARKET_H
#define TS_HOST_MARKET_H

#include "host/engine/engine.h"
#include "kernels/cpu.h"

struct ts_market {
    const ts_market *whole; /* itself, or the market whose tables this window of it shares */
    double costs;           /* 1, or a window's multiple of the whole market's fee and slippage */
    uint64_t serial; /* of the whole; no other market of this process has it: what a device keeps is found by it */
    ts_simulation simulation;
    int64_t interval_ms;
    size_t loaded;      /* bars from the first loaded to the window's end */
    size_t first, bars; /* the trading window: bars first .. first + bars - 1, the last being loaded - 1 */
    int64_t *time;
    double *column[TS_COLUMNS]; /* `loaded` values, then NaN up to a multiple of TS_TILE_MULTIPLE and one more */
    ts_bar *bar;
    uint32_t *suffix_extremes;
    ts_extremes *blocks;
    ts_history history;
    ts_metrics buy_hold;
};

/* Set what buying at the first possible fill and holding to the end of the window gives. */
void ts_market_buy_and_hold(ts_market *market);

#endif

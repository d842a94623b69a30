/* The tables of a market that make a trade's totals cost O(1). */
#ifndef TS_KERNELS_HISTORY_H
#define TS_KERNELS_HISTORY_H

#include "kernels/dialect.h"

/* A bar of history: what makes a trade's totals cost O(1). Eight doubles, a cache line. */
typedef struct ts_bar {
    double returns, squares, losses; /* sums to this bar of r, r^2 and min(r, 0)^2, with r = close / close before - 1 */
    double closes;                   /* sum of closes to this bar */
    double close, fill;              /* fill: the price at which an order fills at this bar */
    double highest, lowest;          /* closes from this bar to the end of its block of TS_BLOCK bars */
} ts_bar;

enum { TS_BLOCK = 16 };

typedef struct ts_extremes {
    double highest, lowest;
} ts_extremes;

typedef struct ts_history {
    const TS_GLOBAL ts_bar *bar;
    const TS_GLOBAL double *close, *fill;
    /* Of a bar: bit b says that the close of bar b of its block is lower than all after it up to this bar, bit 16 + b
     * that it is higher; so the first bit from an earlier bar on is the extreme of the closes from there to here. */
    const TS_GLOBAL uint32_t *suffix_extremes;
    const TS_GLOBAL ts_extremes
        *blocks; /* [0] is of no bars; then level by level, [1 + level * count + b]: the 2^level blocks from b */
    size_t block_count;
    double fee, slippage;
    bool at_close; /* orders fill at the close at which the position has been marked */
} ts_history;

#endif

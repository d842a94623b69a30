/* What the walks of genomes are given and what they keep: where a genome stands, its rules, its trades, its totals. */
#ifndef TS_KERNELS_WALK_H
#define TS_KERNELS_WALK_H

#include "kernels/history.h"

/* Totals of a genome's trades so far: a record of TS_TOTALS_RECORD doubles. */
typedef enum ts_total {
    TS_EQUITY,
    TS_PEAK,
    TS_DRAWDOWN,
    TS_SUM_RETURN,
    TS_SUM_SQUARE,
    TS_SUM_LOSS,   /* of bar returns, their squares, the squares of the negative ones */
    TS_SUM_EQUITY, /* of equity over closes */
    TS_FEES,
    TS_TRADED, /* in equity units */
    TS_PROFIT,
    TS_LOSS,
    TS_SUM_TRADE,
    TS_BEST,
    TS_WORST,
    TS_TRADES,
    TS_WINS,
    TS_HELD,
    TS_FLAT_SINCE, /* bar from which no position has been open */
    TS_MARK,       /* equity at the last close before that bar */
    TS_RUINED,
    TS_TOTALS
} ts_total;

enum { TS_TOTALS_RECORD = (TS_TOTALS + 7) / 8 * 8, TS_SETTLED_MAX = 64 };

enum { TS_PAIR_SHORT = 1, TS_PAIR_REVERSES = 2 }; /* flags of a trade; reverses: the next one is entered at its exit */

/* The trades of up to TS_SETTLED_MAX genomes, as pairs of fill bars. */
typedef struct ts_settlement {
    const ts_history *history;
    size_t genomes;
    TS_GLOBAL double *totals;        /* of genome i from totals[i * TS_TOTALS_RECORD] */
    const TS_GLOBAL uint32_t *pair;  /* of genome i from pair[i * stride]: entry bar, exit bar, entry bar, ...; room for
                              as many  pairs as any genome of the call has */
    const TS_GLOBAL uint8_t *flags;  /* of genome i from flags[i * stride], one a pair; NULL: long trades only */
    const TS_GLOBAL uint32_t *pairs; /* how many of each genome */
    size_t stride;
    bool closing;                 /* the exit bar is the last one, its close the price (rule 7) */
    TS_GLOBAL double *cash;       /* NULL, or where the cash after each trade of the only genome goes */
    TS_GLOBAL uint32_t *ruin_bar; /* NULL, or the bar at which the only genome was ruined */
} ts_settlement;

/* A position rule of one genome, resolved. */
typedef struct ts_rule {
    int kind, side;                 /* ts_rule_kind; +1: it ends longs, -1: shorts */
    double amount;                  /* fraction, multiple of the range, or bars */
    const TS_GLOBAL double *range;  /* the row of trailing_stop_atr, at the tile */
    const TS_GLOBAL uint64_t *gate; /* mask that must hold too, NULL: none */
} ts_rule;

/* Where a genome stands between tiles. */
typedef struct ts_stand {
    int side;              /* +1, -1, 0 flat */
    uint32_t next;         /* bar whose signals are looked at next */
    uint32_t entry;        /* fill bar of the open position */
    double price, extreme; /* fill price with slippage; best of it and the closes since, up to bar next - 1 */
} ts_stand;

/* One genome over one tile, with short sides or position rules. Masks are of the tile; NULL: never true. */
typedef struct ts_scan {
    const ts_history *history;
    const TS_GLOBAL uint64_t *entry[2], *exit[2]; /* long, short */
    const ts_rule *rule;
    int rules;
    uint32_t first, bars; /* bar of bit 0; bars at which signals may be acted on */
    uint32_t begin;       /* bar of the tile from which entries count */
    uint32_t delay;       /* bars from signal to fill: 1 at the next open, 0 at the close */
    bool may_reverse;
    ts_stand *stand;
} ts_scan;

/* A trade that ended. reason: 0 the signal, k: rule[k - 1]; or one of these. */
enum { TS_REASON_END = 254, TS_REASON_RUIN = 255 };
typedef struct ts_scanned {
    uint32_t entry, exit;
    uint8_t flags, reason;
} ts_scanned;

#endif

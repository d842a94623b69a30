/* The kernels of a CPU back end: what they are given, and the table that each of the three builds of cpu.c fills.
 * A tile is a run of bars, a multiple of 64; all pointers are to its first bar. */
#ifndef TS_KERNELS_CPU_H
#define TS_KERNELS_CPU_H

#include "kernels/kernels.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TS_KERNEL_INPUTS = 3, TS_KERNEL_PARAMETERS = 4, TS_KERNEL_STATE = 10, TS_LANES_MAX = 8, TS_TILE_MULTIPLE = 64 };

/* A row or a number: element i is at[i & mask]. A number is 8 copies of itself with mask 0. */
typedef struct ts_operand {
    const double *at;
    size_t mask;
} ts_operand;

/* One row to compute. Before `at` of an input lie as many earlier bars as the kernel reads. */
typedef struct ts_row {
    ts_operand in[TS_KERNEL_INPUTS];
    double parameter[TS_KERNEL_PARAMETERS];
    double *out, *state;
} ts_row;

typedef struct ts_rows {
    const ts_row *row;
    size_t count, bars;
    bool first; /* the tile is the series' first: states start anew */
} ts_rows;

typedef enum ts_relation { TS_IS_BELOW, TS_IS_AT_MOST, TS_IS_ABOVE, TS_IS_AT_LEAST } ts_relation;

/* How a mask is made. An UP is made together with the DOWN of the same rows. */
typedef enum ts_mask_kind {
    TS_MASK_COMPARE, /* a relation b */
    TS_MASK_DEFINED, /* a is not NaN; `level` receives a in levels of `scale` */
    TS_MASK_UP,      /* a > b now, a <= b at the bar before; `down`: the reverse */
    TS_MASK_DOWN,
    TS_MASK_AND, /* of x and y */
    TS_MASK_OR,
    TS_MASK_NOT /* of x */
} ts_mask_kind;

/* How a double becomes a level of 16 bits, for all rows of a tile that are compared with one another; see levels.h. */
typedef struct ts_scale {
    double base, factor;
    bool set;
} ts_scale;

/* Two rows whose order is asked, with what their DEFINED masks made; `defined` and `level` are NULL where the doubles
 * are compared. */
typedef struct ts_pair {
    ts_operand a, b;
    const uint64_t *defined[2];
    const int16_t *level[2];
} ts_pair;

/* Bit t of word t / 64 of `out` is for bar t of the tile. */
typedef struct ts_mask {
    ts_mask_kind kind;
    ts_relation relation;
    ts_pair rows; /* of COMPARE: a and b; of DEFINED: a */
    const uint64_t *x, *y;
    uint64_t *out, *down;
    int16_t *level;
    ts_scale *scale;   /* not set when a tile begins */
    uint64_t carry[2]; /* of UP: bit 63 says whether a <= b, and a >= b, at the last bar before */
} ts_mask;

/* Where a genome stands that follows the order of two rows: long, and what their order was at the last bar before.
 * `waits`: it trades both sides and no crossing has come yet. */
typedef struct ts_following {
    bool open, waits, at_most, at_least;
} ts_following;

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
    const ts_bar *bar;
    const double *close, *fill;
    /* Of a bar: bit b says that the close of bar b of its block is lower than all after it up to this bar, bit 16 + b
     * that it is higher; so the first bit from an earlier bar on is the extreme of the closes from there to here. */
    const uint32_t *suffix_extremes;
    const ts_extremes
        *blocks; /* [0] is of no bars; then level by level, [1 + level * count + b]: the 2^level blocks from b */
    size_t block_count;
    double fee, slippage;
    bool at_close; /* orders fill at the close at which the position has been marked */
} ts_history;

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
    double *totals;        /* of genome i from totals[i * TS_TOTALS_RECORD] */
    const uint32_t *pair;  /* of genome i from pair[i * stride]: entry bar, exit bar, entry bar, ...; room for as many
                              pairs as any genome of the call has */
    const uint8_t *flags;  /* of genome i from flags[i * stride], one a pair; NULL: long trades only */
    const uint32_t *pairs; /* how many of each genome */
    size_t stride;
    bool closing;       /* the exit bar is the last one, its close the price (rule 7) */
    double *cash;       /* NULL, or where the cash after each trade of the only genome goes */
    uint32_t *ruin_bar; /* NULL, or the bar at which the only genome was ruined */
} ts_settlement;

/* A position rule of one genome, resolved. */
typedef struct ts_rule {
    int kind, side;       /* ts_rule_kind; +1: it ends longs, -1: shorts */
    double amount;        /* fraction, multiple of the range, or bars */
    const double *range;  /* the row of trailing_stop_atr, at the tile */
    const uint64_t *gate; /* mask that must hold too, NULL: none */
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
    const uint64_t *entry[2], *exit[2]; /* long, short */
    const ts_rule *rule;
    int rules;
    uint32_t first, bars; /* bar of bit 0; bars at which signals may be acted on */
    uint32_t delay;       /* bars from signal to fill: 1 at the next open, 0 at the close */
    bool may_reverse;
    ts_stand *stand;
    uint32_t *pair;          /* room for 2 (bars + 1) */
    uint8_t *flags, *reason; /* a trade; reason 0: the signal, k: rule[k - 1] */
} ts_scan;

typedef struct ts_cpu_kernels {
    int lanes;
    void (*rows[TS_KERNELS])(const ts_rows *call);
    /* Masks in order, operands before what is made of them; `first`: the tile is the series' first. */
    void (*masks)(ts_mask *mask, size_t count, size_t bars, bool first);
    /* Positions from entry and exit masks: an entry opens when flat, an exit closes when in. Writes the bars (from
     * `first`) at which the position changed, alternately; *open says whether one is open before the tile, and after
     * it. Room for bars + 8 is needed. Returns how many. */
    size_t (*latch)(const uint64_t *entry, const uint64_t *exit, size_t words, uint32_t first, bool *open,
                    uint32_t *change);
    /* The same for a genome that enters where row a crosses above b and leaves, or reverses, where it crosses below:
     * positions straight from the rows. Entries count from bar `from` of the tile, signals end before bar `end`. */
    size_t (*follow)(const ts_pair *rows, size_t words, int64_t from, int64_t end, uint32_t first,
                     ts_following *following, uint32_t *change);
    size_t (*scan)(const ts_scan *call); /* returns the trades that ended */
    void (*settle)(const ts_settlement *call);
} ts_cpu_kernels;

extern const ts_cpu_kernels ts_cpu_kernels_scalar, ts_cpu_kernels_avx2, ts_cpu_kernels_avx512;

#endif

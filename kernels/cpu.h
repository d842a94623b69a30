/* The kernels of a CPU back end: what they are given, and the table that each of the three builds of cpu.c fills.
 * A tile is a run of bars, a multiple of 64; all pointers are to its first bar. */
#ifndef TS_KERNELS_CPU_H
#define TS_KERNELS_CPU_H

#include "kernels/kernels.h"
#include "kernels/operand.h"
#include "kernels/walk.h"

enum { TS_KERNEL_INPUTS = 3, TS_KERNEL_PARAMETERS = 4, TS_KERNEL_STATE = 10, TS_LANES_MAX = 8, TS_TILE_MULTIPLE = 64 };

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

/* How a double becomes a level of 16 bits, for all rows of a tile that are compared with one another; see levels.h. */
typedef struct ts_scale {
    double base, factor;
    bool set;
} ts_scale;

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

/* Sums over halves of a history in blocks, see halves.h: TS_HALVES halves at a time, that differ in the subset of the
 * lower blocks and have that of the higher ones in common. */
enum { TS_HALVES = 8 };
typedef struct ts_halves {
    const double *low;     /* a trial after the other: TS_HALVES sums of returns, then as many of squares */
    const double *most[2]; /* by trial, of its halves below: the largest of the sums, the smallest of the squares */
    const double *high[2]; /* by trial: what the higher blocks add to the sums, and to the squares */
    size_t trials, first_trial; /* how many, and the number of the first; room for whole vectors is needed */
    int halves;                 /* how many of the TS_HALVES count */
} ts_halves;

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
    /* The trades that end in the tile: returns how many. Room for bars + 1 is needed. */
    size_t (*scan)(const ts_scan *call, uint32_t *pair, uint8_t *flags, uint8_t *reason);
    void (*settle)(const ts_settlement *call);
    /* Sums of TS_HALVES trials side by side over all subsets of some blocks, each added up from the lowest block on:
     * sum[subset][trial] from block[number][trial]. */
    void (*subsets)(const double (*block)[TS_HALVES], int blocks, double (*sum)[TS_HALVES]);
    /* From them TS_HALVES subsets of each trial, 2 TS_HALVES apart. */
    void (*spread)(const double (*sum)[TS_HALVES], const uint8_t subset[TS_HALVES], double *low);
    /* The best trial of each half so far: the score's two parts and the trial's number. */
    void (*best)(const ts_halves *call, double score[2][TS_HALVES], double trial[TS_HALVES]);
    /* Trials that score less than, and no more than, the given score in each half: added to the counts. */
    void (*outdone)(const ts_halves *call, const double score[2][TS_HALVES], double count[2][TS_HALVES]);
} ts_cpu_kernels;

extern const ts_cpu_kernels ts_cpu_kernels_scalar, ts_cpu_kernels_avx2, ts_cpu_kernels_avx512;

#endif

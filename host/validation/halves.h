/* All ways to choose half of a history's S blocks, and the sums of trials over them. A half is a set of S/2 blocks, bit
 * b for block b. The lower S/2 blocks and the higher ones are summed apart: a half's sum is one addition of two sums
 * that many halves share, and TS_HALVES halves that share the higher one are taken side by side. */
#ifndef TS_HOST_HALVES_H
#define TS_HOST_HALVES_H

#include "common/error.h"
#include "kernels/cpu.h"

#include <stdbool.h>
#include <stdint.h>

enum { TS_MOST_BLOCKS = 16, TS_MOST_SUBSETS = 1 << TS_MOST_BLOCKS / 2, TS_MOST_UNITS = 36, TS_NO_HALF = 0 };

/* Up to TS_HALVES subsets of the lower blocks that have the same size, with all subsets of the higher blocks that make
 * a half of each. A half's place is first + TS_HALVES higher + lower; places without a half hold TS_NO_HALF. */
typedef struct ts_half_unit {
    uint8_t lower[TS_HALVES];
    int lowers;             /* how many there are; the rest of `lower` is 0 */
    size_t higher, highers; /* from where in the list of higher subsets, and how many */
    size_t first;           /* place */
} ts_half_unit;

typedef struct ts_halves_plan {
    int blocks; /* S */
    ts_half_unit unit[TS_MOST_UNITS];
    size_t units, places;
    uint8_t higher[TS_MOST_SUBSETS]; /* subsets of the higher blocks by size */
    uint16_t *half;                  /* by place */
    uint32_t *place;                 /* by half */
} ts_halves_plan;

/* blocks: even, 2 to TS_MOST_BLOCKS. */
int ts_halves_plan_init(ts_halves_plan *plan, int blocks, ts_error *error);
void ts_halves_plan_clear(ts_halves_plan *plan);

/* The sums of a group of trials over the subsets: what ts_halves in kernels/cpu.h points into. The room of a group and
 * its distances in memory are not powers of two, which would fall on few sets of a cache. */
enum { TS_HALF_GROUP = 64, TS_HALF_STRIDE = TS_HALF_GROUP + 8 };
typedef struct ts_half_sums {
    double *low;     /* by unit, trial: TS_HALVES sums, as many sums of squares; TS_HALF_STRIDE trials a unit */
    double *most[2]; /* by unit, trial: the largest sum, the smallest sum of squares; TS_HALF_STRIDE trials a unit */
    double *high[2]; /* by higher subset, trial: sums; sums of squares; TS_HALF_STRIDE trials a subset */
} ts_half_sums;

int ts_half_sums_init(ts_half_sums *sums, ts_error *error);
void ts_half_sums_clear(ts_half_sums *sums);

/* What to fill in: every `step`th unit from `unit` on; `most` only if asked for. */
typedef struct ts_half_filling {
    const ts_halves_plan *plan;
    const ts_cpu_kernels *kernels;
    size_t unit, step;
    bool most;
} ts_half_filling;

/* Up to TS_HALF_GROUP trials, from their blocks' sums of returns and of squares (trial after trial). */
void ts_half_sums_fill(const ts_half_filling *filling, ts_half_sums *sums, const double *returns, const double *squares,
                       size_t trials);

/* The sum of the blocks in a half, added in the order of the tables, so that it has their bits. */
double ts_half_sum(const ts_halves_plan *plan, const double *blocks, unsigned half);

#endif

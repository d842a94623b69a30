#include "host/validation/halves.h"

#include "common/memory.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Subsets of `of` blocks that hold `size` of them, in rising order. */
static size_t subsets(int of, int size, uint8_t *into)
{
    size_t count = 0;
    for (unsigned set = 0; set < 1u << of; set++)
        if (__builtin_popcount(set) == size) into[count++] = (uint8_t)set;
    return count;
}

/* The units whose lower subsets have this size; `higher` subsets from `from` on complete them. */
static void add_units(ts_halves_plan *plan, int size, size_t from, size_t highers)
{
    uint8_t lower[TS_MOST_SUBSETS];
    size_t lowers = subsets(plan->blocks / 2, size, lower);
    for (size_t at = 0; at < lowers; at += TS_HALVES) {
        ts_half_unit *unit = &plan->unit[plan->units++];
        unit->lowers = (int)(lowers - at < TS_HALVES ? lowers - at : TS_HALVES);
        memcpy(unit->lower, lower + at, (size_t)unit->lowers);
        unit->higher = from;
        unit->highers = highers;
        unit->first = plan->places;
        plan->places += highers * TS_HALVES;
    }
}

static void name_places(ts_halves_plan *plan)
{
    for (const ts_half_unit *unit = plan->unit; unit < plan->unit + plan->units; unit++)
        for (size_t h = 0; h < unit->highers; h++)
            for (int l = 0; l < unit->lowers; l++) {
                unsigned high = (unsigned)plan->higher[unit->higher + h] << plan->blocks / 2;
                size_t place = unit->first + h * TS_HALVES + (size_t)l;
                plan->half[place] = (uint16_t)(high | unit->lower[l]);
                plan->place[plan->half[place]] = (uint32_t)place;
            }
}

int ts_halves_plan_init(ts_halves_plan *plan, int blocks, ts_error *error)
{
    *plan = (ts_halves_plan){.blocks = blocks};
    if (blocks < 2 || blocks > TS_MOST_BLOCKS || blocks % 2)
        return ts_fail(error, TS_USAGE, "%d blocks of a history: expected an even number from 2 to %d", blocks,
                       TS_MOST_BLOCKS);
    size_t highers = 0;
    for (int size = 0; size <= blocks / 2; size++) {
        size_t count = subsets(blocks / 2, size, plan->higher + highers);
        add_units(plan, blocks / 2 - size, highers, count);
        highers += count;
    }
    plan->half = ts_alloc(plan->places, sizeof *plan->half);
    plan->place = ts_alloc((size_t)1 << blocks, sizeof *plan->place);
    if (!plan->half || !plan->place) {
        ts_halves_plan_clear(plan);
        return ts_no_memory(error, "the halves of a history");
    }
    name_places(plan);
    return 0;
}

void ts_halves_plan_clear(ts_halves_plan *plan)
{
    free(plan->half);
    free(plan->place);
    *plan = (ts_halves_plan){0};
}

int ts_half_sums_init(ts_half_sums *sums, ts_error *error)
{
    *sums = (ts_half_sums){0};
    sums->low = ts_alloc((size_t)TS_HALF_STRIDE * TS_MOST_UNITS * 2 * TS_HALVES, sizeof *sums->low);
    bool failed = !sums->low;
    for (int of = 0; of < 2; of++) {
        failed |= !(sums->most[of] = ts_alloc((size_t)TS_HALF_STRIDE * TS_MOST_UNITS, sizeof(double)));
        failed |= !(sums->high[of] = ts_alloc((size_t)TS_HALF_STRIDE * TS_MOST_SUBSETS, sizeof(double)));
    }
    if (!failed) return 0;
    ts_half_sums_clear(sums);
    return ts_no_memory(error, "the sums of trials over halves of a history");
}

void ts_half_sums_clear(ts_half_sums *sums)
{
    free(sums->low);
    for (int of = 0; of < 2; of++) free(sums->most[of]), free(sums->high[of]);
    *sums = (ts_half_sums){0};
}

/* Trials are filled in SIDE at a time, side by side: of their blocks from `first` on, those of one subset table. */
enum { SIDE = TS_HALVES };

static void lay_side_by_side(const double *block, size_t stride, size_t trials, int first, int count,
                             double into[TS_MOST_BLOCKS / 2][SIDE])
{
    for (int b = 0; b < count; b++)
        for (size_t t = 0; t < SIDE; t++) into[b][t] = t < trials ? block[t * stride + (size_t)(first + b)] : 0;
}

/* The largest of a unit's sums, or, of squares, the smallest. */
static void place_most(const ts_half_unit *unit, double sum[TS_MOST_SUBSETS][SIDE], bool squares, double *most)
{
    memcpy(most, sum[unit->lower[0]], sizeof sum[0]);
    for (int l = 1; l < unit->lowers; l++) {
        const double *other = sum[unit->lower[l]];
        for (int t = 0; t < SIDE; t++) {
            double a = squares ? other[t] : most[t], b = squares ? most[t] : other[t];
            most[t] = a < b ? other[t] : most[t];
        }
    }
}

/* Sums of returns (of = 0) or squares of up to SIDE trials, to be placed from the group's trial `at` on. */
static void fill_side(const ts_half_filling *f, ts_half_sums *sums, size_t of, const double *block, size_t trials,
                      size_t at)
{
    double side[TS_MOST_BLOCKS / 2][SIDE], sum[TS_MOST_SUBSETS][SIDE];
    const ts_halves_plan *plan = f->plan;
    int half = plan->blocks / 2;
    lay_side_by_side(block, (size_t)plan->blocks, trials, 0, half, side);
    f->kernels->subsets((const double(*)[SIDE])side, half, sum);
    for (size_t u = f->unit; u < plan->units; u += f->step) {
        f->kernels->spread((const double(*)[SIDE])sum, plan->unit[u].lower,
                           sums->low + ((u * TS_HALF_STRIDE + at) * 2 + of) * TS_HALVES);
        if (f->most) place_most(&plan->unit[u], sum, of == 1, sums->most[of] + u * TS_HALF_STRIDE + at);
    }
    lay_side_by_side(block, (size_t)plan->blocks, trials, half, half, side);
    f->kernels->subsets((const double(*)[SIDE])side, half, sum);
    for (unsigned h = 0; h < 1u << half; h++)
        memcpy(sums->high[of] + h * TS_HALF_STRIDE + at, sum[plan->higher[h]], sizeof sum[0]);
}

void ts_half_sums_fill(const ts_half_filling *filling, ts_half_sums *sums, const double *returns, const double *squares,
                       size_t trials)
{
    for (size_t at = 0; at < trials; at += SIDE) {
        size_t there = trials - at < SIDE ? trials - at : SIDE, from = at * (size_t)filling->plan->blocks;
        fill_side(filling, sums, 0, returns + from, there, at);
        fill_side(filling, sums, 1, squares + from, there, at);
    }
}

double ts_half_sum(const ts_halves_plan *plan, const double *blocks, unsigned half)
{
    const double *high = blocks + plan->blocks / 2;
    double sum[2] = {0};
    for (unsigned set = half & ((1u << plan->blocks / 2) - 1); set; set &= set - 1)
        sum[0] += blocks[__builtin_ctz(set)];
    for (unsigned set = half >> plan->blocks / 2; set; set &= set - 1) sum[1] += high[__builtin_ctz(set)];
    return sum[0] + sum[1];
}

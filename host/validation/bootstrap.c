#include "host/validation/bootstrap.h"

#include "common/memory.h"
#include "common/philox.h"
#include "host/validation/cells.h"
#include "host/validation/moments.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

const ts_bootstrap_settings ts_bootstrap_defaults = {.resamples = 1000, .confidence = 0.9};

/* Bits of a block's length in cells; what random numbers are for. */
enum { LENGTH_BITS = 13, PURPOSE = 0x626f6f74 };

typedef struct resampling {
    const ts_bootstrap_settings *settings;
    double mean; /* of the series' returns */
    ts_cell *cell;
    size_t cells;
    double longer[LENGTH_BITS]; /* the probability that a block goes on for 2^i cells more */
    int bits;                   /* above these it is less than any draw but 0 */
    double *sharpe, *drawdown;  /* by resample */
} resampling;

/* The length of a block, geometric by inversion: the largest 1 + k such that a uniform draw is below q^k, k found bit
 * by bit from the highest. */
static size_t block_length(const resampling *r, ts_draws *draws)
{
    if (!r->bits) return 1;
    double unit = ts_draw_unit(draws), reached = 1;
    size_t more = 0;
    for (int bit = r->bits - 1; bit >= 0; bit--) {
        double further = reached * r->longer[bit];
        bool goes_on = unit < further; /* a coin: chosen, not branched upon */
        reached = goes_on ? further : reached;
        more += (size_t)goes_on << bit;
    }
    return 1 + more;
}

static double sharpe_of(const resampling *r, const ts_cells_walk *walk)
{
    double square = walk->squares - walk->sum * walk->sum / walk->bars;
    if (!(walk->bars > 1) || !(square > 0)) return 0;
    return (r->mean - r->settings->risk_free + walk->sum / walk->bars) / sqrt(square / (walk->bars - 1));
}

static void resample_job(void *context, int worker, size_t index)
{
    resampling *r = context;
    (void)worker;
    ts_draws draws = ts_draws_at(r->settings->key, (uint32_t)index, PURPOSE, 0);
    ts_cells_walk walk = {.level = 1};
    for (size_t left = r->cells; left;) {
        size_t at = ts_draw_below(&draws, (uint32_t)r->cells), length = block_length(r, &draws);
        if (length > left) length = left;
        left -= length;
        for (; length; length--) {
            ts_cells_step(&walk, &r->cell[at]);
            if (++at == r->cells) at = 0;
        }
    }
    r->sharpe[index] = sharpe_of(r, &walk);
    r->drawdown[index] = walk.drawdown;
}

static int rising(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The value below which this share of the sorted ones lies, between two of them in proportion. */
static double percentile(const double *sorted, size_t n, double share)
{
    double at = share * (double)(n - 1);
    size_t below = (size_t)at;
    if (below >= n - 1) return sorted[n - 1];
    return sorted[below] + (at - (double)below) * (sorted[below + 1] - sorted[below]);
}

static ts_interval interval_of(double *values, size_t n, double confidence)
{
    qsort(values, n, sizeof *values, rising);
    return (ts_interval){percentile(values, n, (1 - confidence) / 2), percentile(values, n, (1 + confidence) / 2)};
}

static int check_settings(const ts_bootstrap_settings *settings, ts_error *error)
{
    if (settings->resamples < 2 || settings->resamples > TS_MOST_RESAMPLES)
        return ts_fail(error, TS_USAGE, "%zu resamples: expected 2 to %d", settings->resamples, TS_MOST_RESAMPLES);
    if (!(settings->confidence > 0 && settings->confidence < 1))
        return ts_fail(error, TS_USAGE, "a confidence of %g: expected a number between 0 and 1", settings->confidence);
    if (settings->block != 0 && !(settings->block >= 1 && settings->block < INFINITY))
        return ts_fail(error, TS_USAGE, "blocks of %g bars: expected 1 or more, or 0 to have it chosen",
                       settings->block);
    if (!isfinite(settings->risk_free))
        return ts_fail(error, TS_USAGE, "a risk-free return of %g a bar: expected a finite number",
                       settings->risk_free);
    return 0;
}

static int check_returns(const double *returns, size_t n, ts_error *error)
{
    for (size_t i = 0; i < n; i++)
        if (!(returns[i] >= -1 && returns[i] < INFINITY))
            return ts_fail(error, TS_BAD_DATA, "the return of bar %zu is %g: expected a finite number from -1", i + 1,
                           returns[i]);
    return 0;
}

/* Cut the series, and choose the mean length of blocks in cells if it is not given. */
static int cut(resampling *r, const double *returns, size_t n, ts_bootstrap *result, ts_error *error)
{
    result->cell = (n + TS_BOOTSTRAP_CELLS - 1) / TS_BOOTSTRAP_CELLS;
    r->cells = (n + result->cell - 1) / result->cell;
    r->cell = ts_alloc(r->cells, sizeof *r->cell);
    double *sums = ts_alloc(r->cells, sizeof *sums), length = r->settings->block / (double)result->cell;
    int status = r->cell && sums ? 0 : ts_no_memory(error, "the cells of a bootstrap");
    ts_cells_walk walk = {.level = 1};
    for (size_t i = 0; i < r->cells && !status; i++) {
        size_t first = i * result->cell, bars = n - first < result->cell ? n - first : result->cell;
        r->cell[i] = ts_cell_of(returns, first, bars, r->mean);
        sums[i] = r->cell[i].sum;
        ts_cells_step(&walk, &r->cell[i]);
    }
    if (!status && length == 0 && (length = ts_bootstrap_block(sums, r->cells, error)) < 0) status = -1;
    free(sums);
    if (length < 1) length = 1;
    result->drawdown = walk.drawdown;
    result->block = length * (double)result->cell;
    r->longer[0] = 1 - 1 / length;
    for (int bit = 1; bit < LENGTH_BITS; bit++) r->longer[bit] = r->longer[bit - 1] * r->longer[bit - 1];
    while (r->bits < LENGTH_BITS && r->longer[r->bits] > 0x1p-53) r->bits++;
    return status;
}

static int resample(resampling *r, ts_threads *threads, ts_bootstrap *result, ts_error *error)
{
    size_t count = r->settings->resamples;
    r->sharpe = ts_alloc(count, sizeof *r->sharpe);
    r->drawdown = ts_alloc(count, sizeof *r->drawdown);
    if (!r->sharpe || !r->drawdown) return ts_no_memory(error, "the resamples of a bootstrap");
    if (threads) ts_threads_run(threads, count, resample_job, r);
    for (size_t i = 0; i < count && !threads; i++) resample_job(r, 0, i);
    result->drawdown_interval = interval_of(r->drawdown, count, r->settings->confidence);
    if (!isnan(result->sharpe)) result->sharpe_interval = interval_of(r->sharpe, count, r->settings->confidence);
    return 0;
}

int ts_bootstrap_run(const double *returns, size_t n, const ts_bootstrap_settings *settings, ts_threads *threads,
                     ts_bootstrap *result, ts_error *error)
{
    *result = (ts_bootstrap){NAN, NAN, {NAN, NAN}, {NAN, NAN}, NAN, 0};
    if (check_settings(settings, error) || check_returns(returns, n, error)) return -1;
    if (!n) return 0;
    ts_moments moments = ts_moments_of(returns, n);
    if (moments.deviation > 0) result->sharpe = (moments.mean - settings->risk_free) / moments.deviation;
    resampling r = {.settings = settings, .mean = moments.mean};
    int status = cut(&r, returns, n, result, error);
    if (!status) status = resample(&r, threads, result, error);
    free(r.cell), free(r.sharpe), free(r.drawdown);
    return status;
}

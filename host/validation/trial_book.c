#include "host/validation/trial_book.h"

#include "common/memory.h"
#include "host/engine/engine_internal.h"
#include "host/validation/overfitting.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct ts_trial_book {
    int blocks;
    ts_market *window[TS_BLOCKS_MOST]; /* without costs */
    uint64_t bars[TS_BLOCKS_MOST];
    ts_sums *sums; /* of the genomes asked for: block by block, `asked` each */
    size_t asked, sums_room;
    double *returns, *squares; /* of the trials kept: `blocks` each */
    size_t trials, room;
};

static int open_windows(ts_trial_book *book, const ts_market *market, ts_error *error)
{
    size_t first = ts_market_first(market), bars = ts_market_bars(market), blocks = (size_t)book->blocks;
    for (size_t b = 0; b < blocks; b++) {
        size_t from = first + bars * b / blocks, to = first + bars * (b + 1) / blocks;
        int64_t until = b + 1 < blocks ? ts_market_time(market, to) : INT64_MAX;
        book->window[b] = ts_market_window(market, ts_market_time(market, from), until, 0, error);
        if (!book->window[b]) return -1;
        book->bars[b] = ts_market_bars(book->window[b]);
    }
    return 0;
}

int ts_trial_book_new(const ts_market *market, int blocks, ts_trial_book **book, ts_error *error)
{
    *book = NULL;
    if (ts_market_bars(market) < 2 * (size_t)blocks) return 0;
    ts_trial_book *made = ts_alloc(1, sizeof *made);
    if (!made) return ts_no_memory(error, "a search");
    made->blocks = blocks;
    if (open_windows(made, market, error)) {
        ts_trial_book_free(made);
        return -1;
    }
    *book = made;
    return 0;
}

void ts_trial_book_free(ts_trial_book *book)
{
    if (!book) return;
    for (int b = 0; b < book->blocks; b++) ts_market_free(book->window[b]);
    free(book->sums);
    free(book->returns);
    free(book->squares);
    free(book);
}

int ts_trial_book_ask(ts_trial_book *book, size_t count, ts_walks *walks, ts_error *error)
{
    size_t needed = count * (size_t)book->blocks;
    if (needed > book->sums_room) {
        free(book->sums);
        book->sums_room = 0;
        book->sums = ts_alloc(needed, sizeof *book->sums);
        if (!book->sums) return ts_no_memory(error, "the trials");
        book->sums_room = needed;
    }
    book->asked = count;
    for (int b = 0; b < book->blocks; b++)
        walks[b] = (ts_walks){.market = book->window[b], .count = count, .sums = book->sums + (size_t)b * count};
    return book->blocks;
}

static int make_room(ts_trial_book *book, ts_error *error)
{
    size_t blocks = (size_t)book->blocks;
    if (book->trials + book->asked <= book->room) return 0;
    size_t room = 2 * (book->trials + book->asked);
    double *returns = ts_grow(book->returns, room * blocks, sizeof *returns);
    if (returns) book->returns = returns;
    double *squares = ts_grow(book->squares, room * blocks, sizeof *squares);
    if (squares) book->squares = squares;
    if (!returns || !squares) return ts_no_memory(error, "the trials");
    book->room = room;
    return 0;
}

int ts_trial_book_keep(ts_trial_book *book, const ts_metrics *metrics, ts_error *error)
{
    if (make_room(book, error)) return -1;
    size_t blocks = (size_t)book->blocks;
    for (size_t i = 0; i < book->asked; i++) {
        if (!(metrics[i].value[TS_METRIC_trades] > 0)) continue;
        for (size_t b = 0; b < blocks; b++) {
            const ts_sums *sums = &book->sums[b * book->asked + i];
            book->returns[book->trials * blocks + b] = sums->returns;
            book->squares[book->trials * blocks + b] = sums->squares;
        }
        book->trials++;
    }
    return 0;
}

/* Of one trial over all blocks; NaN where nothing varies. */
static double sharpe_of(const ts_trial_book *book, size_t trial, double bars)
{
    double sum = 0, squares = 0;
    for (int b = 0; b < book->blocks; b++) {
        sum += book->returns[trial * (size_t)book->blocks + (size_t)b];
        squares += book->squares[trial * (size_t)book->blocks + (size_t)b];
    }
    double spread = squares - sum * (sum / bars);
    return spread > 0 ? sum / bars / sqrt(spread / (bars - 1)) : NAN;
}

/* Welford's variance, in the order of the trials. */
static double spread_of(const ts_trial_book *book)
{
    double bars = 0, mean = 0, squares = 0, count = 0;
    for (int b = 0; b < book->blocks; b++) bars += (double)book->bars[b];
    for (size_t i = 0; i < book->trials; i++) {
        double sharpe = sharpe_of(book, i, bars);
        if (isnan(sharpe)) continue;
        double deviation = sharpe - mean;
        mean += deviation / ++count;
        squares += deviation * (sharpe - mean);
    }
    return count > 1 ? squares / (count - 1) * (bars - 1) : NAN;
}

int ts_trial_book_close(const ts_trial_book *book, ts_engine *engine, ts_trial_statistics *statistics, ts_error *error)
{
    *statistics = (ts_trial_statistics){0, NAN, NAN, NAN};
    if (!book) return 0;
    ts_overfitting overfitting = {.probability = NAN, .median_logit = NAN};
    const ts_trial_blocks blocks = {.trials = book->trials,
                                    .blocks = book->blocks,
                                    .returns = book->returns,
                                    .squares = book->squares,
                                    .bars = book->bars};
    const ts_cpu_kernels *kernels = ts_engine_cpu_kernels(engine);
    if (book->trials > 1 && ts_overfitting_measure(&blocks, kernels, engine->threads, &overfitting, error)) return -1;
    *statistics = (ts_trial_statistics){.trials = book->trials,
                                        .spread = spread_of(book),
                                        .overfitting = overfitting.probability,
                                        .median_logit = overfitting.median_logit};
    return 0;
}

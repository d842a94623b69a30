/* What every distinct trial of a search earned before costs, block by block: from that follow how far Sharpe ratios
 * spread by luck, and whether the best of one half of the history is any good in the other.
 *
 * Costs are left out because net Sharpe ratios are ordered by turnover, which lasts: a search among noise would look
 * reliable. A block is a window of its own, begun flat and closed at its end, so that blocks share no trade. */
#ifndef TS_HOST_TRIAL_BOOK_H
#define TS_HOST_TRIAL_BOOK_H

#include "host/engine/engine.h"

enum { TS_BLOCKS_DEFAULT = 16, TS_BLOCKS_MOST = 16 };

typedef struct ts_trial_book ts_trial_book;

/* Of the trials that traded. Undefined is NaN. */
typedef struct ts_trial_statistics {
    uint64_t trials;
    double spread; /* sample variance of their Sharpe ratios per bar, before costs, times (bars - 1): 1 by luck alone */
    double overfitting;  /* probability of backtest overfitting */
    double median_logit; /* of the winners' ranks out of sample */
} ts_trial_statistics;

/* `blocks` even, 2 to TS_BLOCKS_MOST; *book NULL when the market has fewer than 2 bars a block. It outlives no market.
 */
int ts_trial_book_new(const ts_market *market, int blocks, ts_trial_book **book, ts_error *error);
void ts_trial_book_free(ts_trial_book *book);

/* Write into walks[0 .. blocks - 1] what is to be evaluated for `count` genomes beside them; valid until the next call.
 * Returns the number of blocks, -1 without memory. */
int ts_trial_book_ask(ts_trial_book *book, size_t count, ts_walks *walks, ts_error *error);

/* Keep the answers of those genomes that traded, by their metrics. */
int ts_trial_book_keep(ts_trial_book *book, const ts_metrics *metrics, ts_error *error);

/* All trials kept so far. */
int ts_trial_book_close(const ts_trial_book *book, ts_engine *engine, ts_trial_statistics *statistics, ts_error *error);

#endif

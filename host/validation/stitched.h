/* The out-of-sample result of a walk-forward: test windows one after the other, each begun flat with what the one
 * before left. */
#ifndef TS_HOST_STITCHED_H
#define TS_HOST_STITCHED_H

#include "host/engine/engine.h"

/* One curve of all test windows. */
typedef struct ts_stitched {
    double *equity, *hold; /* of the strategy; of buying and holding in each window: `bars` closes */
    size_t bars, room;
    double end, hold_end; /* equities so far, 1 before the first window */
    /* running sums over the windows, in units of the starting equity */
    double profit, loss, fees, traded, trade_returns, best, worst, held;
    size_t trades, wins;
    double warmup; /* of the genome that traded last */
    bool ruined;
    double bars_per_year, risk_free;
} ts_stitched;

/* An empty curve of a market's simulation; freed with ts_stitched_clear. */
void ts_stitched_init(ts_stitched *stitched, const ts_market *market);
void ts_stitched_clear(ts_stitched *stitched);

/* Add a window with what was traded in it; `backtest` NULL: nothing was. */
int ts_stitched_add(ts_stitched *stitched, const ts_market *window, const ts_backtest *backtest, ts_error *error);

/* The metrics of the curve; at least one window has been added. */
void ts_stitched_metrics(const ts_stitched *stitched, ts_metrics *metrics);

#endif

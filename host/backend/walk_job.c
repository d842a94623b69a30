#include "host/backend/walk_job.h"

#include "host/metrics/totals.h"

uint64_t ts_walk_counted(const ts_market *window, size_t first, size_t bars)
{
    if (window->costs != 1) return 0;
    size_t from = first > window->first ? first : window->first;
    size_t to = first + bars < window->loaded ? first + bars : window->loaded;
    return to > from ? to - from : 0;
}

void ts_walker_answer(const ts_walk_job *job, const ts_walker *walker, const double *totals)
{
    const ts_walks *walks = &job->walks[walker->walks];
    int64_t warmup = job->demand->planned[walker->genome].warmup;
    if (walks->metrics) ts_totals_metrics(totals, walks->market, warmup, &walks->metrics[walker->slot]);
    if (walks->sums)
        walks->sums[walker->slot] =
            (ts_sums){.returns = totals[TS_SUM_RETURN], .squares = totals[TS_SUM_SQUARE], .trades = totals[TS_TRADES]};
}

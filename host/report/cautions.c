#include "host/report/cautions.h"

#include "common/memory.h"
#include "host/report/leaderboard.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#define LEAST_DEFLATED   0.95 /* what is usually asked of a probability */
#define MOST_OVERFITTING 0.5  /* the best in training is no better than any, afterwards */

/* What verdict.c looks at: costs and metrics. */
typedef struct stand_in {
    ts_origin origin;
    ts_candidate candidate;
} stand_in;

static void general(ts_strbuf *text, const ts_stored_result *results, size_t count, const ts_stored_run *run)
{
    ts_objective objective = {.name = run->objective && *run->objective ? run->objective : "score",
                              .min_trades = run->min_trades,
                              .max_drawdown = run->max_drawdown};
    ts_run_totals totals = {
        .objective = &objective, .evaluations = run->evaluations, .profitable = ts_stored_run_profitable(run)};
    ts_result *row = ts_alloc(count + 1, sizeof *row);
    stand_in *stand = ts_alloc(count + 1, sizeof *stand);
    for (size_t i = 0; row && stand && i < count; i++) {
        stand[i] =
            (stand_in){.origin = {.simulation = results[i].simulation}, .candidate = {.metrics = results[i].metrics}};
        row[i] = (ts_result){.origin = &stand[i].origin, .candidate = &stand[i].candidate};
        totals.synthetic = totals.synthetic || results[i].synthetic;
    }
    text->failed = text->failed || !row || !stand;
    if (!text->failed) ts_leaderboard_verdict(text, row, count, &totals);
    free(row);
    free(stand);
}

static void of_luck(ts_strbuf *text, const ts_stored_result *best)
{
    const ts_luck *luck = &best->luck;
    if (!best->counted || (isnan(luck->deflated_sharpe) && isnan(luck->overfitting))) {
        ts_strbuf_puts(text, "LUCK NOT MEASURED: the run kept no statistics of its trials.\n");
        return;
    }
    if (luck->deflated_sharpe < LEAST_DEFLATED)
        ts_strbuf_printf(text,
                         "MAY BE LUCK: the best row is the best of %" PRIu64 " candidates; the probability that it is "
                         "better than the luckiest of as many without skill is %.2f, and %.2f is usually asked for.\n",
                         luck->run_trials, luck->deflated_sharpe, LEAST_DEFLATED);
    if (luck->overfitting >= MOST_OVERFITTING)
        ts_strbuf_printf(text,
                         "OVERFITTING: in %.0f %% of the ways to split the past in two, the best of this search in one "
                         "half was below the middle in the other.\n",
                         luck->overfitting * 100);
}

void ts_cautions(ts_strbuf *text, const ts_stored_result *results, size_t count, const ts_stored_run *run)
{
    general(text, results, count, run);
    if (!count) return;
    if (results[0].folds)
        ts_strbuf_printf(text,
                         "OUT-OF-SAMPLE: rows are ranked by %zu test windows that training had not seen; the in-sample "
                         "score stands beside them.\n",
                         results[0].folds);
    else
        ts_strbuf_puts(text, "IN-SAMPLE: every figure is of the candles that were searched. Nothing here was tested on "
                             "candles that the search had not seen; --walk-forward does that.\n");
    of_luck(text, &results[0]);
}

#define _GNU_SOURCE
#include "host/report/recount.h"

#include "common/clock.h"
#include "common/memory.h"
#include "host/metrics/curve.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The next difference to fill, named; NULL without memory. */
static ts_difference *add(ts_recount *e, const char *where, const char *what)
{
    ts_verification *found = e->found;
    if (!(found->differences & (found->differences - 1))) { /* full at every power of two */
        ts_difference *more = ts_grow(found->difference, found->differences ? 2 * found->differences : 1, sizeof *more);
        if (!more) {
            ts_no_memory(e->error, "the differences");
            return NULL;
        }
        found->difference = more;
    }
    ts_difference *difference = &found->difference[found->differences++];
    *difference = (ts_difference){.result = e->of->result};
    snprintf(difference->what, sizeof difference->what, "%s%s", where, what);
    return difference;
}

/* -0 is written 0, any NaN null. */
static bool same_bits(double stored, double computed)
{
    if (isnan(stored) || isnan(computed)) return isnan(stored) && isnan(computed);
    if (computed == 0) computed = 0;
    return memcmp(&stored, &computed, sizeof stored) == 0;
}

int ts_recount_number(ts_recount *e, const char *where, const char *what, double stored, double computed)
{
    e->found->compared++;
    if (same_bits(stored, computed)) return 0;
    ts_difference *difference = add(e, where, what);
    if (!difference) return -1;
    difference->stored = stored;
    difference->computed = computed == 0 ? 0 : computed;
    return 0;
}

int ts_recount_text(ts_recount *e, const char *what, const char *stored, const char *computed)
{
    e->found->compared++;
    if (!strcmp(stored, computed)) return 0;
    ts_difference *difference = add(e, "", what);
    if (!difference) return -1;
    difference->stored_text = strdup(stored);
    difference->computed_text = strdup(computed);
    return difference->stored_text && difference->computed_text ? 0 : ts_no_memory(e->error, "the differences");
}

int ts_recount_time(ts_recount *e, const char *what, int64_t stored_ms, int64_t computed_ms)
{
    char stored[TS_TIME_TEXT], computed[TS_TIME_TEXT];
    return ts_recount_text(e, what, ts_time_text(stored_ms, stored), ts_time_text(computed_ms, computed));
}

int ts_recount_metrics(ts_recount *e, const char *where, const ts_metrics *stored, const ts_metrics *computed)
{
    for (int i = 0; i < TS_METRICS; i++)
        if (ts_recount_number(e, where, ts_metric_table[i].name, stored->value[i], computed->value[i])) return -1;
    return 0;
}

static int scores(ts_recount *e, const ts_metrics *metrics)
{
    const ts_stored_result *stored = e->of->result;
    double score = ts_objective_score(&stored->objective, metrics);
    if (ts_recount_number(e, "", "score", stored->score, score)) return -1;
    if (!stored->also.count) return 0;
    if (ts_recount_number(e, "scores", "[0]", stored->scores[0], score)) return -1;
    for (size_t i = 0; i < stored->also.count; i++) {
        char place[8];
        snprintf(place, sizeof place, "[%zu]", i + 1);
        if (ts_recount_number(e, "scores", place, stored->scores[i + 1],
                              ts_objective_score(&stored->also.of[i], metrics)))
            return -1;
    }
    return 0;
}

/* The metrics and what follows from them; `returns` are the bar returns of the equity they are of. */
static int whole(ts_recount *e, const ts_metrics *metrics, const double *returns, size_t bars)
{
    const ts_stored_result *stored = e->of->result;
    if (ts_recount_metrics(e, "", &stored->metrics, metrics)) return -1;
    if (stored->searched && scores(e, metrics)) return -1;
    if (!stored->counted) return 0;
    ts_moments moments = ts_moments_of(returns, bars);
    return ts_recount_number(e, "trials.", "deflated_sharpe", stored->luck.deflated_sharpe,
                             ts_luck_deflated(metrics, &moments, stored->simulation.bars_per_year, stored->luck.spread,
                                              stored->luck.run_trials));
}

int ts_recount_equity(ts_recount *e, const ts_metrics *metrics, const double *equity, size_t bars)
{
    double *returns = ts_alloc(bars, sizeof *returns);
    if (!returns) return ts_no_memory(e->error, "the bar returns");
    ts_curve_returns(equity, bars, returns);
    int status = whole(e, metrics, returns, bars);
    free(returns);
    return status;
}

#include "services/tradestream/discover_progress.h"

#include "common/clock.h"
#include "common/log.h"

#include <math.h>
#include <stdio.h>

void ts_progress_note(ts_discovery *discovery, const ts_metrics *metrics, size_t count)
{
    const ts_objective *objective = &discovery->search.objective;
    double best = discovery->progress.best;
    for (size_t i = 0; i < count; i++) {
        ts_standing standing = ts_objective_stand(objective, &metrics[i]);
        bool better = isnan(best) || (objective->lower ? standing.score < best : standing.score > best);
        if (standing.feasible && better) best = standing.score;
    }
    discovery->progress.best = best;
    discovery->progress.under_way += count;
}

static const char *duration(double seconds, char *text, size_t size)
{
    long s = seconds < 1e8 ? lround(seconds) : 99999999;
    if (s >= 3600) snprintf(text, size, "%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
    else snprintf(text, size, "%ld:%02ld", s / 60, s % 60);
    return text;
}

void ts_progress_show(ts_discovery *discovery)
{
    ts_progress_state *progress = &discovery->progress;
    char best[32] = "none yet", left[32] = "?";
    if (!ts_progress_due()) return;
    const char *strategy = progress->strategy, *symbol = progress->symbol;
    double elapsed = ts_clock_seconds() - discovery->started, score = progress->best;
    double together = discovery->shelf.loaded[0].together, under_way = (double)progress->under_way;
    if (discovery->walk_forward.train_ms && together > 0) under_way /= together; /* planned as one search */
    double done = progress->done + under_way, since = done - progress->begun_with;
    double bars = (double)(ts_engine_genome_bars(discovery->engine) + progress->genome_bars);
    if (since > 0 && progress->planned > done)
        duration(elapsed * (progress->planned - done) / since, left, sizeof left);
    if (!isnan(score)) snprintf(best, sizeof best, "%.4g", score);
    ts_progress(false, "%zu of %zu: %s %s, %.0f genomes, best %s %s, %.3g billion genome-bars/s, %s left",
                discovery->finished, discovery->outcomes, symbol ? symbol : "", strategy ? strategy : "", done,
                discovery->search.objective.name, best, bars / elapsed / 1e9, left);
}

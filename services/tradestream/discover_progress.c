#include "services/tradestream/discover_progress.h"

#include "common/clock.h"
#include "common/log.h"
#include "services/tradestream/discovery.h"

#include <math.h>
#include <stdio.h>

ts_watch ts_watch_begin(const ts_discovery *discovery, const ts_outcome *outcome)
{
    return (ts_watch){.discovery = discovery, .outcome = outcome, .best = NAN};
}

static void note_best(ts_watch *watch, const ts_metrics *metrics, size_t count)
{
    const ts_objective *objective = &watch->discovery->search.objective;
    for (size_t i = 0; i < count; i++) {
        ts_standing standing = ts_objective_stand(objective, &metrics[i]);
        bool better =
            isnan(watch->best) || (objective->lower ? standing.score < watch->best : standing.score > watch->best);
        if (standing.feasible && better) watch->best = standing.score;
    }
}

static const char *duration(double seconds, char *text, size_t size)
{
    long s = seconds < 1e8 ? lround(seconds) : 99999999;
    if (s >= 3600) snprintf(text, size, "%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
    else snprintf(text, size, "%ld:%02ld", s / 60, s % 60);
    return text;
}

void ts_watch_show(ts_watch *watch, const ts_metrics *metrics, size_t count)
{
    const ts_discovery *discovery = watch->discovery;
    char best[32] = "none yet", left[32] = "?";
    note_best(watch, metrics, count);
    watch->genomes += (double)count;
    if (!ts_progress_due()) return;
    double elapsed = ts_clock_seconds() - discovery->started,
           done = discovery->done + watch->genomes / discovery->folds;
    double rate = (double)ts_engine_genome_bars(discovery->engine) / elapsed;
    if (done > 0 && discovery->planned > done)
        duration(elapsed * (discovery->planned - done) / done, left, sizeof left);
    if (!isnan(watch->best)) snprintf(best, sizeof best, "%.4g", watch->best);
    ts_progress(false, "%zu of %zu: %s %s, %.0f genomes, best %s %s, %.3g billion genome-bars/s, %s left",
                discovery->outcomes, discovery->sources.count * discovery->choice.count, watch->outcome->loaded->symbol,
                watch->outcome->strategy->name, watch->genomes, discovery->search.objective.name, best, rate / 1e9,
                left);
}

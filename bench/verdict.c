/* The oracle's metrics beside the engine's. */
#include "bench/verdict.h"

#include "common/threads.h"
#include "tests/oracle/oracle.h"

#include <math.h>

static const double RELATIVE = 1e-9;

typedef struct oracle_runs {
    const ts_series *series;
    const ts_strategy *strategy;
    const ts_genome *genomes;
    const size_t *chosen;
    ts_oracle_settings settings;
    ts_metrics *expected;
} oracle_runs;

static void run_one(void *context, int worker, size_t index)
{
    (void)worker;
    const oracle_runs *trial = context;
    double parameter[TS_PARAMETERS_MAX] = {0};
    ts_oracle_result result;
    for (int i = 0; i < trial->strategy->parameters; i++)
        parameter[i] = ts_genome_value(trial->strategy, &trial->genomes[trial->chosen[index]], i);
    ts_oracle_run(trial->series, trial->strategy, parameter, &trial->settings, &result);
    trial->expected[index] = result.metrics;
    ts_oracle_clear(&result);
}

int ts_verdict_expect(const ts_series *series, const ts_simulation *simulation, const ts_strategy *strategy,
                      const ts_genome *genomes, const size_t *chosen, size_t count, ts_metrics *expected,
                      ts_error *error)
{
    oracle_runs trial = {series, strategy, genomes, chosen, .expected = expected};
    trial.settings = (ts_oracle_settings){simulation->fill == TS_FILL_CLOSE,
                                          simulation->fee,
                                          simulation->slippage,
                                          simulation->bars_per_year,
                                          simulation->risk_free,
                                          simulation->from_ms,
                                          simulation->to_ms};
    ts_threads *threads = ts_threads_new(ts_threads_available(), error);
    if (!threads) return -1;
    ts_threads_run(threads, count, run_one, &trial);
    ts_threads_free(threads);
    return 0;
}

static bool same(ts_metric_kind kind, double ours, double theirs)
{
    if (isnan(theirs) || isnan(ours)) return isnan(theirs) && isnan(ours);
    return kind == TS_KIND_REAL ? fabs(ours - theirs) <= RELATIVE * fabs(theirs) : ours == theirs;
}

int ts_verdict_check(const ts_strategy *strategy, const ts_genome *genomes, const size_t *chosen, size_t count,
                     const ts_metrics *expected, const ts_metrics *metrics, ts_error *error)
{
    for (size_t i = 0; i < count; i++)
        for (int m = 0; m < TS_METRICS; m++) {
            double ours = metrics[chosen[i]].value[m], theirs = expected[i].value[m];
            if (same(ts_metric_table[m].kind, ours, theirs)) continue;
            const ts_genome *genome = &genomes[chosen[i]];
            ts_fail(error, TS_FAILED, "%s: the engine says %.17g, the naive simulator %.17g", ts_metric_table[m].name,
                    ours, theirs);
            for (int p = strategy->parameters; p-- > 0;)
                ts_error_context(error, "%s %g", strategy->parameter[p].name, ts_genome_value(strategy, genome, p));
            return -1;
        }
    return 0;
}

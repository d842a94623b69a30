/* Every point of the lattice in its order: neighbours share most of their rows, so that large batches are cheap. */
#include "host/search/methods.h"

int ts_search_exhaustive(ts_trials *trials, ts_error *error)
{
    const ts_strategy *strategy = trials->strategy;
    uint64_t space = ts_strategy_space(strategy), recorded = 0;
    for (uint64_t i = 0; i < space; i++) {
        ts_genome genome = ts_strategy_point(strategy, i);
        if (!ts_genome_valid(strategy, &genome)) continue;
        if (ts_trials_ask(trials, &genome, error)) return -1;
        if (trials->waiting > 0) continue;
        if (ts_trials_step(trials, NULL, 0, error)) return -1;
        recorded = trials->result->evaluations;
    }
    if (trials->waiting == 0 && recorded == 0) return ts_search_no_genome(strategy, error);
    return trials->waiting ? ts_trials_step(trials, NULL, 0, error) : 0;
}

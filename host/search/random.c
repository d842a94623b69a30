/* Uniform genomes until the budget is spent: the yardstick for cleverer searches. */
#include "host/search/methods.h"

/* Draws for each genome of the budget: a space that is almost used up yields few new ones. */
enum { DRAWS_EACH = 50 };

int ts_search_random(ts_trials *trials, ts_error *error)
{
    const ts_strategy *strategy = trials->strategy;
    uint64_t space = ts_strategy_space(strategy), budget = trials->left < space ? trials->left : space;
    for (uint64_t i = 0; i / DRAWS_EACH < budget && ts_memory_count(trials->memory) < budget; i++) {
        ts_draws draws = ts_draws_at(trials->key, 0, (uint32_t)(i >> 32), (uint32_t)i);
        ts_genome genome;
        ts_trial *trial;
        if (!ts_draw_genome(strategy, &draws, &genome)) return ts_search_no_genome(strategy, error);
        size_t waiting = trials->waiting;
        if (ts_trials_look(trials, &genome, &trial, error)) return -1;
        if (trials->waiting < waiting && ts_trials_step(trials, NULL, 0, error)) return -1;
    }
    return trials->waiting ? ts_trials_step(trials, NULL, 0, error) : 0;
}

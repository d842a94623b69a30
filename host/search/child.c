/* Children that can be evaluated: valid, and new where that is possible. */
#include "host/search/breeding.h"
#include "host/search/methods.h"

enum { REPAIRS = 16 };

ts_genome ts_breed_child(const ts_trials *trials, const ts_genome *a, const ts_genome *b, ts_draws *draws)
{
    const ts_breeding *breeding = &trials->settings->breeding;
    const ts_strategy *strategy = trials->strategy;
    ts_genome child = *a;
    for (int i = 0; i < REPAIRS; i++) {
        ts_genome next = ts_breed_cross(breeding, strategy, a, b, draws);
        ts_breed_mutate(breeding, strategy, &next, draws);
        if (!ts_genome_valid(strategy, &next)) continue;
        child = next;
        break;
    }
    for (int i = 0; i < breeding->retries && ts_memory_find(trials->memory, &child); i++) {
        ts_genome next = child;
        ts_breed_nudge(breeding, strategy, &next, draws);
        if (ts_genome_valid(strategy, &next)) child = next;
    }
    return child;
}

/* Random valid genomes. */
#include "host/search/methods.h"

enum { REDRAWS = 1000, SCAN = 1 << 20 };

ts_genome ts_draw_point(const ts_strategy *strategy, ts_draws *draws)
{
    ts_genome genome = {{0}};
    for (int i = 0; i < strategy->parameters; i++)
        genome.gene[i] = (int32_t)ts_draw_below(draws, (uint32_t)strategy->parameter[i].steps);
    return genome;
}

/* The next point of the lattice, the last parameter fastest; from the last point to the first. */
static void next_point(const ts_strategy *strategy, ts_genome *genome)
{
    for (int i = strategy->parameters - 1; i >= 0; i--) {
        if (++genome->gene[i] < strategy->parameter[i].steps) return;
        genome->gene[i] = 0;
    }
}

bool ts_draw_genome(const ts_strategy *strategy, ts_draws *draws, ts_genome *genome)
{
    for (int i = 0; i < REDRAWS; i++) {
        *genome = ts_draw_point(strategy, draws);
        if (ts_genome_valid(strategy, genome)) return true;
    }
    uint64_t space = ts_strategy_space(strategy);
    for (uint64_t i = 0; i < SCAN && i < space; i++) {
        next_point(strategy, genome);
        if (ts_genome_valid(strategy, genome)) return true;
    }
    return false;
}

int ts_search_no_genome(const ts_strategy *strategy, ts_error *error)
{
    return ts_fail(error, TS_BAD_DATA, "%s: no genome satisfies its \"require\" within the bounds of its parameters",
                   strategy->name);
}

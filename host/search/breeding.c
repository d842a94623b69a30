/* Crossover and mutation on the integer lattice, and the named settings.
 *
 * Blend crossover is Eshelman and Schaffer's BLX-0.5 (Real-Coded Genetic Algorithms and Interval-Schemata, FOGA 1993)
 * on whole genes: uniform over the interval between the parents, widened by half its length on each side. */
#include "host/search/breeding.h"

/* `original` is what the original platform's genetic search ran: of 50 individuals 20 survive a generation, so that
 * 30 generations ask for at most 950 evaluations. Ours is larger because an evaluation is cheap here. */
ts_breeding ts_breeding_preset(int preset)
{
    static const ts_breeding presets[] = {
        {.population = 512,
         .islands = 4,
         .migration_every = 5,
         .migrants = 0.05,
         .tournament = 3,
         .elite = 0.1,
         .crossover_rate = 0.7,
         .crossover = TS_CROSSOVER_UNIFORM,
         .mutation_rate = 0.2,
         .mutation = TS_MUTATION_MIXED,
         .retries = 4},
        {.population = 50,
         .generations = 30,
         .islands = 1,
         .migration_every = 5,
         .tournament = 3,
         .elite = 0.4,
         .crossover_rate = 0.35,
         .crossover = TS_CROSSOVER_SINGLE_POINT,
         .mutation_rate = 0.15,
         .mutation = TS_MUTATION_UNIFORM},
    };
    return presets[preset == 1];
}

static int32_t limited(int64_t gene, int32_t steps) { return gene < 0 ? 0 : gene >= steps ? steps - 1 : (int32_t)gene; }

/* A gene from the parents' interval [low, high], widened by half its length. */
static int32_t blend(int32_t a, int32_t b, int32_t steps, ts_draws *draws)
{
    int32_t low = a < b ? a : b, high = a < b ? b : a, half = (high - low) / 2;
    low = limited((int64_t)low - half, steps);
    high = limited((int64_t)high + half, steps);
    return low + (int32_t)ts_draw_below(draws, (uint32_t)(high - low) + 1);
}

ts_genome ts_breed_cross(const ts_breeding *breeding, const ts_strategy *strategy, const ts_genome *a,
                         const ts_genome *b, ts_draws *draws)
{
    ts_genome child = *a;
    int genes = strategy->parameters;
    if (ts_draw_unit(draws) >= breeding->crossover_rate) return child;
    int point = breeding->crossover == TS_CROSSOVER_SINGLE_POINT && genes > 1
                    ? 1 + (int)ts_draw_below(draws, (uint32_t)genes - 1)
                    : genes;
    for (int i = 0; i < genes; i++) {
        switch (breeding->crossover) {
        case TS_CROSSOVER_UNIFORM:
            if (ts_draw_below(draws, 2)) child.gene[i] = b->gene[i];
            break;
        case TS_CROSSOVER_SINGLE_POINT:
            if (i >= point) child.gene[i] = b->gene[i];
            break;
        case TS_CROSSOVER_BLEND:
            child.gene[i] = blend(a->gene[i], b->gene[i], strategy->parameter[i].steps, draws);
            break;
        }
    }
    return child;
}

/* Up to a tenth of the range away, at least one step. */
static int32_t neighbour(int32_t gene, int32_t steps, ts_draws *draws)
{
    int32_t reach = steps / 10 > 1 ? steps / 10 : 1;
    int32_t distance = 1 + (int32_t)ts_draw_below(draws, (uint32_t)reach);
    return limited((int64_t)gene + (ts_draw_below(draws, 2) ? distance : -distance), steps);
}

static int32_t mutated(const ts_breeding *breeding, int32_t gene, int32_t steps, ts_draws *draws)
{
    ts_mutation how = breeding->mutation;
    if (how == TS_MUTATION_MIXED) how = ts_draw_below(draws, 2) ? TS_MUTATION_UNIFORM : TS_MUTATION_STEP;
    return how == TS_MUTATION_STEP ? neighbour(gene, steps, draws) : (int32_t)ts_draw_below(draws, (uint32_t)steps);
}

void ts_breed_mutate(const ts_breeding *breeding, const ts_strategy *strategy, ts_genome *genome, ts_draws *draws)
{
    for (int i = 0; i < strategy->parameters; i++)
        if (ts_draw_unit(draws) < breeding->mutation_rate)
            genome->gene[i] = mutated(breeding, genome->gene[i], strategy->parameter[i].steps, draws);
}

void ts_breed_nudge(const ts_breeding *breeding, const ts_strategy *strategy, ts_genome *genome, ts_draws *draws)
{
    if (strategy->parameters == 0) return;
    int at = (int)ts_draw_below(draws, (uint32_t)strategy->parameters);
    for (int i = 0; i < strategy->parameters; i++, at = (at + 1) % strategy->parameters) {
        int32_t steps = strategy->parameter[at].steps, *gene = &genome->gene[at];
        if (steps < 2) continue;
        int32_t next = mutated(breeding, *gene, steps, draws);
        *gene = next != *gene ? next : *gene + 1 < steps ? *gene + 1 : *gene - 1;
        return;
    }
}

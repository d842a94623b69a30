#include "host/language/space.h"

#include <string.h>

enum { COUNT_MAX = 2000000 }; /* points tried to count the valid ones: some hundredths of a second */

static uint64_t product(uint64_t a, uint64_t b) { return b && a > UINT64_MAX / b ? UINT64_MAX : a * b; }

uint32_t ts_parameters_of(const ts_expression *tree)
{
    uint32_t parameters = tree->kind == TS_PARAMETER ? UINT32_C(1) << tree->index : 0;
    for (int i = 0; i < tree->operands; i++) parameters |= ts_parameters_of(tree->operand[i]);
    return parameters;
}

uint64_t ts_space_size(const ts_strategy *strategy, uint32_t parameters)
{
    uint64_t points = 1;
    for (int i = 0; i < strategy->parameters; i++)
        if (parameters >> i & 1) points = product(points, (uint64_t)strategy->parameter[i].steps);
    return points;
}

bool ts_space_next(const ts_strategy *strategy, uint32_t parameters, ts_genome *genome)
{
    for (int i = strategy->parameters - 1; i >= 0; i--) {
        if (!(parameters >> i & 1)) continue;
        if (++genome->gene[i] < strategy->parameter[i].steps) return true;
        genome->gene[i] = 0;
    }
    return false;
}

uint64_t ts_strategy_space(const ts_strategy *strategy) { return ts_space_size(strategy, UINT32_MAX); }

ts_genome ts_strategy_point(const ts_strategy *strategy, uint64_t index)
{
    ts_genome genome = {{0}};
    for (int i = strategy->parameters - 1; i >= 0; i--) {
        genome.gene[i] = (int32_t)(index % (uint64_t)strategy->parameter[i].steps);
        index /= (uint64_t)strategy->parameter[i].steps;
    }
    return genome;
}

uint64_t ts_strategy_valid(const ts_strategy *strategy, bool *exact)
{
    *exact = true;
    if (!strategy->require) return ts_strategy_space(strategy);
    uint32_t asked = ts_parameters_of(strategy->require);
    *exact = ts_space_size(strategy, asked) <= COUNT_MAX;
    if (!*exact) return ts_strategy_space(strategy);
    ts_genome genome = {{0}};
    uint64_t valid = 0;
    do valid += ts_genome_valid(strategy, &genome);
    while (ts_space_next(strategy, asked, &genome));
    return product(valid, ts_space_size(strategy, ~asked));
}

#include "host/search/diversity.h"

#include <math.h>

static double deviation(ts_trial *const *population, size_t count, int gene)
{
    double members = 0, sum = 0, squares = 0;
    for (size_t i = 0; i < count; i++) {
        if (!population[i]) continue;
        double value = population[i]->genome.gene[gene];
        members++;
        sum += value;
        squares += value * value; /* whole numbers: exact up to 2^53 */
    }
    double variance = members > 0 ? squares / members - sum / members * (sum / members) : NAN;
    return variance > 0 ? sqrt(variance) : variance - variance; /* 0, or NaN */
}

double ts_diversity(const ts_strategy *strategy, ts_trial *const *population, size_t count)
{
    double sum = 0, parameters = 0;
    if (!population) return NAN;
    for (int i = 0; i < strategy->parameters; i++) {
        double values = strategy->parameter[i].steps;
        if (values < 2) continue;
        sum += deviation(population, count, i) / sqrt((values * values - 1) / 12);
        parameters++;
    }
    return parameters > 0 ? sum / parameters : NAN;
}

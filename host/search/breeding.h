/* How a child is made of two parents: pure functions of the genomes and the draws. */
#ifndef TS_HOST_BREEDING_H
#define TS_HOST_BREEDING_H

#include "common/philox.h"
#include "host/search/search.h"

/* Genes of both parents; with the chance 1 - crossover_rate a copy of the first. Always within the bounds. */
ts_genome ts_breed_cross(const ts_breeding *breeding, const ts_strategy *strategy, const ts_genome *a,
                         const ts_genome *b, ts_draws *draws);

/* Change each gene with the chance mutation_rate. */
void ts_breed_mutate(const ts_breeding *breeding, const ts_strategy *strategy, ts_genome *genome, ts_draws *draws);

/* Change one gene, whichever, for certain (unless no parameter has a second value). */
void ts_breed_nudge(const ts_breeding *breeding, const ts_strategy *strategy, ts_genome *genome, ts_draws *draws);

#endif

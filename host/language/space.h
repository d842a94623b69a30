/* Walking the lattice of a strategy's parameters: all of it, or the part that some of the parameters span. */
#ifndef TS_HOST_SPACE_H
#define TS_HOST_SPACE_H

#include "host/language/strategy.h"

/* A bit for each parameter that occurs in the tree. */
uint32_t ts_parameters_of(const ts_expression *tree);

/* Points of the lattice of these parameters; saturates at UINT64_MAX. */
uint64_t ts_space_size(const ts_strategy *strategy, uint32_t parameters);

/* The next point, the last of these parameters fastest, the others left alone. False, back at the first, after the
 * last. */
bool ts_space_next(const ts_strategy *strategy, uint32_t parameters, ts_genome *genome);

#endif

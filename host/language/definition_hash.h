/* The identity of a strategy: what decides its signals, and nothing else. */
#ifndef TS_HOST_DEFINITION_HASH_H
#define TS_HOST_DEFINITION_HASH_H

#include "host/language/strategy.h"

/* Fill strategy->definition_hash from its name, direction, parameters (not their defaults) and trees in canonical text.
 * Description, source, spaces and the names of `let`s do not count. */
int ts_definition_hash(ts_strategy *strategy, ts_error *error);

#endif

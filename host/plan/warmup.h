/* The static warm-up of a genome. */
#ifndef TS_HOST_WARMUP_H
#define TS_HOST_WARMUP_H

#include "host/language/strategy.h"

/* Bars before the first at which an entry can be signalled: those of the deepest row of entry and exit. -1 on error. */
int64_t ts_warmup(const ts_strategy *strategy, const ts_genome *genome, ts_error *error);

#endif

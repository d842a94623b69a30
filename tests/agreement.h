/* Do the engine and the oracle say the same of a genome? Integers equal, reals within the oracle's tolerance, trades
 * equal one by one. The first difference is described in words. */
#ifndef TS_TESTS_AGREEMENT_H
#define TS_TESTS_AGREEMENT_H

#include "common/strbuf.h"
#include "host/engine/engine.h"
#include "tests/oracle/oracle.h"

typedef struct agreement {
    ts_strbuf why;                   /* empty while all agree */
    size_t genomes, trades, misfits; /* compared so far; misfits: genomes whose warm-up is as long as the series */
} agreement;

/* Evaluate `count` genomes in one batch and compare each; false at the first difference. */
bool agree(agreement *all, ts_engine *engine, const ts_series *series, const ts_simulation *simulation,
           const ts_strategy *strategy, const ts_genome *genomes, size_t count);

/* The oracle's result for a genome. */
void oracle_of(const ts_series *series, const ts_simulation *simulation, const ts_strategy *strategy,
               const ts_genome *genome, ts_oracle_result *result);

/* The default simulation: next open, fee 0.001, slippage 0.0001, a year of minutes, everything loaded. */
ts_simulation usual_simulation(void);

#endif

/* Does the naive simulator of tests/oracle agree with the engine? Without that a time means nothing. */
#ifndef TS_BENCH_VERDICT_H
#define TS_BENCH_VERDICT_H

#include "host/engine/engine.h"

/* expected[i]: the oracle's metrics of genomes[chosen[i]], computed on all cores that this process may use. */
int ts_verdict_expect(const ts_series *series, const ts_simulation *simulation, const ts_strategy *strategy,
                      const ts_genome *genomes, const size_t *chosen, size_t count, ts_metrics *expected,
                      ts_error *error);

/* Counts and truths equal, reals to 1e-9 of the value; undefined equals undefined. TS_FAILED names the first genome and
 * metric that differ. */
int ts_verdict_check(const ts_strategy *strategy, const ts_genome *genomes, const size_t *chosen, size_t count,
                     const ts_metrics *expected, const ts_metrics *metrics, ts_error *error);

#endif

/* Strategies made up for tests: random trees over the whole table of functions, as text. */
#ifndef TS_TESTS_RANDOM_STRATEGY_H
#define TS_TESTS_RANDOM_STRATEGY_H

#include "common/philox.h"
#include "common/strbuf.h"
#include "host/language/strategy.h"

/* Append a random expression over the parameters `a`, `b`, `c` (periods) and `q` (a fraction). */
void random_series(ts_draws *draws, int depth, ts_strbuf *into);
void random_signal(ts_draws *draws, int depth, ts_strbuf *into);
void random_exit(ts_draws *draws, ts_strbuf *into); /* signals and position rules */

/* A whole strategy, compiled; its texts are kept in `text` for messages. NULL with the parser's error when the text is
 * refused. */
ts_strategy *random_strategy(ts_draws *draws, ts_strbuf *text, ts_error *error);
ts_genome random_point(ts_draws *draws, const ts_strategy *strategy);

#endif

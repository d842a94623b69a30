/* Small scripted markets for the simulator's tests: opens, closes, and a code a bar (kept in the volume) that tells
 * signals. */
#ifndef TS_TESTS_SCRIPTED_H
#define TS_TESTS_SCRIPTED_H

#include "host/engine/engine.h"

enum { SCRIPT_BARS = 16 };

/* The signal "the code of this bar is n". */
#define IS(n) "(volume > " #n " - 0.5 and volume < " #n " + 0.5)"

typedef struct script {
    int bars;
    double open[SCRIPT_BARS], close[SCRIPT_BARS], code[SCRIPT_BARS];
    const char *direction, *entry, *exit, *short_entry, *short_exit; /* NULL: long, IS(1), IS(2), none */
    ts_simulation simulation;
    int absent; /* bars missing before bar 2 */
} script;

/* Run the script by the engine and by the oracle, which must agree; the caller clears the result. */
ts_backtest run_script(const script *what);

/* The simulation without costs: what is not under test stays out of the arithmetic. */
ts_simulation free_of_costs(ts_fill fill);
ts_simulation with_costs(ts_fill fill, double fee, double slippage);

/* |got - want| <= 1e-12, both told when not. */
void near(double got, double want);

#endif

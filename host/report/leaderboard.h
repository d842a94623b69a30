/* The leaderboard: winners of one or many searches in one order, as a table for people or CSV for programs, and what
 * must be said before anybody believes it. */
#ifndef TS_HOST_LEADERBOARD_H
#define TS_HOST_LEADERBOARD_H

#include "host/report/result.h"

#define TS_SYNTHETIC_WARNING "GENERATED CANDLES: made by `tradestream data generate`, not by a market.\n"

/* What all searches of a run amount to. */
typedef struct ts_run_totals {
    const ts_objective *objective;
    const ts_objectives *also; /* of several objectives the others; NULL: one */
    uint64_t evaluations, feasible, profitable;
    uint64_t front; /* of several objectives: genomes of all fronts together */
    bool synthetic; /* some candles were generated */
} ts_run_totals;

/* Best first; ties by symbol, strategy, genome. */
void ts_leaderboard_sort(ts_result *results, size_t count, const ts_objective *objective);

/* Sentences, each a line: nothing earned money, nothing is feasible, the candles are generated. Empty when all is well.
 */
void ts_leaderboard_verdict(ts_strbuf *text, const ts_result *results, size_t count, const ts_run_totals *totals);

/* A line that says what a front is and what of it is shown; nothing of one objective. */
void ts_leaderboard_title(ts_strbuf *text, size_t count, const ts_run_totals *totals);

/* The verdict, the title and at most `limit` rows, aligned. */
void ts_leaderboard_table(ts_strbuf *text, const ts_result *results, size_t count, size_t limit,
                          const ts_run_totals *totals);

/* A header and one line a result: where it comes from, parameters, score and every metric, in full precision. */
void ts_leaderboard_csv(ts_strbuf *text, const ts_result *results, size_t count);

#endif

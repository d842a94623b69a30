/* Inside the oracle: the conditions of one run as rows, and the walk over them. */
#ifndef TS_TESTS_SIMULATOR_H
#define TS_TESTS_SIMULATOR_H

#include "host/language/functions.h"
#include "tests/oracle/oracle.h"
#include "tests/oracle/rows.h"

enum { TERMS_MAX = 16 };

/* One term of an exit that holds a position rule, perhaps joined by `and` with a signal. */
typedef struct rule_term {
    ts_rule_kind kind;
    const char *name; /* NULL while the term has no rule */
    double p;         /* the fraction, the multiple of the ATR, or the bars */
    row range;        /* of trailing_stop_atr */
    row gate;         /* NULL, or the signal that must be true too */
} rule_term;

typedef struct exit_condition {
    row signal; /* NULL: the rules alone */
    rule_term term[TERMS_MAX];
    int terms;
} exit_condition;

typedef struct conditions {
    row long_entry, short_entry; /* NULL: never */
    exit_condition long_exit, short_exit;
    bool reversal; /* direction both */
    size_t warmup; /* entries before this bar of the series do not count */
} conditions;

/* Split an exit tree into its signal part and its rules, in source order. */
void exit_of(rows *all, const ts_expression *tree, exit_condition *out);

/* Money totals of a walk that are not in the trades. */
typedef struct totals {
    double fees, traded;
    size_t held, fills; /* closes with a position; fills of either side */
    bool ruined;
} totals;

/* Walk the window result->first, result->bars; fills trade, trades, equity and position. */
totals oracle_simulate(const ts_series *series, const conditions *when, const ts_oracle_settings *settings,
                       ts_oracle_result *result);

/* The metrics of a walk, the buy-and-hold keys left out. */
void oracle_measure(const ts_series *series, const totals *sums, const ts_oracle_settings *settings,
                    ts_oracle_result *result);

#endif

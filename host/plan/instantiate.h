/* From a strategy and a genome to rows and masks of a plan. */
#ifndef TS_HOST_INSTANTIATE_H
#define TS_HOST_INSTANTIATE_H

#include "host/plan/dag.h"

/* What an expression has become. */
typedef struct ts_planned_value {
    ts_type type; /* NUMBER, SERIES or SIGNAL */
    double number;
    ts_source row;
    int32_t mask;
} ts_planned_value;

/* Plan an expression. `strategy` and `genome` may be NULL when it has no parameters. TS_BAD_DATA names what is out of
 * bounds. */
int ts_plan_expression(ts_dag *dag, const ts_strategy *strategy, const ts_genome *genome,
                       const ts_expression *expression, ts_planned_value *out, ts_error *error);

/* Plan a genome's entries, exits and position rules. */
int ts_plan_genome(ts_dag *dag, const ts_strategy *strategy, const ts_genome *genome, ts_planned *out, ts_error *error);

#endif

#include "host/plan/warmup.h"

#include "host/plan/instantiate.h"

int64_t ts_warmup(const ts_strategy *strategy, const ts_genome *genome, ts_error *error)
{
    ts_planned planned;
    ts_dag *dag = ts_dag_new(error);
    int64_t warmup = dag && !ts_plan_genome(dag, strategy, genome, &planned, error) ? planned.warmup : -1;
    ts_dag_free(dag);
    return warmup;
}

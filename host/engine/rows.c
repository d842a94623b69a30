/* Rows of expressions, for `series` and for tests. */
#include "host/engine/engine_internal.h"

#include "common/memory.h"
#include "host/plan/instantiate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The columns as tiles want them: undefined values up to a whole tile. */
static int pad_columns(const ts_series *series, double *column[TS_COLUMNS], ts_error *error)
{
    size_t padded = (series->bars / TS_TILE_MULTIPLE + 2) * TS_TILE_MULTIPLE;
    for (int c = 0; c < TS_COLUMNS; c++) {
        column[c] = ts_alloc(padded, sizeof **column);
        if (!column[c]) return ts_no_memory(error, "the candles");
        memcpy(column[c], series->column[c], series->bars * sizeof **column);
        for (size_t i = series->bars; i < padded; i++) column[c][i] = NAN;
    }
    return 0;
}

int ts_engine_rows(ts_engine *engine, const ts_series *series, const ts_expression *const *expressions, size_t count,
                   double *const *rows, ts_error *error)
{
    double *column[TS_COLUMNS] = {0};
    ts_dag *dag = ts_dag_new(error);
    ts_planned_value *value = ts_alloc(count, sizeof *value);
    int status = -1;
    if (!value) ts_no_memory(error, "the expressions");
    if (!dag || !value || pad_columns(series, column, error)) goto out;
    for (size_t i = 0; i < count; i++) {
        if (ts_plan_expression(dag, NULL, NULL, expressions[i], &value[i], error)) goto out;
        if (value[i].type != TS_NUMBER) continue;
        ts_fail(error, TS_BAD_DATA, "expression %zu is the number %g: expected a series or a signal", i + 1,
                value[i].number);
        goto out;
    }
    const ts_demand demand = {.dag = dag, .value = value, .values = count};
    status = ts_engine_answer_values(engine, &(ts_values_job){&demand, column, series->bars, rows}, error);
out:
    for (int c = 0; c < TS_COLUMNS; c++) free(column[c]);
    ts_dag_free(dag);
    free(value);
    return status;
}

/* From the totals of the walks to the metrics. */
#ifndef TS_HOST_TOTALS_H
#define TS_HOST_TOTALS_H

#include "host/engine/engine.h"
#include "kernels/cpu.h"

/* The totals of up to TS_LANES_MAX genomes that stand alone (a larger batch has columns of its own). */
typedef struct ts_totals {
    double value[TS_TOTALS][TS_LANES_MAX];
} ts_totals;

/* Totals before the first trade, for `count` genomes per column; `first` is the window's first bar. */
void ts_totals_clear(double *const column[TS_TOTALS], size_t count, size_t first);

/* The same for a standing group; `column` receives its columns. */
void ts_totals_start(ts_totals *totals, size_t count, size_t first, double *column[TS_TOTALS]);

/* The metrics of genome `index` of the columns, all its trades closed. Undefined ratios are NaN. */
void ts_totals_metrics(double *const column[TS_TOTALS], size_t index, const ts_market *market, int64_t warmup,
                       ts_metrics *metrics);

#endif

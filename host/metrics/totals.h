/* From the totals of the walks to the metrics. */
#ifndef TS_HOST_TOTALS_H
#define TS_HOST_TOTALS_H

#include "host/engine/engine.h"
#include "kernels/cpu.h"

/* Records of totals before the first trade, for `count` genomes; `first` is the window's first bar. */
void ts_totals_start(double *totals, size_t count, size_t first);

/* The metrics of a genome, all its trades closed. Undefined ratios are NaN. */
void ts_totals_metrics(const double totals[TS_TOTALS], const ts_market *market, int64_t warmup, ts_metrics *metrics);

#endif

/* Running a program over a market on the CPU, tile by tile. */
#ifndef TS_HOST_CPU_RUN_H
#define TS_HOST_CPU_RUN_H

#include "host/market/market.h"
#include "host/plan/program.h"

#include <stdatomic.h>

/* A trade as the walk saw it. reason: as in ts_scanned. */
typedef struct ts_recorded {
    uint32_t entry, exit;
    uint8_t flags, reason;
    double cash; /* after the trade */
} ts_recorded;

/* Trades of the first genome, in order; grown as needed. */
typedef struct ts_recorder {
    ts_recorded *trade;
    size_t trades, capacity;
} ts_recorder;

/* Walk all genomes of the program; metrics[i] is genome i's. `genome_bars` (may be NULL) advances while it runs;
 * `recorder` (may be NULL) is for programs of one genome. */
int ts_cpu_walk(const ts_cpu_kernels *kernels, const ts_program *program, const ts_market *market,
                ts_direction direction, ts_metrics *metrics, _Atomic uint64_t *genome_bars, ts_recorder *recorder,
                ts_error *error);

/* Compute the values of the program over `bars` bars of the columns: rows[i] receives value i (1 and 0 for a signal).
 */
void ts_cpu_rows(const ts_cpu_kernels *kernels, const ts_program *program, double *const column[TS_COLUMNS],
                 size_t bars, size_t values, double *const *rows);

#endif

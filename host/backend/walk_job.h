/* What a back end is asked to walk: genomes over windows of one market. */
#ifndef TS_HOST_WALK_JOB_H
#define TS_HOST_WALK_JOB_H

#include "host/market/market.h"
#include "host/plan/schedule.h"

#include <stdatomic.h>

/* A trade as the walk saw it. reason: as in ts_scanned. */
typedef struct ts_recorded {
    uint32_t entry, exit;
    uint8_t flags, reason;
    double cash; /* after the trade */
} ts_recorded;

/* Trades of the only walker, in order; grown as needed. */
typedef struct ts_recorder {
    ts_recorded *trade;
    size_t trades, capacity;
} ts_recorder;

/* One genome of the demand on one window: answer `slot` of walks[walks]. */
typedef struct ts_walker {
    uint32_t genome, walks;
    size_t slot;
} ts_walker;

/* The genomes of the demand stand in blocks of TS_BLOCK_GENOMES: the walkers of block b are walker[block[b]] up to
 * walker[block[b + 1]], those of one window together. */
typedef struct ts_walk_job {
    const ts_demand *demand;
    ts_direction direction;
    const ts_walks *walks; /* windows of one market, and where the answers go */
    const ts_walker *walker;
    const size_t *block;
    size_t walkers;
    _Atomic uint64_t *genome_bars, *host_rows; /* advanced; host_rows by the rows that the processor computes */
    ts_recorder *recorder;                     /* NULL, or of a job with one walker */
} ts_walk_job;

/* Bars of [first, first + bars) that lie in the window and count as work: see ts_market_window. */
uint64_t ts_walk_counted(const ts_market *window, size_t first, size_t bars);

/* Hand out what a walker's totals say, all its trades closed. */
void ts_walker_answer(const ts_walk_job *job, const ts_walker *walker, const double *totals);

#endif

/* All that a discovery knows while it runs: what it was asked for, its candles, and what has become of each search. */
#ifndef TS_SERVICES_TRADESTREAM_DISCOVER_STATE_H
#define TS_SERVICES_TRADESTREAM_DISCOVER_STATE_H

#include "cluster/checkpoint.h"
#include "cluster/comm.h"
#include "host/report/leaderboard.h"
#include "host/study/study.h"
#include "services/tradestream/discover_effort.h"
#include "services/tradestream/discover_shelf.h"
#include "services/tradestream/strategy_choice.h"

#include <stdatomic.h>

/* Written by the thread that works, read by the one that shows. */
typedef struct ts_progress_state {
    _Atomic uint64_t under_way;     /* genomes of this rank's search under way, one for all its windows */
    _Atomic uint64_t genome_bars;   /* of finished searches of other ranks */
    _Atomic(const char *) strategy; /* of the search under way */
    _Atomic(const char *) symbol;
    _Atomic double best;              /* score of the best feasible genome seen; NaN before there is one */
    double planned, done, begun_with; /* genomes: of all searches, of those behind, of those behind at the start */
} ts_progress_state;

/* One strategy searched on one series, or on one window of it. */
typedef struct ts_discovery_outcome {
    const ts_strategy *strategy;
    const ts_loaded *loaded;
    ts_origin origin;
    ts_study study;
    double seconds;
    char skipped[256];
} ts_discovery_outcome;

typedef struct ts_discovery {
    const ts_options *options;
    ts_comm *comm;
    ts_search_settings search;
    ts_walk_forward walk_forward; /* train_ms 0: none */
    ts_spans spans;
    ts_choice choice;
    ts_sources sources; /* rank 0 only, as is all below but the shelf and the market */
    ts_engine *engine;
    ts_shelf shelf;
    ts_market *market; /* of the series that this rank works on */
    size_t market_of;
    ts_part_windows windows;       /* of the market, for parts of searches */
    ts_effort helped;              /* by other ranks, with the search under way */
    ts_checkpoint *checkpoint;     /* NULL: none are written */
    ts_discovery_outcome *outcome; /* usable series x strategies x windows, in that order; a task is all its windows */
    size_t outcomes, finished, resumed, skipped;
    ts_result *result; /* all winners, the best first */
    size_t results;
    uint64_t trials; /* that one winner is chosen from: see ts_luck */
    ts_run_totals totals;
    ts_effort effort; /* of all ranks, since this start */
    ts_progress_state progress;
    double started, searching,
        coordinating;             /* seconds: when it began; spent in the job; of them, rank 0's main thread */
    char id[TS_FINGERPRINT_TEXT]; /* of everything that the results depend on: the run's */
    bool abandoned;               /* see ts_job_run */
    int (*found)(void *context, const struct ts_discovery *discovery, const ts_discovery_outcome *outcome,
                 ts_error *error);
    void *context; /* `found` is told of every outcome that was searched */
} ts_discovery;

/* How many windows a task has: outcomes that it fills. */
static inline size_t ts_discovery_windows(const ts_discovery *discovery)
{
    return discovery->spans.count ? discovery->spans.count : 1;
}

#endif

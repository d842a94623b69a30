/* What is shown while a discovery runs: how fast, the best so far, how long it will take. */
#ifndef TS_SERVICES_TRADESTREAM_DISCOVER_PROGRESS_H
#define TS_SERVICES_TRADESTREAM_DISCOVER_PROGRESS_H

#include "host/metrics/metrics.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct ts_discovery;

/* Written by the thread that works, read by the one that shows. */
typedef struct ts_progress_state {
    _Atomic uint64_t under_way;     /* genomes of this rank's search under way, one for all its windows */
    _Atomic uint64_t genome_bars;   /* of finished searches of other ranks */
    _Atomic(const char *) strategy; /* of the search under way */
    _Atomic(const char *) symbol;
    _Atomic double best;              /* score of the best feasible genome seen; NaN before there is one */
    double planned, done, begun_with; /* genomes: of all searches, of those behind, of those behind at the start */
} ts_progress_state;

/* A batch of this rank's search was evaluated. */
void ts_progress_note(struct ts_discovery *discovery, const ts_metrics *metrics, size_t count);

/* Renew the progress line when it is due. */
void ts_progress_show(struct ts_discovery *discovery);

#endif

/* What is shown while a discovery runs: how fast, the best so far, how long it will take. */
#ifndef TS_SERVICES_TRADESTREAM_DISCOVER_PROGRESS_H
#define TS_SERVICES_TRADESTREAM_DISCOVER_PROGRESS_H

#include "host/metrics/metrics.h"

#include <stddef.h>

struct ts_discovery;
struct ts_outcome;

/* One search that is being watched. */
typedef struct ts_watch {
    const struct ts_discovery *discovery;
    const struct ts_outcome *outcome;
    double best;    /* score of the best feasible genome of this search; NaN before there is one */
    double genomes; /* evaluated by this search */
} ts_watch;

ts_watch ts_watch_begin(const struct ts_discovery *discovery, const struct ts_outcome *outcome);

/* A batch was evaluated: renew the progress line when it is due. */
void ts_watch_show(ts_watch *watch, const ts_metrics *metrics, size_t count);

#endif

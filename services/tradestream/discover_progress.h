/* What is shown while a discovery runs: how fast, the best so far, how long it will take. */
#ifndef TS_SERVICES_TRADESTREAM_DISCOVER_PROGRESS_H
#define TS_SERVICES_TRADESTREAM_DISCOVER_PROGRESS_H

#include "services/tradestream/discover_state.h"

/* A batch of this rank's search was evaluated. */
void ts_progress_note(ts_discovery *discovery, const ts_metrics *metrics, size_t count);

/* Renew the progress line when it is due. */
void ts_progress_show(ts_discovery *discovery);

#endif

/* Going on where an earlier start of the same discovery was broken off. */
#ifndef TS_SERVICES_TRADESTREAM_DISCOVER_RESUME_H
#define TS_SERVICES_TRADESTREAM_DISCOVER_RESUME_H

#include "cluster/ledger.h"
#include "services/tradestream/discover_state.h"

/* Rank 0: name the run; a ledger of so many tasks with what the checkpoint knows of them, if one was found. */
int ts_discovery_resume(ts_discovery *discovery, ts_ledger *ledger, size_t tasks, bool *found, ts_error *error);

#endif

/* The market that a rank's tasks are about. */
#ifndef TS_SERVICES_TRADESTREAM_DISCOVER_MARKET_H
#define TS_SERVICES_TRADESTREAM_DISCOVER_MARKET_H

#include "services/tradestream/discover_state.h"

/* The market of a usable series; kept for the tasks that follow, which are mostly of the same. */
int ts_discovery_market(ts_discovery *discovery, size_t index, const ts_series **series, ts_error *error);

#endif

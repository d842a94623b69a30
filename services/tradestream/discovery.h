/* A discovery: every strategy chosen searched on every series chosen, as the tasks of a job that one process or many
 * ranks work on. What cannot be searched (a series too short, a damaged file) is skipped, told and counted. */
#ifndef TS_SERVICES_TRADESTREAM_DISCOVERY_H
#define TS_SERVICES_TRADESTREAM_DISCOVERY_H

#include "services/tradestream/discover_state.h"

/* Everything that can be refused before any candle is read. All ranks call this. */
int ts_discovery_init(ts_discovery *discovery, const ts_options *options, ts_comm *comm, ts_error *error);

/* Load and share the candles. All ranks call this. */
int ts_discovery_prepare(ts_discovery *discovery, ts_error *error);

/* Search it all; afterwards rank 0 has the results. TS_BAD_DATA when everything was skipped. */
int ts_discovery_run(ts_discovery *discovery, ts_error *error);
void ts_discovery_clear(ts_discovery *discovery);

/* The winner number `index` of an outcome. */
ts_result ts_discovery_result(const ts_discovery *discovery, const ts_discovery_outcome *outcome, size_t index);

#endif

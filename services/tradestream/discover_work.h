/* One task of a discovery, on whatever rank it falls: one strategy on one series, its outcome as bytes. */
#ifndef TS_SERVICES_TRADESTREAM_DISCOVER_WORK_H
#define TS_SERVICES_TRADESTREAM_DISCOVER_WORK_H

#include "cluster/tasks.h"
#include "services/tradestream/discover_state.h"

/* A task of the job; see ts_job. */
int ts_discovery_work(void *discovery, size_t task, ts_work *work, ts_reader earlier, ts_strbuf *result,
                      ts_error *error);

/* What ts_discovery_work has written, into the outcomes of its windows; adds to the effort when it was made since this
 * start. */
int ts_discovery_take(ts_discovery *discovery, ts_discovery_outcome *outcomes, ts_reader result, bool fresh,
                      ts_error *error);

#endif

/* One search on several ranks: its evaluations are cut into parts, genome by genome, when ranks have nothing to do. */
#ifndef TS_SERVICES_TRADESTREAM_DISCOVER_HELP_H
#define TS_SERVICES_TRADESTREAM_DISCOVER_HELP_H

#include "cluster/tasks.h"
#include "services/tradestream/discover_state.h"

/* One evaluation of a task, shared with ranks that have nothing to do; and their side of it, see ts_job. */
int ts_discovery_evaluate(ts_discovery *discovery, ts_work *work, size_t task, const ts_strategy *strategy,
                          const ts_question_set *questions, ts_error *error);
int ts_discovery_help(void *discovery, ts_reader part, ts_strbuf *answer, ts_error *error);

#endif

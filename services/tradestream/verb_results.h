/* The commands of `tradestream results`. */
#ifndef TS_SERVICES_TRADESTREAM_VERB_RESULTS_H
#define TS_SERVICES_TRADESTREAM_VERB_RESULTS_H

#include "services/tradestream/verb.h"

extern const ts_verb ts_verb_results_publish;

#endif

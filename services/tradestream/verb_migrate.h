/* The commands of `tradestream migrate`. */
#ifndef TS_SERVICES_TRADESTREAM_VERB_MIGRATE_H
#define TS_SERVICES_TRADESTREAM_VERB_MIGRATE_H

#include "services/tradestream/verb.h"

extern const ts_verb ts_verb_migrate_topics;

#endif

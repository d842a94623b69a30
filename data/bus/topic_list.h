/* The topics of TradeStream. Their names are what other programs rely on; each has its topic of dead letters. */
#ifndef TS_DATA_BUS_TOPIC_LIST_H
#define TS_DATA_BUS_TOPIC_LIST_H

#include "data/bus/topics.h"

#define TS_TOPIC_CANDLES  "candles"
#define TS_TOPIC_REQUESTS "strategy-discovery-requests"
#define TS_TOPIC_RESULTS  "discovered-strategies"
#define TS_TOPIC_APPROVED "risk-approved-strategies"
#define TS_TOPIC_SIZED    "sized-positions"
#define TS_TOPIC_SIGNALS  "trade-signals"
#define TS_DEAD_LETTERS   ".dlq" /* appended to a topic's name */

enum { TS_TOPICS = 12 };
extern const ts_topic ts_topic_list[TS_TOPICS];

#endif

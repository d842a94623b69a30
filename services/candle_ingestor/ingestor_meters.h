/* What candle_ingestor counts, for /metrics. */
#ifndef TS_SERVICES_CANDLE_INGESTOR_METERS_H
#define TS_SERVICES_CANDLE_INGESTOR_METERS_H

#include "ingest/feed.h"
#include "services/candle_ingestor/keeper.h"

typedef struct ts_ingestor_now {
    ts_keeper_counts kept;
    ts_candle_source_counts rest;
    ts_feed_counts feed;
    int64_t wanted; /* minutes */
    bool away;
} ts_ingestor_now;

extern const ts_meter ts_ingestor_meters[];

/* Bring the meters up to date; `seen`: what they have counted, which becomes `now`. */
void ts_ingestor_measure(ts_ingestor_now *seen, const ts_ingestor_now *now);

#endif

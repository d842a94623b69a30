/* New candles for those who listen at /v1/stream: what a series has got is looked for every second. */
#ifndef TS_SERVICES_MARKET_DATA_SERVICE_FEED_H
#define TS_SERVICES_MARKET_DATA_SERVICE_FEED_H

#include "services/market_data_service/answers.h"

/* Of streams; make it before the listener opens, free it after that is closed. */
market_feed *market_feed_new(market_shelf *shelf, ts_error *error);
void market_feed_free(market_feed *feed);
extern ts_http_hub *market_feed_hub; /* of the one feed that a program has */

/* Publish what has come since the last call. What cannot be read is logged once and tried again. */
void market_feed_look(market_feed *feed);

/* Make the client a listener to bars of the question's interval, made of the source's: those after `after_ms` first,
 * INT64_MAX: only those that come. One that is far behind gets the oldest of them and the end of the stream, and comes
 * back for more. */
void market_feed_join(market_feed *feed, const ts_http_request *request, const ts_store_key *source,
                      int64_t interval_ms, int64_t after_ms, ts_http_reply *reply);

#endif

/* Messages of Coinbase's Exchange feed: match, last_match, heartbeat, subscriptions and error. */
#ifndef TS_INGEST_COINBASE_MATCHES_H
#define TS_INGEST_COINBASE_MATCHES_H

#include "ingest/message.h"

#include <stddef.h>

/* Decode one whole message. Other types are TS_MESSAGE_OTHER. No message is `sequenced`: the numbers of this feed count
 * orders of a product too, so what is missing is told by the ids of trades and by heartbeats. A last_match is a
 * snapshot. TS_BAD_DATA names the member that is wrong; the message then holds nothing of use. */
int ts_coinbase_matches_decode(const void *bytes, size_t size, ts_message *message, ts_error *error);

/* The name of the channel to subscribe to for trades, and of the one for heartbeats. */
#define TS_COINBASE_MATCHES_CHANNEL   "matches"
#define TS_COINBASE_HEARTBEAT_CHANNEL "heartbeat"

#endif

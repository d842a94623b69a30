/* Messages of Coinbase's Advanced Trade feed: the channels market_trades, heartbeats and subscriptions, and errors. */
#ifndef TS_INGEST_COINBASE_TRADES_H
#define TS_INGEST_COINBASE_TRADES_H

#include "ingest/message.h"

#include <stddef.h>

/* Decode one whole message. Other channels are TS_MESSAGE_OTHER, with their sequence number if they have one.
 * TS_BAD_DATA names the member that is wrong; the message then holds nothing of use. */
int ts_coinbase_trades_decode(const void *bytes, size_t size, ts_message *message, ts_error *error);

/* The name of the channel to subscribe to for trades, and of the one for heartbeats. */
#define TS_COINBASE_TRADES_CHANNEL     "market_trades"
#define TS_COINBASE_HEARTBEATS_CHANNEL "heartbeats"

#endif

/* Members that messages of both of Coinbase's feeds have, read by the same functions. */
#ifndef TS_INGEST_COINBASE_MEMBERS_H
#define TS_INGEST_COINBASE_MEMBERS_H

#include "ingest/json_scan.h"
#include "ingest/message.h"

/* For tables of ts_member; `into` is what the field of ts_market_trade, or of ts_message, is. */
int ts_coinbase_price(ts_scan *scan, void *into);   /* ts_exact, above 0 and below 10^15 */
int ts_coinbase_size(ts_scan *scan, void *into);    /* ts_exact, above 0 */
int ts_coinbase_side(ts_scan *scan, void *into);    /* ts_side; BUY or buy, SELL or sell, all else is UNKNOWN */
int ts_coinbase_product(ts_scan *scan, void *into); /* char[TS_SYMBOL_TEXT]; letters, digits and -._ */
int ts_coinbase_text(ts_scan *scan, void *into);    /* char[256], of an error; cut */

/* int64_t microseconds since 1970 from "2026-08-09T21:05:48.228568804Z", years 1970 to 2199; finer digits are cut. */
int ts_coinbase_time(ts_scan *scan, void *into);

#endif

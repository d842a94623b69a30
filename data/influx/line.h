/* Candles in InfluxDB's line protocol, one a line:
 *
 * candles,currency_pair=BTC/USD,exchange=coinbase,interval=1m,symbol=BTC-USD
 * open=1.5,high=2.0,low=1.0,close=1.5,volume=7.0 1700000000000
 *
 * Times are milliseconds (precision=ms), of the bar's open. Fields always have a point or an exponent and never the i
 * of integers: a field's first value settles its type for ever. */
#ifndef TS_DATA_INFLUX_LINE_H
#define TS_DATA_INFLUX_LINE_H

#include "common/strbuf.h"
#include "data/candles/store.h"

#define TS_LINE_MEASUREMENT "candles"

/* Append the line of a candle, with its end. */
void ts_line_put(ts_strbuf *out, const ts_store_key *series, const ts_candle *candle);

/* Read such a line (`length` bytes, with or without its end): the measurement, tags and fields may stand in any order
 * and all must be there; the root of `series` becomes NULL. TS_BAD_DATA names what is wrong. */
int ts_line_read(const char *line, size_t length, ts_store_key *series, ts_candle *candle, ts_error *error);

#endif

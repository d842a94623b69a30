/* A record of the journal as bytes, little-endian: magic, flags, interval, time, five doubles, symbol, checksum. */
#ifndef TS_DATA_CANDLES_JOURNAL_RECORD_H
#define TS_DATA_CANDLES_JOURNAL_RECORD_H

#include "data/candles/journal.h"

void ts_journal_encode(const ts_live_bar *bar, unsigned char bytes[TS_JOURNAL_RECORD]);

/* False when the bytes are not what was written, or no candle. */
bool ts_journal_decode(const unsigned char bytes[TS_JOURNAL_RECORD], ts_live_bar *bar);

#endif

/* Candles as CSV: time,open,high,low,close,volume, every number in the shortest text that reads back as the same bits.
 * Candles that were made up carry a sixth column, `synthetic`, so that a reader of the file knows it too. */
#ifndef TS_DATA_CANDLES_CSV_WRITER_H
#define TS_DATA_CANDLES_CSV_WRITER_H

#include "common/strbuf.h"
#include "data/candles/shapes.h"

/* Append the bars [from, to) with a header. `unit` is TS_UNIT_S, _MS, _ISO, or _AUTO: seconds if all times are whole
 * seconds, else milliseconds. A failed allocation is seen in `into`. */
void ts_candles_write_csv(const ts_series *series, size_t from, size_t to, ts_time_unit unit, ts_strbuf *into);

#endif

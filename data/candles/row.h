/* One row of a candle file: its fields by their layout. */
#ifndef TS_DATA_CANDLES_ROW_H
#define TS_DATA_CANDLES_ROW_H

#include "data/candles/shapes.h"

/* Read the terminated text of one row. The first row settles the layout's time unit, and whether its second column is
 * the open or the low (`swapped` is then set: what was read before as open and low must change places). TS_BAD_DATA
 * names the field. The candle itself is not checked. */
int ts_row_read(const char *text, ts_layout *layout, ts_candle *candle, bool *swapped, ts_error *error);

#endif

/* The ranges of time of a series that are to be sent again. They stay few: of too many the two that are closest become
 * one, so that more may be sent again than changed. */
#ifndef TS_DATA_OUTLET_AGAIN_H
#define TS_DATA_OUTLET_AGAIN_H

#include "data/candles/absent.h"

enum { TS_AGAIN_MOST = 256 };

/* -1: no memory; the ranges are as they were. An empty range changes nothing. */
int ts_again_add(ts_ranges *again, ts_range range, ts_error *error);

/* The first range, if it still begins at `from_ms`, is done until `to_ms`. */
void ts_again_shorten(ts_ranges *again, int64_t from_ms, int64_t to_ms);

#endif

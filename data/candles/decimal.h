/* Decimal numbers in text, strictly: digits, a point, an exponent; no blanks, hexadecimal, NaN, infinity or comma. */
#ifndef TS_DATA_CANDLES_DECIMAL_H
#define TS_DATA_CANDLES_DECIMAL_H

#include <stdbool.h>

/* Read the number at *at (terminated text) into the nearest double and step over it. False when there is none or it is
 * beyond a double's range; *at is then left where it was. */
bool ts_decimal_read(const char **at, double *value);

#endif

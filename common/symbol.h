/* Symbols at every door: BASE-QUOTE, ^[A-Z0-9]{1,20}-[A-Z0-9]{1,20}$. btcusd, BTC/USD, BTCUSDT, XBTUSD, BTC_USDT are
 * converted by one table; the longest known quote suffix wins; what could be read two ways is an error. */
#ifndef TS_COMMON_SYMBOL_H
#define TS_COMMON_SYMBOL_H

#include "common/error.h"

#include <stdbool.h>

#define TS_SYMBOL_TEXT 48 /* room for a symbol */

/* Convert any accepted spelling to BASE-QUOTE. TS_USAGE names the text and the form expected. */
int ts_symbol_parse(const char *text, char symbol[TS_SYMBOL_TEXT], ts_error *error);

/* The symbol a file's name says: the part before the first dot or the first '_digits' (BTC-USDT.1m.csv.zst,
 * BTCUSDT-1m-2024-01.csv, XBTUSD_1.csv). TS_USAGE when it is no symbol. */
int ts_symbol_from_path(const char *path, char symbol[TS_SYMBOL_TEXT], ts_error *error);

/* Whether the quote of a BASE-QUOTE is one of the table: what tells BTC-USDT from a name such as MY-FILE. */
bool ts_symbol_known(const char *symbol);

#endif

/* Which symbols are asked about: what Redis lists, else what the settings say. */
#ifndef TS_SERVICES_SYMBOLS_H
#define TS_SERVICES_SYMBOLS_H

#include "common/error.h"
#include "common/symbol.h"

#include <stddef.h>

typedef struct ts_symbols {
    char (*symbol)[TS_SYMBOL_TEXT]; /* BASE-QUOTE, each once, in the order in which they were listed */
    size_t count;
    const char *from; /* "tradestream:symbols", "top_cryptocurrencies" or "settings" */
} ts_symbols;

/* The first of these that names a symbol: the keys tradestream:symbols ([{"symbol": ...}, ...]) and
 * top_cryptocurrencies (["btcusd", ...]) of the Redis at `redis` (NULL: none), and `settings` ("A,B"; NULL: none). What
 * is no symbol is left out with a warning, and so is a Redis that does not answer, or not with a text, when there are
 * `settings`. TS_BAD_DATA: none of them names one. */
int ts_symbols_find(const char *redis, const char *settings, ts_symbols *symbols, ts_error *error);
void ts_symbols_clear(ts_symbols *symbols);

#endif

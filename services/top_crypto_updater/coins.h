/* The listings of CoinMarketCap: what the largest coins are.
 * https://coinmarketcap.com/api/documentation/v1/#operation/getV1CryptocurrencyListingsLatest */
#ifndef TS_SERVICES_TOP_CRYPTO_COINS_H
#define TS_SERVICES_TOP_CRYPTO_COINS_H

#include "common/error.h"
#include "common/symbol.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ts_coin {
    char code[TS_SYMBOL_TEXT]; /* "BTC"; several coins may have the same */
    int64_t id, rank;
    bool stable; /* tagged as a stablecoin and worth a dollar, within 2 %: the tag alone is on WBTC, too */
} ts_coin;

typedef struct ts_coins {
    ts_coin *coin; /* by rank; freed with free() */
    size_t count;
    size_t passed_over; /* entries without a code, an id, a rank or a price */
} ts_coins;

/* Read an answer. TS_UNAVAILABLE: it says that it is an error; TS_BAD_DATA: it is no list of coins, or an empty one. */
int ts_coins_read(const char *text, size_t length, ts_coins *coins, ts_error *error);

#endif

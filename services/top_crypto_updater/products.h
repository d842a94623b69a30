/* What can be traded on the exchange against one currency.
 * https://docs.cdp.coinbase.com/api-reference/advanced-trade-api/rest-api/public/list-public-products */
#ifndef TS_SERVICES_TOP_CRYPTO_PRODUCTS_H
#define TS_SERVICES_TOP_CRYPTO_PRODUCTS_H

#include "common/error.h"
#include "common/symbol.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct ts_products {
    char (*symbol)[TS_SYMBOL_TEXT]; /* BASE-QUOTE; freed with free() */
    size_t count;
} ts_products;

/* Read an answer: the spot products against `quote` that are traded. TS_BAD_DATA: it is no list of products, or none is
 * against it. */
int ts_products_read(const char *text, size_t length, const char *quote, ts_products *products, ts_error *error);

bool ts_products_have(const ts_products *products, const char *symbol);

#endif

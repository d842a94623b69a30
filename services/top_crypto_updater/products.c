#include "services/top_crypto_updater/products.h"

#include "common/json.h"
#include "common/memory.h"

#include <stdlib.h>
#include <string.h>

enum { PRODUCTS_MOST = 100000 };

static bool is_said(const json_t *product, const char *name, const char *value)
{
    const char *text = json_string_value(json_object_get(product, name));
    return text && !strcmp(text, value);
}

static bool is_traded(const json_t *product, const char *quote)
{
    const json_t *type = json_object_get(product, "product_type");
    return is_said(product, "quote_currency_id", quote) && is_said(product, "status", "online") &&
           (!type || is_said(product, "product_type", "SPOT")) &&
           !json_is_true(json_object_get(product, "is_disabled")) &&
           !json_is_true(json_object_get(product, "trading_disabled")) &&
           !json_is_true(json_object_get(product, "view_only"));
}

static int read_products(const json_t *answer, const char *quote, ts_products *products, ts_error *error)
{
    const json_t *list = json_object_get(answer, "products");
    size_t count = json_array_size(list);
    if (!count || count > PRODUCTS_MOST)
        return ts_fail(error, TS_BAD_DATA, "products: %zu of them; expected 1 to %d", count, PRODUCTS_MOST);
    products->symbol = ts_alloc(count, sizeof *products->symbol);
    if (!products->symbol) return ts_no_memory(error, "products");
    for (size_t i = 0; i < count; i++) {
        const json_t *product = json_array_get(list, i);
        const char *name = json_string_value(json_object_get(product, "product_id"));
        ts_error unseen = {0};
        if (name && is_traded(product, quote) && !ts_symbol_parse(name, products->symbol[products->count], &unseen))
            products->count++;
    }
    return products->count ? 0 : ts_fail(error, TS_BAD_DATA, "none of %zu products is traded against %s", count, quote);
}

int ts_products_read(const char *text, size_t length, const char *quote, ts_products *products, ts_error *error)
{
    json_error_t why;
    *products = (ts_products){0};
    json_t *answer = json_loadb(text, length, JSON_REJECT_DUPLICATES, &why);
    if (!answer) return ts_fail(error, TS_BAD_DATA, "line %d: %.120s", why.line, why.text);
    int status = read_products(answer, quote, products, error);
    json_decref(answer);
    if (status) free(products->symbol), *products = (ts_products){0};
    return status;
}

bool ts_products_have(const ts_products *products, const char *symbol)
{
    for (size_t i = 0; i < products->count; i++)
        if (!strcmp(products->symbol[i], symbol)) return true;
    return false;
}

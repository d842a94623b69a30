#include "services/symbols/symbols.h"

#include "common/json.h"
#include "common/log.h"
#include "common/memory.h"
#include "data/cache/redis.h"

#include <stdlib.h>
#include <string.h>

enum { SYMBOLS_MOST = 10000 };

void ts_symbols_clear(ts_symbols *symbols)
{
    free(symbols->symbol);
    *symbols = (ts_symbols){0};
}

static int add(ts_symbols *symbols, const char *text, const char *from, ts_error *error)
{
    char symbol[TS_SYMBOL_TEXT];
    ts_error why = {0};
    if (ts_symbol_parse(text, symbol, &why)) {
        ts_log_warning("%s: left out: %s", from, why.text);
        return 0;
    }
    for (size_t i = 0; i < symbols->count; i++)
        if (!strcmp(symbols->symbol[i], symbol)) return 0;
    if (symbols->count == SYMBOLS_MOST)
        return ts_fail(error, TS_BAD_DATA, "%s: more than %d symbols", from, SYMBOLS_MOST);
    char(*grown)[TS_SYMBOL_TEXT] = ts_grow(symbols->symbol, symbols->count + 1, TS_SYMBOL_TEXT);
    if (!grown) return ts_no_memory(error, "symbols");
    symbols->symbol = grown;
    memcpy(symbols->symbol[symbols->count++], symbol, TS_SYMBOL_TEXT);
    symbols->from = from;
    return 0;
}

/* An array of texts, or of objects with a member "symbol". */
static int read_list(const char *text, size_t length, const char *key, ts_symbols *symbols, ts_error *error)
{
    json_error_t why;
    size_t index;
    json_t *each, *list = json_loadb(text, length, 0, &why);
    int status = 0;
    if (!json_is_array(list)) ts_log_warning("Redis: %s is no JSON array, and is passed over", key);
    else json_array_foreach(list, index, each)
        {
            const char *symbol = json_string_value(json_is_object(each) ? json_object_get(each, "symbol") : each);
            if (!status && symbol) status = add(symbols, symbol, key, error);
        }
    json_decref(list);
    return status;
}

static int read_redis(const char *url, ts_symbols *symbols, ts_error *error)
{
    static const char *const keys[] = {"tradestream:symbols", "top_cryptocurrencies"};
    int status = 0;
    for (size_t i = 0; i < sizeof keys / sizeof *keys && !status && !symbols->count; i++) {
        ts_strbuf value = {0};
        bool found;
        status = ts_redis_get(url, keys[i], &value, &found, error);
        if (!status && found) status = read_list(value.text ? value.text : "", value.length, keys[i], symbols, error);
        ts_strbuf_clear(&value);
    }
    return status;
}

static int read_settings(const char *text, ts_symbols *symbols, ts_error *error)
{
    for (const char *part = text;; part++) {
        char word[64] = "";
        size_t length = strcspn(part, ",");
        if (length < sizeof word) memcpy(word, part, length);
        if (add(symbols, word, "settings", error)) return -1;
        part += length;
        if (!*part) return 0;
    }
}

int ts_symbols_find(const char *redis, const char *settings, ts_symbols *symbols, ts_error *error)
{
    ts_error why = {0};
    *symbols = (ts_symbols){0};
    int status = redis ? read_redis(redis, symbols, &why) : 0;
    if (status && settings && why.code != TS_BAD_CONFIG) {
        ts_log_warning("symbols are those of the settings: %s", why.text);
        ts_symbols_clear(symbols);
        status = 0;
    } else if (status) *error = why;
    if (!status && !symbols->count && settings) status = read_settings(settings, symbols, error);
    if (!status && !symbols->count)
        status = ts_fail(error, TS_BAD_DATA, "no symbols: neither Redis nor --symbols names one");
    if (status) ts_symbols_clear(symbols);
    return status;
}

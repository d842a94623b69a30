#include "services/top_crypto_updater/coins.h"

#include "common/json.h"
#include "common/memory.h"

#include <stdlib.h>
#include <string.h>

enum { COINS_MOST = 5000 };

static const double a_dollar = 1, within = 0.02;

static bool is_code(const char *text)
{
    size_t length = text ? strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") : 0;
    return length && length <= 20 && !text[length];
}

static bool is_tagged(const json_t *tags, const char *tag)
{
    for (size_t i = 0; i < json_array_size(tags); i++) {
        const char *text = json_string_value(json_array_get(tags, i));
        if (text && !strcmp(text, tag)) return true;
    }
    return false;
}

/* False: something is missing, or of another type. */
static bool read_coin(const json_t *entry, ts_coin *coin)
{
    const char *code = json_string_value(json_object_get(entry, "symbol"));
    const json_t *id = json_object_get(entry, "id"), *rank = json_object_get(entry, "cmc_rank");
    const json_t *dollar = json_object_get(json_object_get(entry, "quote"), "USD");
    const json_t *price = json_object_get(dollar, "price");
    if (!is_code(code) || !json_is_integer(id) || !json_is_integer(rank) || json_integer_value(rank) <= 0 ||
        !json_is_number(price) || !(json_number_value(price) > 0))
        return false;
    double off = json_number_value(price) - a_dollar;
    *coin = (ts_coin){.id = json_integer_value(id), .rank = json_integer_value(rank)};
    coin->stable = is_tagged(json_object_get(entry, "tags"), "stablecoin") && off <= within && off >= -within;
    snprintf(coin->code, sizeof coin->code, "%s", code);
    return true;
}

static int by_rank(const void *a, const void *b)
{
    const ts_coin *x = a, *y = b;
    if (x->rank != y->rank) return x->rank < y->rank ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

static int check_status(const json_t *answer, ts_error *error)
{
    const json_t *status = json_object_get(answer, "status"), *code = json_object_get(status, "error_code");
    const char *why = json_string_value(json_object_get(status, "error_message"));
    if (!json_is_integer(code)) return ts_fail(error, TS_BAD_DATA, "status.error_code is missing");
    if (!json_integer_value(code)) return 0;
    return ts_fail(error, TS_UNAVAILABLE, "error %d: %.200s", (int)json_integer_value(code), why ? why : "");
}

static int read_coins(const json_t *answer, ts_coins *coins, ts_error *error)
{
    const json_t *data = json_object_get(answer, "data");
    if (check_status(answer, error)) return -1;
    size_t count = json_array_size(data);
    if (!count || count > COINS_MOST)
        return ts_fail(error, TS_BAD_DATA, "data: %zu coins; expected 1 to %d", count, COINS_MOST);
    coins->coin = ts_alloc(count, sizeof *coins->coin);
    if (!coins->coin) return ts_no_memory(error, "coins");
    for (size_t i = 0; i < count; i++)
        if (read_coin(json_array_get(data, i), &coins->coin[coins->count])) coins->count++;
        else coins->passed_over++;
    qsort(coins->coin, coins->count, sizeof *coins->coin, by_rank);
    return coins->count ? 0 : ts_fail(error, TS_BAD_DATA, "data: none of its %zu entries is a coin", count);
}

int ts_coins_read(const char *text, size_t length, ts_coins *coins, ts_error *error)
{
    json_error_t why;
    *coins = (ts_coins){0};
    json_t *answer = json_loadb(text, length, JSON_REJECT_DUPLICATES, &why);
    if (!answer) return ts_fail(error, TS_BAD_DATA, "line %d: %.120s", why.line, why.text);
    int status = read_coins(answer, coins, error);
    json_decref(answer);
    if (status) free(coins->coin), *coins = (ts_coins){0};
    return status;
}

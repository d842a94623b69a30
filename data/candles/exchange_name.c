/* The names of exchanges, which are folders of a store and tags elsewhere. */
#include "data/candles/store.h"

#include <string.h>

int ts_exchange_check(const char *exchange, ts_error *error)
{
    size_t length = strspn(exchange, "abcdefghijklmnopqrstuvwxyz0123456789_-");
    if (length && length < sizeof((ts_store_key *)0)->exchange && !exchange[length]) return 0;
    return ts_fail(error, TS_USAGE, "'%.40s' is not an exchange: expected up to 31 small letters, digits, - or _",
                   exchange);
}

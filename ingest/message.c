#include "ingest/message.h"

#include "common/memory.h"

#include <stdlib.h>

void ts_message_clear(ts_message *message)
{
    free(message->trade);
    free(message->product);
    *message = (ts_message){0};
}

void ts_message_reset(ts_message *message)
{
    *message = (ts_message){.trade = message->trade,
                            .trades_room = message->trades_room,
                            .product = message->product,
                            .products_room = message->products_room};
}

/* Room for one more of `size` bytes in an array of `count`, at most `limit`. */
static int grow(void **array, size_t *room, size_t count, size_t limit, size_t size, const char *what, ts_error *error)
{
    if (count >= limit) return ts_fail(error, TS_BAD_DATA, "more than %zu %s in one message", limit, what);
    if (count < *room) return 0;
    size_t wanted = *room ? *room * 2 : 128;
    void *grown = ts_grow(*array, wanted, size);
    if (!grown) return ts_no_memory(error, what);
    *array = grown;
    *room = wanted;
    return 0;
}

ts_market_trade *ts_message_add_trade(ts_message *message, ts_error *error)
{
    void *array = message->trade;
    if (grow(&array, &message->trades_room, message->trades, TS_MESSAGE_TRADES_LIMIT, sizeof *message->trade, "trades",
             error))
        return NULL;
    message->trade = array;
    return &message->trade[message->trades++];
}

ts_product *ts_message_add_product(ts_message *message, ts_error *error)
{
    void *array = message->product;
    if (grow(&array, &message->products_room, message->products, TS_MESSAGE_PRODUCTS_LIMIT, sizeof *message->product,
             "products", error))
        return NULL;
    message->product = array;
    return &message->product[message->products++];
}

/* What a message of an exchange says, whatever form it came in. */
#ifndef TS_INGEST_MESSAGE_H
#define TS_INGEST_MESSAGE_H

#include "common/error.h"
#include "common/symbol.h"
#include "ingest/exact.h"

#include <stdint.h>

typedef enum ts_side { TS_SIDE_UNKNOWN, TS_SIDE_BUY, TS_SIDE_SELL } ts_side;

typedef struct ts_market_trade {
    char symbol[TS_SYMBOL_TEXT]; /* the exchange's name of the product, "BTC-USD"; letters, digits and -._ only */
    uint64_t trade_id;           /* consecutive for each product */
    ts_exact price, size;        /* above 0; the price below 10^15 */
    int64_t time_us;             /* since 1970 */
    ts_side side;                /* as the exchange says it */
} ts_market_trade;

typedef enum ts_message_kind {
    TS_MESSAGE_OTHER, /* well-formed, and nothing that is wanted: counted and passed over */
    TS_MESSAGE_TRADES,
    TS_MESSAGE_HEARTBEAT,
    TS_MESSAGE_SUBSCRIBED, /* the exchange says what it will send from now on */
    TS_MESSAGE_ERROR,      /* the exchange complains */
} ts_message_kind;

typedef struct ts_product {
    char symbol[TS_SYMBOL_TEXT];
} ts_product;

enum { TS_MESSAGE_TRADES_LIMIT = 100000, TS_MESSAGE_PRODUCTS_LIMIT = 10000 };

/* Filled by a decoder, and used again for the next message: the arrays keep their room. Begins as all zero. */
typedef struct ts_message {
    ts_message_kind kind;
    bool snapshot;   /* trades from before the subscription, perhaps known already */
    bool sequenced;  /* `sequence` counts the messages of this connection */
    bool last_trade; /* a heartbeat that says its product's last trade */
    uint64_t sequence;
    int64_t time_us;    /* the exchange's clock when it sent this; 0: not said */
    uint64_t heartbeat; /* its counter, or with `last_trade` the id of that trade */
    ts_product heartbeat_product;
    ts_market_trade *trade;
    size_t trades, trades_room;
    ts_product *product; /* for which trades are confirmed, of SUBSCRIBED */
    size_t products, products_room;
    char text[256]; /* of ERROR, cut */
} ts_message;

void ts_message_clear(ts_message *message); /* frees the arrays */

/* For decoders: empty but for the room; and room for one more, which is then counted. NULL: too many, or no memory. */
void ts_message_reset(ts_message *message);
ts_market_trade *ts_message_add_trade(ts_message *message, ts_error *error);
ts_product *ts_message_add_product(ts_message *message, ts_error *error);

#endif

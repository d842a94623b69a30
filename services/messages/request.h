/* A request: search one strategy on one window of one symbol's candles. Message discovery-request/1. */
#ifndef TS_SERVICES_REQUEST_H
#define TS_SERVICES_REQUEST_H

#include "common/fingerprint.h"
#include "common/symbol.h"
#include "host/engine/engine.h"
#include "host/search/search.h"
#include "services/messages/message.h"

enum { TS_REQUEST_OBJECTIVE = 128, TS_REQUEST_OWN_DIRECTION = -1 };

/* No pointers: copied as it is. Times are milliseconds, ranges exclude their end, costs are fractions of each side. */
typedef struct ts_request {
    char request_id[TS_FINGERPRINT_TEXT];
    char exchange[32], symbol[TS_SYMBOL_TEXT];
    int64_t interval_ms;
    int64_t load_from_ms;     /* the first bar to load */
    int64_t start_ms, end_ms; /* the window to trade */
    char strategy[64];        /* whether there is one of this name is the caller's question */
    ts_search_kind kind;
    uint64_t evaluations, population, top; /* at least 1, 2 and 1 */
    uint64_t generations;                  /* 0: as many as the evaluations allow */
    uint64_t seed;
    char objective[TS_REQUEST_OBJECTIVE]; /* as ts_objectives_parse takes it */
    uint64_t min_trades;
    double max_drawdown;
    ts_fill fill;
    double fee, slippage;
    int direction; /* a ts_direction, or TS_REQUEST_OWN_DIRECTION: the strategy's own, null in JSON */
    int64_t expires_at_ms;
} ts_request;

/* Fill request_id, which is made of all members but itself and expires_at: who asks the same twice has asked once.
 * TS_BAD_DATA names the member that is out of bounds, as the reader would. */
int ts_request_id(ts_request *request, ts_error *error);

/* Write the message, its id as it is in the struct. */
void ts_request_json(ts_json *json, const ts_request *request);

/* Read a message, or the text of one. TS_BAD_DATA names the member, what was expected and what was found; also when the
 * id is not that of the content. */
int ts_request_read(const json_t *message, ts_request *request, ts_error *error);
int ts_request_parse(const char *text, size_t length, ts_request *request, ts_error *error);

#endif

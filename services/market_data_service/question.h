/* What a client asks: the parameters of an address, read and checked. */
#ifndef TS_SERVICES_MARKET_DATA_SERVICE_QUESTION_H
#define TS_SERVICES_MARKET_DATA_SERVICE_QUESTION_H

#include "data/candles/store.h"
#include "services/service/http.h"

enum { MARKET_LIMIT = 1000, MARKET_LIMIT_MOST = 10000, MARKET_CURSOR_TEXT = 32 };

typedef enum market_shape { MARKET_JSON, MARKET_CSV } market_shape;

typedef struct market_question {
    ts_store_key key;       /* its interval is that of the answer, not always one that is stored */
    int64_t from_ms, to_ms; /* INT64_MIN, INT64_MAX: not said */
    size_t limit;
    bool partial;
    market_shape shape;
} market_question;

/* Read the parameters that `names` lists ("exchange,interval,limit"), the others are left at what they are when not
 * said; `symbol` NULL: there is none. The root and the usual exchange are borrowed. False: the reply is a 400 that
 * names the parameter. */
bool market_question_read(const ts_http_request *request, const char *symbol, const char *names, const char *root,
                          const char *exchange, market_question *question, ts_http_reply *reply);

/* The cursor of a page that begins at `time_ms`. */
const char *market_cursor_text(int64_t time_ms, char text[MARKET_CURSOR_TEXT]);

#endif

/* The service's answers, one function an address, and what they share. */
#ifndef TS_SERVICES_MARKET_DATA_SERVICE_ANSWERS_H
#define TS_SERVICES_MARKET_DATA_SERVICE_ANSWERS_H

#include "common/json.h"
#include "services/market_data_service/question.h"
#include "services/market_data_service/shelf.h"
#include "services/service/service.h"

typedef struct market_feed market_feed;

typedef struct market_settings {
    ts_service_settings service;
    const char *store, *exchange;
    int64_t memory_mib;
    market_shelf *shelf;
    market_feed *feed;
} market_settings;

void market_answer_candles(const ts_http_request *request, ts_http_reply *reply);
void market_answer_gaps(const ts_http_request *request, ts_http_reply *reply);
void market_answer_symbols(const ts_http_request *request, ts_http_reply *reply);
void market_answer_stream(const ts_http_request *request, ts_http_reply *reply);
void market_answer_openapi(const ts_http_request *request, ts_http_reply *reply);

/* The series that answers the question. False: the reply is a 404 or 503. */
bool market_find(const market_settings *market, const market_question *question, ts_store_key *source,
                 ts_http_reply *reply);

/* Bars by the shelf. False: the reply is a 500, and the reason is logged: it is not the client's. */
bool market_bars(const market_settings *market, const ts_store_key *source, const ts_resampling *how, ts_series *into,
                 size_t *whole, ts_http_reply *reply);

/* Open an object with the names of the series; one bar as members of an open object. */
void market_put_names(ts_json *json, const ts_store_key *key);
void market_put_bar(ts_json *json, const ts_series *bars, size_t bar);

/* The reply is this document and a newline. */
void market_reply(ts_http_reply *reply, ts_json *json);

#endif

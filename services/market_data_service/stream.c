/* /v1/stream: server-sent events of new candles. */
#include "common/clock.h"
#include "services/market_data_service/feed.h"

void market_answer_stream(const ts_http_request *request, ts_http_reply *reply)
{
    const market_settings *market = request->context;
    const char *symbol = ts_http_query(request, "symbol"), *last = ts_http_header(request, "Last-Event-ID");
    market_question question;
    ts_store_key source;
    int64_t after_ms = INT64_MAX;
    ts_error error = {0};
    if (!market_question_read(request, symbol ? symbol : "", "exchange,interval", market->store, market->exchange,
                              &question, reply))
        return;
    if (last && *last && ts_time_parse(last, &after_ms, &error)) {
        ts_http_problem(reply, 400, "Last-Event-ID: %s", error.text);
        return;
    }
    if (!market_find(market, &question, &source, reply)) return;
    market_feed_join(market->feed, request, &source, question.key.interval_ms, after_ms, reply);
}

#include "services/market_data_service/answers.h"

#include "common/clock.h"
#include "common/interval.h"
#include "common/log.h"
#include "services/market_data_service/openapi.h"

bool market_find(const market_settings *market, const market_question *question, ts_store_key *source,
                 ts_http_reply *reply)
{
    ts_error error = {0};
    if (!market_shelf_find(market->shelf, &question->key, source, &error)) return true;
    if (error.code == TS_USAGE) {
        ts_http_problem(reply, 404, "%s", error.text);
    } else {
        ts_log_event(TS_LOG_ERROR, "the store cannot be read", TS_TEXT("error", error.text));
        ts_http_problem(reply, 503, "the store cannot be read now");
    }
    return false;
}

bool market_bars(const market_settings *market, const ts_store_key *source, const ts_resampling *how, ts_series *into,
                 size_t *whole, ts_http_reply *reply)
{
    ts_error error = {0};
    if (!market_shelf_bars(market->shelf, source, how, into, whole, &error)) return true;
    ts_log_event(TS_LOG_ERROR, "a series cannot be read", TS_TEXT("error", error.text));
    ts_http_problem(reply, 500, "the candles of %s %s cannot be read; the service's log says why", source->symbol,
                    ts_interval_text(source->interval_ms));
    return false;
}

void market_put_names(ts_json *json, const ts_store_key *key)
{
    ts_json_object(json, NULL);
    ts_json_text(json, "exchange", key->exchange);
    ts_json_text(json, "symbol", key->symbol);
    ts_json_text(json, "interval", ts_interval_text(key->interval_ms));
}

void market_put_bar(ts_json *json, const ts_series *bars, size_t bar)
{
    static const char *const names[TS_COLUMNS] = {"open", "high", "low", "close", "volume"};
    char time[TS_TIME_TEXT];
    ts_json_text(json, "time", ts_time_text(bars->time[bar], time));
    for (int c = 0; c < TS_COLUMNS; c++) ts_json_real(json, names[c], bars->column[c][bar]);
}

void market_reply(ts_http_reply *reply, ts_json *json)
{
    ts_strbuf_putc(&json->out, '\n');
    reply->body = json->out;
}

void market_answer_openapi(const ts_http_request *request, ts_http_reply *reply)
{
    (void)request;
    ts_strbuf_puts(&reply->body, market_openapi);
}

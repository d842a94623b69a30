/* /v1/gaps: where a series lacks bars. */
#include "common/clock.h"
#include "services/market_data_service/answers.h"

static void put_gap(ts_json *json, const ts_series *bars, size_t bar, size_t missing)
{
    char from[TS_TIME_TEXT], to[TS_TIME_TEXT];
    ts_json_object(json, NULL);
    ts_json_text(json, "from", ts_time_text(bars->time[bar] + bars->interval_ms, from));
    ts_json_text(json, "to", ts_time_text(bars->time[bar + 1], to));
    ts_json_int(json, "missing", (int64_t)missing);
    ts_json_object_end(json);
}

/* As many as the limit says; the time where the bars after the last of them begin is the next page's. */
static void put_gaps(ts_json *json, const ts_series *bars, size_t limit)
{
    char text[MARKET_CURSOR_TEXT], *cursor = NULL;
    size_t count = 0;
    ts_json_array(json, "gaps");
    for (size_t bar = 0; bar + 1 < bars->bars; bar++) {
        size_t missing = ts_series_missing_after(bars, bar);
        if (!missing) continue;
        if (count++ == limit) {
            market_cursor_text(bars->time[bar], cursor = text);
            break;
        }
        put_gap(json, bars, bar, missing);
    }
    ts_json_array_end(json);
    ts_json_text(json, "next", cursor);
}

void market_answer_gaps(const ts_http_request *request, ts_http_reply *reply)
{
    const market_settings *market = request->context;
    const char *symbol = ts_http_query(request, "symbol");
    market_question question;
    ts_store_key source;
    ts_series bars = {0};
    size_t whole;
    ts_json json = {.compact = true};
    if (!market_question_read(request, symbol ? symbol : "", "exchange,interval,from,to,limit,cursor", market->store,
                              market->exchange, &question, reply))
        return;
    if (!market_find(market, &question, &source, reply)) return;
    ts_resampling how = {.interval_ms = question.key.interval_ms, .from_ms = question.from_ms, .to_ms = question.to_ms};
    if (!market_bars(market, &source, &how, &bars, &whole, reply)) return;
    market_put_names(&json, &question.key);
    put_gaps(&json, &bars, question.limit);
    ts_json_object_end(&json);
    market_reply(reply, &json);
    ts_series_clear(&bars);
}

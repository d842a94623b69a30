/* /v1/candles/{symbol}: a page of candles, as JSON or CSV. */
#include "common/clock.h"
#include "common/interval.h"
#include "data/candles/csv_writer.h"
#include "services/market_data_service/answers.h"

#include <stdio.h>

/* The address of the next page, relative to this one: RFC 8288. */
static void put_link(ts_http_reply *reply, const market_question *question, const char *cursor)
{
    char to[TS_TIME_TEXT + 4] = "", time[TS_TIME_TEXT];
    if (question->to_ms != INT64_MAX) snprintf(to, sizeof to, "&to=%s", ts_time_text(question->to_ms, time));
    snprintf(reply->link, sizeof reply->link,
             "</v1/candles/%s?exchange=%s&interval=%s%s&limit=%zu&format=%s%s&cursor=%s>; rel=\"next\"",
             question->key.symbol, question->key.exchange, ts_interval_text(question->key.interval_ms), to,
             question->limit, question->shape == MARKET_CSV ? "csv" : "json", question->partial ? "&partial=true" : "",
             cursor);
}

static void put_json(const market_question *question, const ts_store_key *source, const ts_series *bars, size_t count,
                     size_t whole, const char *cursor, ts_http_reply *reply)
{
    ts_json json = {.compact = true};
    market_put_names(&json, &question->key);
    ts_json_text(&json, "source_interval", ts_interval_text(source->interval_ms));
    ts_json_bool(&json, "synthetic", bars->synthetic);
    ts_json_array(&json, "candles");
    for (size_t bar = 0; bar < count; bar++) {
        ts_json_object(&json, NULL);
        market_put_bar(&json, bars, bar);
        if (bar >= whole) ts_json_bool(&json, "partial", true);
        ts_json_object_end(&json);
    }
    ts_json_array_end(&json);
    ts_json_text(&json, "next", cursor);
    ts_json_object_end(&json);
    market_reply(reply, &json);
}

void market_answer_candles(const ts_http_request *request, ts_http_reply *reply)
{
    static const char names[] = "exchange,interval,from,to,limit,cursor,partial,format";
    const market_settings *market = request->context;
    market_question question;
    ts_store_key source;
    ts_series bars = {0};
    size_t whole = 0;
    char text[MARKET_CURSOR_TEXT], *cursor = NULL;
    if (!market_question_read(request, request->rest, names, market->store, market->exchange, &question, reply)) return;
    if (!market_find(market, &question, &source, reply)) return;
    /* CSV has no mark for bars that are not whole. One more than is answered: where the next page begins. */
    ts_resampling how = {.interval_ms = question.key.interval_ms,
                         .from_ms = question.from_ms,
                         .to_ms = question.to_ms,
                         .most = question.limit + 1,
                         .partial = question.partial && question.shape == MARKET_JSON};
    if (!market_bars(market, &source, &how, &bars, &whole, reply)) return;
    size_t count = bars.bars > question.limit ? question.limit : bars.bars;
    if (count < bars.bars) {
        market_cursor_text(bars.time[count], cursor = text);
        put_link(reply, &question, cursor);
    }
    if (question.shape == MARKET_CSV) {
        reply->type = "text/csv; charset=utf-8";
        ts_candles_write_csv(&bars, 0, count, TS_UNIT_S, &reply->body);
    } else {
        put_json(&question, &source, &bars, count, whole, cursor, reply);
    }
    ts_series_clear(&bars);
}

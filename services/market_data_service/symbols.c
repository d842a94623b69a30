/* /v1/symbols: what the store holds. */
#include "common/clock.h"
#include "common/log.h"
#include "services/market_data_service/answers.h"

#include <stdlib.h>
#include <string.h>

static void put_series(ts_json *json, const ts_store_key *key)
{
    char first[TS_TIME_TEXT], last[TS_TIME_TEXT];
    ts_store_summary summary;
    ts_error error = {0};
    if (ts_store_summarise(key, &summary, &error)) { /* damaged, or somebody puts batches together just now */
        ts_log_event(TS_LOG_WARNING, "a series is left out of /v1/symbols", TS_TEXT("error", error.text));
        return;
    }
    if (!summary.bars) return;
    market_put_names(json, key);
    ts_json_text(json, "first", ts_time_text(summary.first_ms, first));
    ts_json_text(json, "last", ts_time_text(summary.last_ms, last));
    ts_json_int(json, "bars", (int64_t)summary.bars);
    ts_json_bool(json, "synthetic", summary.synthetic);
    ts_json_object_end(json);
}

void market_answer_symbols(const ts_http_request *request, ts_http_reply *reply)
{
    const market_settings *market = request->context;
    ts_json json = {.compact = true};
    ts_store_key *keys = NULL;
    size_t count = 0;
    ts_error error = {0};
    if (ts_store_list(market->store, &keys, &count, &error)) {
        ts_log_event(TS_LOG_ERROR, "the store cannot be read", TS_TEXT("error", error.text));
        ts_http_problem(reply, 503, "the store cannot be read now");
        return;
    }
    ts_json_object(&json, NULL);
    ts_json_array(&json, "symbols");
    for (size_t i = 0; i < count; i++) put_series(&json, &keys[i]);
    ts_json_array_end(&json);
    ts_json_object_end(&json);
    market_reply(reply, &json);
    free(keys);
}

#include "services/messages/candle.h"

#include "common/clock.h"
#include "common/interval.h"
#include "data/candles/candle_rules.h"
#include "services/messages/canonical.h"
#include "services/messages/fields.h"

#include <string.h>

#define AT(field)   offsetof(ts_candle_message, field)
#define ROOM(field) AT(field), sizeof((ts_candle_message *)0)->field

static int read_source(const char *text, size_t size, void *field, ts_error *error)
{
    if (!strcmp(text, "trades") || !strcmp(text, "rest")) return ts_stored_copy(text, size, field, error);
    return ts_fail(error, TS_BAD_DATA, "expected trades|rest, found '%.60s'", text);
}

static const ts_stored_text texts[] = {{"candle_id", true, ts_stored_hash, ROOM(candle_id)},
                                       {"exchange", true, ts_field_exchange, ROOM(exchange)},
                                       {"symbol", true, ts_field_symbol, ROOM(symbol)},
                                       {"interval", true, ts_stored_interval, ROOM(interval_ms)},
                                       {"time", true, ts_field_time, ROOM(candle.time)},
                                       {"source", false, read_source, ROOM(source)},
                                       {0}};
static const ts_field_bound numbers[] = {{"open", TS_JSON_NUMBER, AT(candle.value[TS_OPEN]), 1e-18, 1e15},
                                         {"high", TS_JSON_NUMBER, AT(candle.value[TS_HIGH]), 1e-18, 1e15},
                                         {"low", TS_JSON_NUMBER, AT(candle.value[TS_LOW]), 1e-18, 1e15},
                                         {"close", TS_JSON_NUMBER, AT(candle.value[TS_CLOSE]), 1e-18, 1e15},
                                         {"volume", TS_JSON_NUMBER, AT(candle.value[TS_VOLUME]), 0, 1e24},
                                         {0}};

/* The names are in order, as ids want it. */
int ts_candle_message_id(ts_candle_message *candle, ts_error *error)
{
    ts_json json = {.compact = true};
    char time[TS_TIME_TEXT];
    ts_json_object(&json, NULL);
    ts_json_real(&json, "close", candle->candle.value[TS_CLOSE]);
    ts_json_text(&json, "exchange", candle->exchange);
    ts_json_real(&json, "high", candle->candle.value[TS_HIGH]);
    ts_json_text(&json, "interval", ts_interval_text(candle->interval_ms));
    ts_json_real(&json, "low", candle->candle.value[TS_LOW]);
    ts_json_real(&json, "open", candle->candle.value[TS_OPEN]);
    ts_json_text(&json, "symbol", candle->symbol);
    ts_json_text(&json, "time", ts_time_text(candle->candle.time, time));
    ts_json_real(&json, "volume", candle->candle.value[TS_VOLUME]);
    ts_json_object_end(&json);
    return ts_canonical_id_of(&json, candle->candle_id, error);
}

void ts_candle_message_json(ts_json *json, const ts_candle_message *candle)
{
    char time[TS_TIME_TEXT];
    ts_json_object(json, NULL);
    ts_json_text(json, "schema", ts_message_schema(TS_MESSAGE_CANDLE));
    ts_json_text(json, "candle_id", candle->candle_id);
    ts_json_text(json, "exchange", candle->exchange);
    ts_json_text(json, "symbol", candle->symbol);
    ts_json_text(json, "interval", ts_interval_text(candle->interval_ms));
    ts_json_text(json, "time", ts_time_text(candle->candle.time, time));
    ts_json_real(json, "open", candle->candle.value[TS_OPEN]);
    ts_json_real(json, "high", candle->candle.value[TS_HIGH]);
    ts_json_real(json, "low", candle->candle.value[TS_LOW]);
    ts_json_real(json, "close", candle->candle.value[TS_CLOSE]);
    ts_json_real(json, "volume", candle->candle.value[TS_VOLUME]);
    if (*candle->source) ts_json_text(json, "source", candle->source);
    ts_json_object_end(json);
}

int ts_candle_message_read(const json_t *message, ts_candle_message *candle, ts_error *error)
{
    *candle = (ts_candle_message){0};
    if (ts_message_expect(message, TS_MESSAGE_CANDLE, error) || ts_stored_texts(message, texts, candle, error) ||
        ts_field_numbers(message, numbers, candle, error) || ts_candle_check(&candle->candle, error))
        return ts_message_refused(error);
    ts_candle_message right = *candle;
    if (ts_candle_message_id(&right, error)) return -1;
    return ts_field_same_id("candle_id", candle->candle_id, right.candle_id, error);
}

int ts_candle_message_parse(const char *text, size_t length, ts_candle_message *candle, ts_error *error)
{
    json_t *message = ts_message_parse(text, length, error);
    int status = message ? ts_candle_message_read(message, candle, error) : -1;
    json_decref(message);
    return status;
}

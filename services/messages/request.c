#include "services/messages/request.h"

#include "common/clock.h"
#include "common/interval.h"
#include "host/report/result.h"
#include "services/messages/canonical.h"
#include "services/messages/fields.h"

#include <string.h>

#define AT(field)   offsetof(ts_request, field)
#define ROOM(field) AT(field), sizeof((ts_request *)0)->field

/* Changing when a request expires, or the id itself, does not make it another one. */
static const char *const not_of_the_id[] = {"request_id", "expires_at", NULL};

static int read_objective(const char *text, size_t size, void *field, ts_error *error)
{
    ts_objective first = {0};
    ts_objectives also;
    return ts_objectives_parse(text, &first, &also, error) ? -1 : ts_stored_copy(text, size, field, error);
}

static const ts_stored_text texts[] = {{"request_id", true, ts_stored_hash, ROOM(request_id)},
                                       {"exchange", true, ts_field_exchange, ROOM(exchange)},
                                       {"symbol", true, ts_field_symbol, ROOM(symbol)},
                                       {"interval", true, ts_stored_interval, ROOM(interval_ms)},
                                       {"load_from", true, ts_field_time, ROOM(load_from_ms)},
                                       {"start", true, ts_field_time, ROOM(start_ms)},
                                       {"end", true, ts_field_time, ROOM(end_ms)},
                                       {"strategy", true, ts_field_strategy, ROOM(strategy)},
                                       {"objective", true, read_objective, ROOM(objective)},
                                       {"fill", true, ts_stored_fill, ROOM(fill)},
                                       {"expires_at", true, ts_field_time, ROOM(expires_at_ms)},
                                       {0}};
static const ts_field_bound numbers[] = {
    {"seed", TS_JSON_COUNT, AT(seed), 0, (double)INT64_MAX},  {"min_trades", TS_JSON_COUNT, AT(min_trades), 0, 1e9},
    {"max_drawdown", TS_JSON_NUMBER, AT(max_drawdown), 0, 1}, {"fee", TS_JSON_NUMBER, AT(fee), 0, 0.5},
    {"slippage", TS_JSON_NUMBER, AT(slippage), 0, 0.5},       {0}};
static const ts_stored_text search_texts[] = {{"kind", true, ts_stored_kind, ROOM(kind)}, {0}};
static const ts_field_bound search_numbers[] = {{"evaluations", TS_JSON_COUNT, AT(evaluations), 1, 1e9},
                                                {"population", TS_JSON_COUNT, AT(population), 2, 100000},
                                                {"generations", TS_JSON_COUNT, AT(generations), 0, 1e6},
                                                {"top", TS_JSON_COUNT, AT(top), 1, 10000},
                                                {0}};

static int read_search(const json_t *message, ts_request *request, ts_error *error)
{
    const json_t *search = ts_stored_part(message, "search", error);
    if (!search) return -1;
    if (!ts_stored_texts(search, search_texts, request, error) &&
        !ts_field_numbers(search, search_numbers, request, error))
        return 0;
    return ts_error_context(error, "search");
}

static int read_direction(const json_t *message, ts_request *request, ts_error *error)
{
    const json_t *value = json_object_get(message, "direction");
    ts_direction direction;
    request->direction = TS_REQUEST_OWN_DIRECTION;
    if (!value) return ts_fail(error, TS_BAD_DATA, "direction: missing");
    if (json_is_null(value)) return 0;
    if (!json_is_string(value)) return ts_json_wrong("direction", "a text or null", value, error);
    if (ts_stored_direction(json_string_value(value), 0, &direction, error))
        return ts_stored_refused(error, "direction");
    request->direction = direction;
    return 0;
}

/* What no member shows alone. */
static int check(const ts_request *request, ts_error *error)
{
    bool several = strchr(request->objective, ',') != NULL;
    if (request->start_ms < request->load_from_ms)
        return ts_fail(error, TS_BAD_DATA, "start: expected a time not before load_from");
    if (request->end_ms <= request->start_ms) return ts_fail(error, TS_BAD_DATA, "end: expected a time after start");
    if (request->kind == TS_SEARCH_GA && several)
        return ts_fail(error, TS_BAD_DATA, "search: kind: ga knows one objective, found %s", request->objective);
    if (request->kind == TS_SEARCH_NSGA2 && !several)
        return ts_fail(error, TS_BAD_DATA, "search: kind: nsga2 expects several objectives, found %s",
                       request->objective);
    return 0;
}

/* All but the id's being right. */
static int read_content(const json_t *message, ts_request *request, ts_error *error)
{
    *request = (ts_request){0};
    if (ts_message_expect(message, TS_MESSAGE_REQUEST, error) || ts_stored_texts(message, texts, request, error) ||
        ts_field_numbers(message, numbers, request, error) || read_search(message, request, error) ||
        read_direction(message, request, error) || check(request, error))
        return ts_message_refused(error);
    return 0;
}

int ts_request_read(const json_t *message, ts_request *request, ts_error *error)
{
    char id[TS_FINGERPRINT_TEXT];
    if (read_content(message, request, error) || ts_canonical_id(message, not_of_the_id, id, error)) return -1;
    return ts_field_same_id("request_id", request->request_id, id, error);
}

int ts_request_parse(const char *text, size_t length, ts_request *request, ts_error *error)
{
    json_t *message = ts_message_parse(text, length, error);
    int status = message ? ts_request_read(message, request, error) : -1;
    json_decref(message);
    return status;
}

static void json_time(ts_json *json, const char *key, int64_t time_ms)
{
    char text[TS_TIME_TEXT];
    ts_json_text(json, key, ts_time_text(time_ms, text));
}

static void json_search(ts_json *json, const ts_request *request)
{
    ts_json_object(json, "search");
    ts_json_text(json, "kind", ts_search_kind_name(request->kind));
    ts_json_int(json, "evaluations", (int64_t)request->evaluations);
    ts_json_int(json, "population", (int64_t)request->population);
    ts_json_int(json, "generations", (int64_t)request->generations);
    ts_json_int(json, "top", (int64_t)request->top);
    ts_json_object_end(json);
}

void ts_request_json(ts_json *json, const ts_request *request)
{
    int direction = request->direction;
    ts_json_object(json, NULL);
    ts_json_text(json, "schema", ts_message_schema(TS_MESSAGE_REQUEST));
    ts_json_text(json, "request_id", request->request_id);
    ts_json_text(json, "exchange", request->exchange);
    ts_json_text(json, "symbol", request->symbol);
    ts_json_text(json, "interval", ts_interval_text(request->interval_ms));
    json_time(json, "load_from", request->load_from_ms);
    json_time(json, "start", request->start_ms);
    json_time(json, "end", request->end_ms);
    ts_json_text(json, "strategy", request->strategy);
    json_search(json, request);
    ts_json_int(json, "seed", (int64_t)request->seed);
    ts_json_text(json, "objective", request->objective);
    ts_json_int(json, "min_trades", (int64_t)request->min_trades);
    ts_json_real(json, "max_drawdown", request->max_drawdown);
    ts_json_text(json, "fill", ts_fill_names[request->fill]);
    ts_json_real(json, "fee", request->fee);
    ts_json_real(json, "slippage", request->slippage);
    ts_json_text(json, "direction", direction == TS_REQUEST_OWN_DIRECTION ? NULL : ts_direction_names[direction]);
    json_time(json, "expires_at", request->expires_at_ms);
    ts_json_object_end(json);
}

int ts_request_id(ts_request *request, ts_error *error)
{
    ts_json json = {0};
    ts_request again;
    json_t *message = NULL;
    ts_fingerprint_of("", 0, request->request_id); /* any that is well formed */
    ts_request_json(&json, request);
    int status = ts_strbuf_failed(&json.out) ? ts_no_memory(error, "a request") : 0;
    if (!status) message = ts_message_parse(json.out.text, json.out.length, error);
    if (!message || read_content(message, &again, error) ||
        ts_canonical_id(message, not_of_the_id, request->request_id, error))
        status = -1;
    json_decref(message);
    ts_strbuf_clear(&json.out);
    return status;
}

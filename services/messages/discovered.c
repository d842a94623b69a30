#include "services/messages/discovered.h"

#include "services/messages/fields.h"

#include <string.h>

#define AT(field)   offsetof(ts_result_ids, field)
#define ROOM(field) AT(field), sizeof((ts_result_ids *)0)->field

static const ts_stored_text texts[] = {{"request_id", false, ts_stored_hash, ROOM(request_id)},
                                       {"run_id", false, ts_stored_hash, ROOM(run_id)},
                                       {"evaluation_id", true, ts_stored_hash, ROOM(evaluation_id)},
                                       {"result_id", true, ts_stored_hash, ROOM(result_id)},
                                       {0}};

/* Members that are stricter here than in a file of results: they become names of folders, keys and queries. */
#define OF_RESULT(field) offsetof(ts_stored_result, field), sizeof((ts_stored_result *)0)->field

static const ts_stored_text strict[] = {{"exchange", true, ts_field_exchange, OF_RESULT(exchange)},
                                        {"symbol", true, ts_field_symbol, OF_RESULT(symbol)},
                                        {"strategy", true, ts_field_strategy, OF_RESULT(strategy)},
                                        {"load_from", true, ts_field_time, OF_RESULT(load_from_ms)},
                                        {"start", true, ts_field_time, OF_RESULT(start_ms)},
                                        {"end", true, ts_field_time, OF_RESULT(end_ms)},
                                        {0}};

static int read_ids(const json_t *message, ts_result_ids *ids, ts_error *error)
{
    if (ts_stored_texts(message, texts, ids, error)) return -1;
    if (!*ids->request_id == !*ids->run_id)
        return ts_fail(error, TS_BAD_DATA, "request_id: expected either this or run_id, found %s",
                       *ids->run_id ? "both" : "neither");
    return 0;
}

/* A line of results.jsonl is always a winner of a search. */
static int read_result(const json_t *object, ts_stored_result *result, ts_error *error)
{
    if (ts_stored_read(object, result, error)) return ts_error_context(error, "result");
    if (!result->searched) ts_fail(error, TS_BAD_DATA, "result: objective: missing");
    else if (!ts_stored_texts(object, strict, result, error)) return 0;
    else ts_error_context(error, "result");
    ts_stored_clear(result);
    return -1;
}

static int check_ids(const ts_discovered *discovered, ts_error *error)
{
    ts_result_ids right = discovered->ids;
    if (ts_result_ids_fill(&right, &discovered->result, error) ||
        ts_field_same_id("evaluation_id", discovered->ids.evaluation_id, right.evaluation_id, error))
        return -1;
    return ts_field_same_id("result_id", discovered->ids.result_id, right.result_id, error);
}

int ts_discovered_read(const json_t *message, ts_discovered *discovered, ts_error *error)
{
    const json_t *result;
    *discovered = (ts_discovered){0};
    if (ts_message_expect(message, TS_MESSAGE_DISCOVERED, error) || read_ids(message, &discovered->ids, error) ||
        !(result = ts_stored_part(message, "result", error)) || read_result(result, &discovered->result, error))
        return ts_message_refused(error);
    if (!check_ids(discovered, error)) return 0;
    ts_discovered_clear(discovered);
    return -1;
}

void ts_discovered_clear(ts_discovered *discovered)
{
    ts_stored_clear(&discovered->result);
    *discovered = (ts_discovered){0};
}

static void begin(ts_json *json, const ts_result_ids *ids)
{
    ts_json_object(json, NULL);
    ts_json_text(json, "schema", ts_message_schema(TS_MESSAGE_DISCOVERED));
    if (*ids->request_id) ts_json_text(json, "request_id", ids->request_id);
    else ts_json_text(json, "run_id", ids->run_id);
    ts_json_text(json, "evaluation_id", ids->evaluation_id);
    ts_json_text(json, "result_id", ids->result_id);
}

void ts_discovered_json(ts_json *json, const ts_result_ids *ids, const ts_result *result)
{
    begin(json, ids);
    ts_result_json(json, "result", result);
    ts_json_object_end(json);
}

void ts_discovered_line(ts_json *json, const ts_result_ids *ids, const char *line, size_t length)
{
    begin(json, ids);
    ts_json_null(json, "result");
    json->out.length -= strlen("null");
    ts_strbuf_append(&json->out, line, length);
    ts_json_object_end(json);
}

/* By way of the text that everybody will read, so that both sides make the ids of the same numbers. */
int ts_result_ids_of(ts_result_ids *ids, const ts_result *result, ts_error *error)
{
    ts_json json = {0};
    ts_stored_result stored;
    ts_fingerprint_of("", 0, ids->evaluation_id); /* as long as the right ones */
    ts_fingerprint_of("", 0, ids->result_id);
    ts_discovered_json(&json, ids, result);
    json_t *message = NULL;
    if (ts_strbuf_failed(&json.out)) ts_no_memory(error, "a result");
    else message = ts_message_parse(json.out.text, json.out.length, error);
    int status = message ? read_result(json_object_get(message, "result"), &stored, error) : -1;
    if (message && status) ts_message_refused(error);
    if (!status) {
        status = ts_result_ids_fill(ids, &stored, error);
        ts_stored_clear(&stored);
    }
    json_decref(message);
    ts_strbuf_clear(&json.out);
    return status;
}

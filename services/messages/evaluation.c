/* The ids of a result: XXH3-128 of canonical JSON, written here with the names in their order. docs/messages.md says of
 * what. */
#include "services/messages/discovered.h"

#include "common/clock.h"
#include "common/interval.h"
#include "services/messages/canonical.h"

#include <stdlib.h>
#include <string.h>

static void json_time(ts_json *json, const char *key, int64_t time_ms)
{
    char text[TS_TIME_TEXT];
    ts_json_text(json, key, ts_time_text(time_ms, text));
}

/* The number of the parameter whose name comes next after `last`, by bytes; the count when there is none. */
static size_t next_name(const ts_stored_parameters *parameters, const char *last)
{
    size_t next = parameters->count;
    for (size_t i = 0; i < parameters->count; i++)
        if ((!last || strcmp(parameters->named[i].name, last) > 0) &&
            (next == parameters->count || strcmp(parameters->named[i].name, parameters->named[next].name) < 0))
            next = i;
    return next;
}

static void json_parameters(ts_json *json, const char *key, const ts_stored_parameters *parameters)
{
    const char *last = NULL;
    ts_json_object(json, key);
    for (size_t i = next_name(parameters, NULL); i < parameters->count; i = next_name(parameters, last)) {
        last = parameters->named[i].name;
        ts_json_real(json, last, parameters->named[i].value);
    }
    ts_json_object_end(json);
}

/* A walk-forward trades in each test window what its train window has found, or nothing. */
static void json_walk_forward(ts_json *json, const ts_stored_result *result)
{
    char spec[TS_WALK_FORWARD_TEXT];
    ts_json_object(json, "walk_forward");
    ts_json_array(json, "parameters");
    for (size_t i = 0; i < result->folds; i++)
        if (result->fold[i].chosen) json_parameters(json, NULL, &result->fold[i].parameters);
        else ts_json_null(json, NULL);
    ts_json_array_end(json);
    ts_json_text(json, "windows", ts_walk_forward_text(&result->walk_forward, spec));
    ts_json_object_end(json);
}

int ts_evaluation_id(const ts_stored_result *result, char id[TS_FINGERPRINT_TEXT], ts_error *error)
{
    ts_json json = {.compact = true};
    ts_json_object(&json, NULL);
    ts_json_real(&json, "bars_per_year", result->simulation.bars_per_year);
    ts_json_text(&json, "definition_hash", result->definition_hash);
    ts_json_text(&json, "direction", ts_direction_names[result->direction]);
    json_time(&json, "end", result->end_ms);
    ts_json_text(&json, "engine_version", result->engine_version);
    ts_json_text(&json, "exchange", result->exchange);
    ts_json_real(&json, "fee", result->simulation.fee);
    ts_json_text(&json, "fill", ts_fill_names[result->simulation.fill]);
    ts_json_text(&json, "fingerprint", result->fingerprint);
    ts_json_text(&json, "interval", ts_interval_text(result->interval_ms));
    json_time(&json, "load_from", result->load_from_ms);
    json_parameters(&json, "parameters", &result->parameters);
    ts_json_real(&json, "risk_free", result->simulation.risk_free);
    ts_json_real(&json, "slippage", result->simulation.slippage);
    json_time(&json, "start", result->start_ms);
    ts_json_text(&json, "strategy", result->strategy);
    ts_json_text(&json, "symbol", result->symbol);
    if (result->walk_forward.train_ms) json_walk_forward(&json, result);
    ts_json_object_end(&json);
    return ts_canonical_id_of(&json, id, error);
}

int ts_result_ids_fill(ts_result_ids *ids, const ts_stored_result *result, ts_error *error)
{
    ts_json json = {.compact = true};
    if (ts_evaluation_id(result, ids->evaluation_id, error)) return -1;
    ts_json_object(&json, NULL);
    ts_json_text(&json, "evaluation_id", ids->evaluation_id);
    if (*ids->request_id) ts_json_text(&json, "request_id", ids->request_id);
    else ts_json_text(&json, "run_id", ids->run_id);
    ts_json_object_end(&json);
    return ts_canonical_id_of(&json, ids->result_id, error);
}

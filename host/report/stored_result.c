#include "host/report/stored_members.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define AT(field)   offsetof(ts_stored_result, field)
#define ROOM(field) AT(field), sizeof((ts_stored_result *)0)->field

static const ts_stored_text origin_texts[] = {{"strategy", true, ts_stored_copy, ROOM(strategy)},
                                              {"definition_hash", true, ts_stored_hash, ROOM(definition_hash)},
                                              {"direction", true, ts_stored_direction, ROOM(direction)},
                                              {"exchange", true, ts_stored_copy, ROOM(exchange)},
                                              {"symbol", true, ts_stored_copy, ROOM(symbol)},
                                              {"interval", true, ts_stored_interval, ROOM(interval_ms)},
                                              {"load_from", true, ts_stored_time, ROOM(load_from_ms)},
                                              {"start", true, ts_stored_time, ROOM(start_ms)},
                                              {"end", true, ts_stored_time, ROOM(end_ms)},
                                              {"fingerprint", true, ts_stored_hash, ROOM(fingerprint)},
                                              {"fill", true, ts_stored_fill, ROOM(simulation.fill)},
                                              {"engine_version", true, ts_stored_copy, ROOM(engine_version)},
                                              {"command", false, ts_stored_keep, ROOM(command)},
                                              {0}};
static const ts_json_member origin_numbers[] = {{"synthetic", TS_JSON_TRUTH, true, AT(synthetic)},
                                                {"fill_gaps", TS_JSON_TRUTH, true, AT(fill_gaps)},
                                                {"fee", TS_JSON_NUMBER, true, AT(simulation.fee)},
                                                {"slippage", TS_JSON_NUMBER, true, AT(simulation.slippage)},
                                                {"bars_per_year", TS_JSON_NUMBER, true, AT(simulation.bars_per_year)},
                                                {"risk_free", TS_JSON_NUMBER, true, AT(simulation.risk_free)},
                                                {0}};
static const ts_stored_text search_texts[] = {
    {"objective", true, ts_stored_objective, ROOM(objective)}, {"search", true, ts_stored_kind, ROOM(kind)}, {0}};
static const ts_json_member search_numbers[] = {{"rank", TS_JSON_COUNT, true, AT(rank)},
                                                {"score", TS_JSON_REAL, true, AT(score)},
                                                {"seed", TS_JSON_COUNT, true, AT(seed)},
                                                {"evaluations", TS_JSON_COUNT, true, AT(evaluations)},
                                                {0}};
static const ts_json_member luck_numbers[] = {{"search", TS_JSON_COUNT, true, AT(luck.search_trials)},
                                              {"run", TS_JSON_COUNT, true, AT(luck.run_trials)},
                                              {"spread", TS_JSON_REAL, true, AT(luck.spread)},
                                              {"overfitting", TS_JSON_REAL, true, AT(luck.overfitting)},
                                              {"deflated_sharpe", TS_JSON_REAL, true, AT(luck.deflated_sharpe)},
                                              {0}};
static int read_search(const json_t *object, ts_stored_result *result, ts_error *error)
{
    const json_t *luck = json_object_get(object, "trials"), *windows = json_object_get(object, "walk_forward");
    result->searched = json_object_get(object, "objective") != NULL;
    if (result->searched && ts_stored_both(object, search_texts, search_numbers, result, error)) return -1;
    if (result->searched && ts_stored_front(object, result, error)) return -1;
    result->counted = luck != NULL;
    if (luck && ts_json_members(luck, luck_numbers, true, result, error)) return ts_error_context(error, "trials");
    if (windows && !result->searched) return ts_fail(error, TS_BAD_DATA, "objective: missing");
    if (windows && ts_stored_walk_forward(windows, result, error)) return ts_error_context(error, "walk_forward");
    return 0;
}

static int check_times(ts_stored_result *result, ts_error *error)
{
    if (result->start_ms < result->load_from_ms)
        return ts_fail(error, TS_BAD_DATA, "start: expected a time not before load_from");
    if (result->end_ms <= result->start_ms) return ts_fail(error, TS_BAD_DATA, "end: expected a time after start");
    result->simulation.from_ms = result->start_ms;
    result->simulation.to_ms = result->end_ms;
    return 0;
}

int ts_stored_read(const json_t *object, ts_stored_result *result, ts_error *error)
{
    *result = (ts_stored_result){.score = NAN, .in_sample_score = NAN};
    if (ts_stored_both(object, origin_texts, origin_numbers, result, error) || check_times(result, error) ||
        ts_stored_parameters_read(object, &result->parameters, error) || read_search(object, result, error) ||
        ts_stored_metrics(object, &result->metrics, error)) {
        ts_stored_clear(result);
        return -1;
    }
    return 0;
}

void ts_stored_clear(ts_stored_result *result)
{
    free(result->fold);
    free(result->command);
    *result = (ts_stored_result){0};
}

int ts_stored_genome(const ts_stored_parameters *parameters, const ts_strategy *strategy, ts_genome *genome,
                     ts_error *error)
{
    *genome = (ts_genome){{0}};
    for (size_t i = 0; i < parameters->count; i++)
        if (ts_genome_set(strategy, genome, parameters->named[i].name, parameters->named[i].value, error))
            return ts_stored_refused(error, "parameters");
    for (int i = 0; i < strategy->parameters; i++) {
        size_t at = 0;
        while (at < parameters->count && strcmp(parameters->named[at].name, strategy->parameter[i].name)) at++;
        if (at == parameters->count)
            return ts_fail(error, TS_BAD_DATA, "parameters: %s of %s: missing", strategy->parameter[i].name,
                           strategy->name);
    }
    if (ts_genome_valid(strategy, genome)) return 0;
    return ts_fail(error, TS_BAD_DATA, "parameters: they do not satisfy the \"require\" of %s", strategy->name);
}

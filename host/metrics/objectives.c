/* Lists of objectives, and the scores of a genome in each. */
#include "host/metrics/objectives.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The key between two commas, added to those before it. */
static int add_key(const char *key, size_t length, ts_objective *first, ts_objectives *also, size_t place,
                   ts_error *error)
{
    char name[64];
    ts_objective *into = place ? &also->of[place - 1] : first;
    if (length == 0)
        return ts_fail(error, TS_USAGE,
                       "a key is missing: expected keys with one comma between them, such as "
                       "sharpe,max_drawdown");
    snprintf(name, sizeof name, "%.*s", (int)(length < sizeof name ? length : sizeof name - 1), key);
    if (ts_objective_parse(name, into, error)) return -1;
    for (size_t i = 0; i < place; i++)
        if ((i ? &also->of[i - 1] : first)->metric == into->metric)
            return ts_fail(error, TS_USAGE, "%s is named twice: each objective counts once", name);
    return 0;
}

int ts_objectives_parse(const char *text, ts_objective *first, ts_objectives *also, ts_error *error)
{
    size_t keys = 1;
    *also = (ts_objectives){0};
    for (const char *at = text; *at; at++) keys += *at == ',';
    if (keys > TS_OBJECTIVES_MAX)
        return ts_fail(error, TS_USAGE, "%zu keys: expected 1 to %d", keys, TS_OBJECTIVES_MAX);
    for (size_t place = 0; place < keys; place++) {
        size_t length = strcspn(text, ",");
        if (add_key(text, length, first, also, place, error)) return -1;
        text += length + 1;
    }
    also->count = keys - 1;
    return 0;
}

ts_standing ts_objectives_stand(const ts_objective *first, const ts_objectives *also, const ts_metrics *metrics)
{
    ts_standing standing = ts_objective_stand(first, metrics);
    for (size_t i = 0; i < also->count; i++) {
        standing.also[i] = ts_objective_score(&also->of[i], metrics);
        standing.feasible = standing.feasible && !isnan(standing.also[i]);
    }
    return standing;
}

void ts_objectives_costs(const ts_objective *first, const ts_objectives *also, const ts_standing *standing,
                         double cost[TS_OBJECTIVES_MAX])
{
    cost[0] = first->lower ? standing->score : -standing->score;
    for (size_t i = 0; i < also->count; i++) cost[i + 1] = also->of[i].lower ? standing->also[i] : -standing->also[i];
}

void ts_objectives_json(ts_json *json, const ts_objective *first, const ts_objectives *also)
{
    ts_json_array(json, "objectives");
    ts_json_text(json, NULL, first->name);
    for (size_t i = 0; i < also->count; i++) ts_json_text(json, NULL, also->of[i].name);
    ts_json_array_end(json);
}

void ts_objectives_text(ts_strbuf *text, const ts_objective *first, const ts_objectives *also)
{
    ts_strbuf_puts(text, first->name);
    for (size_t i = 0; i < also->count; i++) ts_strbuf_printf(text, ",%s", also->of[i].name);
}

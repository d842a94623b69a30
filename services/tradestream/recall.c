#include "services/tradestream/recall.h"

#include "common/clock.h"
#include "common/interval.h"
#include "common/memory.h"
#include "common/version.h"

#include <stdlib.h>
#include <string.h>

/* The files with the symbols that their names, or the options, give them. */
static int find_files(const ts_options *options, ts_sources *sources, ts_error *error)
{
    if (ts_sources_find(options, sources, error)) return -1;
    for (size_t i = 0; i < sources->count; i++) {
        ts_source *source = &sources->source[i];
        if (ts_candles_symbol(&source->query, source->symbol, error)) return -1;
    }
    return 0;
}

int ts_recall_open(ts_recall *recall, const ts_options *options, ts_error *error)
{
    *recall = (ts_recall){.store = options->store};
    ts_options files = *options;
    files.direction = -1;
    if (!options->files.count == !options->store)
        return ts_fail(error, TS_USAGE, "the candles are needed: say either --candles FILE... or --store DIR");
    int status = options->store ? 0 : find_files(options, &recall->sources, error);
    if (!status && options->strategies.count) status = ts_choice_many(&files, &recall->files, error);
    if (!status) status = ts_catalogue_load(NULL, &recall->catalogue, error);
    if (status) ts_recall_close(recall);
    return status;
}

static void forget_market(ts_recall *recall)
{
    ts_market_free(recall->market);
    recall->market = NULL;
}

void ts_recall_close(ts_recall *recall)
{
    forget_market(recall);
    ts_series_clear(&recall->series);
    ts_sources_clear(&recall->sources);
    ts_choice_clear(&recall->files);
    ts_catalogue_clear(&recall->catalogue);
}

/* A strategy of this name and definition, files first: a file may have the name of one of the catalogue. */
static int find_strategy(const ts_recall *recall, const ts_stored_result *result, ts_strategy *strategy,
                         ts_error *error)
{
    const ts_strategy *found = ts_catalogue_find(&recall->catalogue, result->strategy);
    for (size_t i = 0; i < recall->files.count; i++)
        if (!strcmp(recall->files.chosen[i].strategy.name, result->strategy)) found = &recall->files.chosen[i].strategy;
    if (!found)
        return ts_fail(error, TS_BAD_DATA,
                       "strategy: %s is not in the catalogue; of one of your own, name its file with --strategies",
                       result->strategy);
    if (strcmp(found->definition_hash, result->definition_hash))
        return ts_fail(error, TS_BAD_DATA, "definition_hash: the result was made by %s as %s, here it is %s",
                       result->strategy, result->definition_hash, found->definition_hash);
    *strategy = *found;
    return ts_strategy_turn(strategy, (int)result->direction, error);
}

static int check_version(const ts_stored_result *result, ts_error *error)
{
    if (!strcmp(result->engine_version, ts_version())) return 0;
    return ts_fail(error, TS_BAD_DATA,
                   "engine_version: the result was made by engine %s, this is %s: numbers of different engines are not "
                   "compared",
                   result->engine_version, ts_version());
}

static bool same_series(const ts_stored_result *a, const ts_stored_result *b)
{
    return !strcmp(a->symbol, b->symbol) && !strcmp(a->exchange, b->exchange) && a->interval_ms == b->interval_ms &&
           a->fill_gaps == b->fill_gaps;
}

bool ts_recall_same(const ts_stored_result *a, const ts_stored_result *b)
{
    const ts_simulation *x = &a->simulation, *y = &b->simulation;
    return same_series(a, b) && a->load_from_ms == b->load_from_ms && x->from_ms == y->from_ms &&
           x->to_ms == y->to_ms && x->fill == y->fill && x->fee == y->fee && x->slippage == y->slippage &&
           x->bars_per_year == y->bars_per_year && x->risk_free == y->risk_free &&
           !strcmp(a->fingerprint, b->fingerprint);
}

static int load(ts_recall *recall, const ts_source *source, const ts_stored_result *result, ts_error *error)
{
    ts_candles_query query = {.store = recall->store, .symbol = result->symbol};
    forget_market(recall);
    ts_series_clear(&recall->series);
    if (source) query = source->query;
    query.exchange = result->exchange;
    query.interval = ts_interval_text(result->interval_ms);
    if (ts_candles_load(&query, &recall->series, NULL, error)) return -1;
    recall->gaps = ts_series_gaps(&recall->series);
    if (result->fill_gaps && ts_series_fill_gaps(&recall->series, error)) return -1;
    recall->from = source;
    return 0;
}

/* The bars [load_from, end) of the series, borrowed. */
static ts_series slice(const ts_series *series, const ts_stored_result *result)
{
    size_t from = ts_series_find(series, result->load_from_ms), to = ts_series_find(series, result->end_ms);
    ts_series part = *series;
    part.capacity = 0;
    part.bars = to > from ? to - from : 0;
    part.time += from;
    for (int c = 0; c < TS_COLUMNS; c++) part.column[c] += from;
    return part;
}

/* Are these the candles? */
static int check_candles(const ts_recall *recall, const ts_stored_result *result, ts_error *error)
{
    char from[TS_TIME_TEXT], to[TS_TIME_TEXT];
    ts_time_text(result->load_from_ms, from), ts_time_text(result->end_ms, to);
    if (strcmp(recall->series.exchange, result->exchange))
        return ts_fail(error, TS_BAD_DATA, "exchange: the candles are of %s, the result of %s", recall->series.exchange,
                       result->exchange);
    if (!strcmp(recall->origin.fingerprint, result->fingerprint)) return 0;
    return ts_fail(error, TS_BAD_DATA,
                   "fingerprint: these are not the candles of the result: %s %s from %s to %s are %s here, %s in the "
                   "result",
                   result->symbol, ts_interval_text(result->interval_ms), from, to, recall->origin.fingerprint,
                   result->fingerprint);
}

static int make_market(ts_recall *recall, const ts_stored_result *result, ts_error *error)
{
    char from[TS_TIME_TEXT], to[TS_TIME_TEXT];
    ts_series part = slice(&recall->series, result);
    forget_market(recall);
    recall->market = ts_market_new(&part, &result->simulation, error);
    if (!recall->market)
        return ts_error_context(error, "%s %s from %s to %s", result->symbol, ts_interval_text(result->interval_ms),
                                ts_time_text(result->load_from_ms, from), ts_time_text(result->end_ms, to));
    ts_origin_init(&recall->origin, NULL, &part, ts_market_first(recall->market), ts_market_bars(recall->market),
                   &result->simulation);
    recall->origin.fill_gaps = result->fill_gaps;
    recall->origin.cut = result->command && strstr(result->command, " --load-from ");
    if (!check_candles(recall, result, error)) return 0;
    forget_market(recall);
    return -1;
}

/* The market of a result from one file, or from the store. */
static int take_from(ts_recall *recall, const ts_source *source, const ts_stored_result *result, ts_error *error)
{
    bool loaded = recall->series.bars && recall->from == source && same_series(&recall->made, result);
    int status = loaded ? 0 : load(recall, source, result, error);
    recall->made = *result;
    return status || make_market(recall, result, error) ? -1 : 0;
}

/* Several files may be of one symbol: of other intervals, exchanges or years. The error is that of the first. */
static int find_market(ts_recall *recall, const ts_stored_result *result, ts_error *error)
{
    bool tried = recall->store != NULL;
    if (recall->market && ts_recall_same(&recall->made, result)) return 0; /* whichever file it came from */
    if (recall->store) return take_from(recall, NULL, result, error);
    ts_error first = {0};
    for (size_t i = 0; i < recall->sources.count; i++) {
        ts_error why = {0};
        const ts_source *source = &recall->sources.source[i];
        if (strcmp(source->symbol, result->symbol)) continue;
        if (!take_from(recall, source, result, &why)) return 0;
        if (!tried) first = why, ts_error_context(&first, "%s", source->query.file);
        tried = true;
    }
    if (tried) return ts_fail(error, first.code, "%s", first.text);
    return ts_fail(error, TS_BAD_DATA, "symbol: no candles of %s among the %zu files: the first is of %s",
                   result->symbol, recall->sources.count, recall->sources.source[0].symbol);
}

int ts_recall_result(ts_recall *recall, const ts_stored_result *result, ts_recalled *recalled, ts_error *error)
{
    if (check_version(result, error) || find_strategy(recall, result, &recalled->strategy, error) ||
        ts_stored_genome(&result->parameters, &recalled->strategy, &recalled->genome, error) ||
        find_market(recall, result, error)) {
        if (error->code == TS_USAGE) error->code = TS_BAD_DATA; /* what is wrong was read from a file */
        return -1;
    }
    recalled->market = recall->market;
    recalled->series = slice(&recall->series, result);
    recalled->gaps = recall->gaps;
    recalled->origin = recall->origin;
    return 0;
}

/* By what makes a market, then by place in the file. */
static int compare(const void *a, const void *b)
{
    const ts_stored_result *x = *(const ts_stored_result *const *)a, *y = *(const ts_stored_result *const *)b;
    int order = strcmp(x->symbol, y->symbol);
    if (!order) order = strcmp(x->exchange, y->exchange);
    if (!order) order = (x->interval_ms > y->interval_ms) - (x->interval_ms < y->interval_ms);
    if (!order) order = x->fill_gaps - y->fill_gaps;
    if (!order) order = strcmp(x->fingerprint, y->fingerprint);
    if (!order) order = (x->start_ms > y->start_ms) - (x->start_ms < y->start_ms);
    if (!order) order = (x->simulation.fee > y->simulation.fee) - (x->simulation.fee < y->simulation.fee);
    return order ? order : (x > y) - (x < y);
}

const ts_stored_result **ts_recall_order(const ts_stored_file *file, ts_error *error)
{
    const ts_stored_result **order = ts_alloc(file->count, sizeof *order);
    if (!order) ts_no_memory(error, "the order of the results");
    for (size_t i = 0; order && i < file->count; i++) order[i] = &file->result[i];
    if (order) qsort(order, file->count, sizeof *order, compare);
    return order;
}

#include "services/tradestream/discovery.h"

#include "common/clock.h"
#include "common/interval.h"
#include "common/log.h"
#include "common/memory.h"
#include "common/shell_word.h"
#include "services/tradestream/discover_progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How many genomes a search will try, for the time that is left. */
static double planned_of(const ts_search_settings *search, const ts_strategy *strategy)
{
    double space = (double)ts_strategy_space(strategy), most = (double)search->evaluations;
    double bred = (double)search->breeding.population * (1 + (double)search->breeding.generations);
    bool genetic = search->kind == TS_SEARCH_GA || search->kind == TS_SEARCH_NSGA2 ||
                   (search->kind == TS_SEARCH_AUTO && space > most);
    if (genetic && search->breeding.generations && bred < most) most = bred;
    return space < most ? space : most;
}

static int read_walk_forward(ts_discovery *discovery, ts_error *error)
{
    const char *text = discovery->options->walk_forward;
    if (!text || !ts_walk_forward_parse(text, &discovery->walk_forward, error)) return 0;
    return ts_error_context(error, "--walk-forward");
}

int ts_discovery_init(ts_discovery *discovery, const ts_options *options, ts_error *error)
{
    *discovery = (ts_discovery){.options = options, .started = ts_clock_seconds()};
    if (ts_options_search_settings(options, &discovery->search, error) || read_walk_forward(discovery, error) ||
        ts_choice_many(options, &discovery->choice, error) || ts_sources_find(options, &discovery->sources, error))
        goto fail;
    size_t strategies = discovery->choice.count, sources = discovery->sources.count;
    for (size_t i = 0; i < strategies; i++) {
        ts_search_kind kind;
        if (ts_search_choose(&discovery->search, &discovery->choice.chosen[i].strategy, &kind, error)) goto fail;
        discovery->planned += (double)sources * planned_of(&discovery->search, &discovery->choice.chosen[i].strategy);
    }
    discovery->engine = ts_options_engine_new(options, error);
    if (!discovery->engine) goto fail;
    discovery->loaded = ts_alloc(sources, sizeof *discovery->loaded);
    discovery->outcome = ts_alloc(sources * strategies, sizeof *discovery->outcome);
    if (!discovery->loaded || !discovery->outcome) {
        ts_no_memory(error, "a discovery");
        goto fail;
    }
    discovery->totals.objective = &discovery->search.objective;
    discovery->totals.also = &discovery->search.also;
    return 0;
fail:
    ts_discovery_clear(discovery);
    return -1;
}

void ts_discovery_clear(ts_discovery *discovery)
{
    for (size_t i = 0; i < discovery->outcomes; i++) ts_study_clear(&discovery->outcome[i].study);
    for (size_t i = 0; discovery->loaded && i < discovery->sources.count; i++)
        ts_strbuf_clear(&discovery->loaded[i].candles);
    free(discovery->result);
    free(discovery->outcome);
    free(discovery->loaded);
    ts_engine_free(discovery->engine);
    ts_sources_clear(&discovery->sources);
    ts_choice_clear(&discovery->choice);
}

ts_result ts_outcome_result(const ts_discovery *discovery, const ts_outcome *outcome, size_t index)
{
    ts_result result = {.origin = &outcome->origin,
                        .candidate = &outcome->study.found.top[index],
                        .search = &discovery->search,
                        .walk_forward = discovery->walk_forward.train_ms ? &discovery->walk_forward : NULL,
                        .study = &outcome->study,
                        .kind = outcome->study.found.kind,
                        .evaluations = outcome->study.found.evaluations,
                        .rank = (int)index + 1};
    result.luck = ts_luck_of(&result, &outcome->study.moments[index], discovery->trials);
    return result;
}

static void evaluated(void *context, const ts_metrics *metrics, size_t count)
{
    ts_watch_show(context, metrics, count);
}

/* Search one strategy on one market. Of the errors, TS_BAD_DATA means that this one cannot be searched. */
static int search_one(ts_discovery *discovery, ts_outcome *outcome, const ts_series *series, const ts_market *market,
                      ts_error *error)
{
    ts_simulation simulation = ts_options_simulate(discovery->options, series->interval_ms);
    size_t first = ts_market_first(market), bars = ts_market_bars(market);
    ts_origin_init(&outcome->origin, outcome->strategy, series, first, bars, &simulation);
    outcome->origin.fill_gaps = discovery->options->fill_gaps;
    outcome->origin.candles = outcome->loaded->candles.text;
    ts_watch watch = ts_watch_begin(discovery, outcome);
    const ts_study_settings settings = {.search = discovery->search,
                                        .walk_forward =
                                            discovery->walk_forward.train_ms ? &discovery->walk_forward : NULL,
                                        .blocks = discovery->options->statistics ? TS_BLOCKS_DEFAULT : 0};
    const ts_study_task task = {market, outcome->strategy, series->symbol};
    double began = ts_clock_seconds();
    int rc =
        ts_study_run(discovery->engine, &settings, &task, &(ts_study_watch){evaluated, &watch}, &outcome->study, error);
    outcome->seconds = ts_clock_seconds() - began;
    discovery->searching += outcome->seconds;
    return rc;
}

static void skip(char *reason, size_t size, const ts_error *why)
{
    snprintf(reason, size, "%.*s", (int)size - 1, why->text);
    ts_log_warning("skipped: %s", why->text);
}

/* Of a walk-forward: one of its chains of test windows, if it traded at all. */
static uint64_t traded(const ts_outcome *outcome)
{
    for (size_t i = 0; i < outcome->study.folds; i++)
        if (outcome->study.fold[i].test.value[TS_METRIC_trades] > 0) return 1;
    return 0;
}

static void count_outcome(ts_discovery *discovery, const ts_outcome *outcome)
{
    discovery->totals.evaluations += outcome->study.found.evaluations;
    discovery->totals.feasible += outcome->study.found.feasible;
    discovery->totals.front += outcome->study.found.front;
    discovery->totals.profitable += outcome->study.found.profitable;
    discovery->totals.synthetic = discovery->totals.synthetic || outcome->origin.synthetic;
    discovery->results += outcome->study.found.top_count;
    discovery->trials += discovery->walk_forward.train_ms ? traded(outcome) : outcome->study.trials.trials;
}

static double folds_of(const ts_discovery *discovery, const ts_series *series, const ts_market *market)
{
    size_t first = ts_market_first(market), end = first + ts_market_bars(market);
    if (!discovery->walk_forward.train_ms) return 1;
    uint64_t folds = ts_walk_forward_count(&discovery->walk_forward, series->time[first],
                                           series->time[end - 1] + series->interval_ms);
    return folds ? (double)folds : 1;
}

/* Every strategy on one series. */
static int search_series(ts_discovery *discovery, ts_loaded *loaded, const ts_series *series, const ts_market *market,
                         ts_error *error)
{
    discovery->folds = folds_of(discovery, series, market);
    for (size_t i = 0; i < discovery->choice.count; i++) {
        ts_error why = {0};
        const ts_strategy *strategy = &discovery->choice.chosen[i].strategy;
        ts_outcome *outcome = &discovery->outcome[discovery->outcomes++];
        outcome->strategy = strategy;
        outcome->loaded = loaded;
        int rc = search_one(discovery, outcome, series, market, &why);
        outcome->origin.strategy_file = discovery->choice.chosen[i].file;
        discovery->done += planned_of(&discovery->search, strategy);
        if (rc && why.code != TS_BAD_DATA) return ts_fail(error, why.code, "%s", why.text);
        if (rc) {
            ts_error_context(&why, "%s on %s", strategy->name, series->symbol);
            skip(outcome->skipped, sizeof outcome->skipped, &why);
            discovery->skipped++;
            continue;
        }
        count_outcome(discovery, outcome);
        if (discovery->finished && discovery->finished(discovery->context, discovery, outcome, error)) return -1;
    }
    return 0;
}

static void describe(ts_loaded *loaded, const ts_source *source, const ts_series *series)
{
    char from[TS_TIME_TEXT], to[TS_TIME_TEXT];
    memcpy(loaded->symbol, series->symbol, sizeof loaded->symbol);
    memcpy(loaded->exchange, series->exchange, sizeof loaded->exchange);
    loaded->interval_ms = series->interval_ms;
    loaded->bars = series->bars;
    loaded->first_ms = series->time[0];
    loaded->last_ms = series->time[series->bars - 1];
    if (source->file) ts_shell_word(&loaded->candles, source->file);
    ts_log_info("%s %s: %zu bars from %s to %s; %zu missing in %zu gaps%s", loaded->symbol,
                ts_interval_text(loaded->interval_ms), loaded->bars, ts_time_text(loaded->first_ms, from),
                ts_time_text(loaded->last_ms, to), loaded->gaps.missing, loaded->gaps.gaps,
                source->query.fill_gaps && loaded->gaps.missing ? ", filled" : "");
}

/* Load one series; its gaps are counted before they are filled. */
static int load(ts_source *source, ts_loaded *loaded, ts_series *series, ts_error *error)
{
    bool fill_gaps = source->query.fill_gaps;
    ts_candles_query query = source->query;
    query.fill_gaps = false;
    if (ts_candles_load(&query, series, NULL, error)) return -1;
    loaded->gaps = ts_series_gaps(series);
    if (fill_gaps && ts_series_fill_gaps(series, error)) return -1;
    describe(loaded, source, series);
    return 0;
}

static int run_source(ts_discovery *discovery, size_t index, ts_error *error)
{
    ts_source *source = &discovery->sources.source[index];
    ts_loaded *loaded = &discovery->loaded[index];
    ts_series series = {0};
    ts_market *market = NULL;
    ts_error why = {0};
    int rc = load(source, loaded, &series, &why);
    if (!rc) {
        ts_simulation simulation = ts_options_simulate(discovery->options, series.interval_ms);
        market = ts_market_new(&series, &simulation, &why);
        if (!market) rc = ts_error_context(&why, "%s", source->file ? source->file : series.symbol);
    }
    if (!rc) {
        rc = search_series(discovery, loaded, &series, market, error);
    } else if (why.code == TS_BAD_DATA && discovery->sources.count > 1) {
        snprintf(loaded->symbol, sizeof loaded->symbol, "%s", source->symbol);
        skip(loaded->skipped, sizeof loaded->skipped, &why);
        for (size_t i = 0; i < discovery->choice.count; i++)
            discovery->done += planned_of(&discovery->search, &discovery->choice.chosen[i].strategy);
        discovery->skipped += discovery->choice.count;
        rc = 0;
    } else {
        ts_fail(error, why.code, "%s", why.text);
    }
    ts_market_free(market);
    ts_series_clear(&series);
    return rc;
}

static int gather(ts_discovery *discovery, ts_error *error)
{
    size_t count = 0;
    discovery->result = ts_alloc(discovery->results + 1, sizeof *discovery->result);
    if (!discovery->result) return ts_no_memory(error, "the results");
    for (size_t i = 0; i < discovery->outcomes; i++)
        for (size_t j = 0; j < discovery->outcome[i].study.found.top_count; j++)
            discovery->result[count++] = ts_outcome_result(discovery, &discovery->outcome[i], j);
    ts_leaderboard_sort(discovery->result, count, &discovery->search.objective);
    return 0;
}

static int all_skipped(const ts_discovery *discovery, ts_error *error)
{
    const char *why = discovery->loaded[0].skipped;
    for (size_t i = 0; i < discovery->outcomes && !*why; i++) why = discovery->outcome[i].skipped;
    return ts_fail(error, TS_BAD_DATA, "nothing could be searched: %s", why);
}

int ts_discovery_run(ts_discovery *discovery, ts_error *error)
{
    for (size_t i = 0; i < discovery->sources.count; i++)
        if (run_source(discovery, i, error)) return -1;
    if (discovery->skipped == discovery->sources.count * discovery->choice.count) return all_skipped(discovery, error);
    return gather(discovery, error);
}

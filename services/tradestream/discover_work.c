/* One task of a discovery, on whatever rank it falls: one strategy on one series, its outcome as bytes. */
#include "services/tradestream/discovery.h"

#include "common/clock.h"
#include "host/study/study_bytes.h"

#include <stdio.h>
#include <string.h>

int ts_discovery_market(ts_discovery *discovery, size_t index, const ts_series **series, ts_error *error)
{
    *series = ts_shelf_series(&discovery->shelf, index, error);
    if (!*series) return -1;
    if (discovery->market && discovery->market_of == index) return 0;
    ts_part_windows_clear(&discovery->windows);
    ts_market_free(discovery->market);
    ts_simulation simulation = ts_options_simulate(discovery->options, (*series)->interval_ms);
    discovery->market = ts_market_new(*series, &simulation, error);
    discovery->market_of = index;
    return discovery->market ? 0 : -1;
}

typedef struct watcher {
    ts_discovery *discovery;
    ts_work *work;
    size_t task;
} watcher;

static void evaluated(void *context, const ts_metrics *metrics, size_t count)
{
    const watcher *w = context;
    ts_progress_note(w->discovery, metrics, count);
}

static int answered(void *context, const void *bytes, size_t size, ts_error *error)
{
    const watcher *w = context;
    return ts_work_answered(w->work, bytes, size, error);
}

static int evaluate(void *context, const ts_study_task *task, const ts_question_set *questions, ts_error *error)
{
    const watcher *w = context;
    return ts_discovery_evaluate(w->discovery, w->work, w->task, task->strategy, questions, error);
}

int ts_discovery_work(void *context, size_t task, ts_work *work, ts_reader earlier, ts_strbuf *result, ts_error *error)
{
    ts_discovery *discovery = context;
    const ts_series *series;
    if (ts_discovery_market(discovery, task / discovery->choice.count, &series, error)) return -1;
    watcher w = {discovery, work, task};
    const ts_strategy *strategy = &discovery->choice.chosen[task % discovery->choice.count].strategy;
    const ts_study_settings settings = {.search = discovery->search,
                                        .walk_forward =
                                            discovery->walk_forward.train_ms ? &discovery->walk_forward : NULL,
                                        .blocks = discovery->options->statistics ? TS_BLOCKS_DEFAULT : 0};
    const ts_study_watch watch = {evaluated, discovery->options->out ? answered : NULL, evaluate, &w, earlier};
    discovery->progress.strategy = strategy->name;
    discovery->progress.symbol = series->symbol;
    ts_study study = {0};
    ts_effort before = ts_effort_of(discovery->engine);
    discovery->helped = (ts_effort){0};
    double began = ts_clock_seconds();
    int status = ts_study_run(discovery->engine, &settings,
                              &(ts_study_task){discovery->market, strategy, series->symbol}, &watch, &study, error);
    discovery->progress.under_way = 0;
    bool skipped = status && error->code == TS_BAD_DATA;
    if (skipped) ts_error_context(error, "%s on %s", strategy->name, series->symbol);
    if (status && !skipped) return -1;
    ts_effort after = ts_effort_of(discovery->engine);
    ts_put_text(result, skipped ? error->text : "");
    ts_put_real(result, ts_clock_seconds() - began);
    ts_effort_put(result, &before, &after);
    ts_effort_put(result, &(ts_effort){0}, &discovery->helped);
    ts_study_put(result, &study);
    ts_study_clear(&study);
    return 0;
}

int ts_outcome_take(ts_discovery *discovery, ts_outcome *outcome, ts_reader in, bool fresh, ts_error *error)
{
    char skipped[sizeof error->text];
    ts_take_text(&in, skipped, sizeof skipped);
    snprintf(outcome->skipped, sizeof outcome->skipped, "%.*s", (int)sizeof outcome->skipped - 1, skipped);
    outcome->seconds = ts_take_real(&in);
    ts_effort others = {0}, *into = fresh ? &discovery->effort : &others;
    ts_effort_take(into, &in);
    ts_effort_take(into, &in);
    return ts_study_take(&in, &outcome->study, error);
}

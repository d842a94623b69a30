#include "services/tradestream/discover_work.h"

#include "common/clock.h"
#include "common/memory.h"
#include "host/study/study_bytes.h"
#include "services/tradestream/discover_help.h"
#include "services/tradestream/discover_market.h"
#include "services/tradestream/discover_progress.h"

#include <stdio.h>
#include <stdlib.h>

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

/* A task's studies: one, or one of each window that fits; of the others why they do not. */
typedef struct studies {
    ts_study study[TS_STUDY_WINDOWS_MOST];
    char skipped[TS_STUDY_WINDOWS_MOST][256];
    size_t count;
} studies;

static void skip(studies *all, size_t which, const ts_error *why)
{
    snprintf(all->skipped[which], sizeof all->skipped[which], "%.*s", (int)sizeof all->skipped[which] - 1, why->text);
}

static int run_windows(ts_discovery *discovery, const ts_study_settings *settings, const ts_study_task *task,
                       const ts_study_watch *watch, studies *all, ts_error *error)
{
    ts_market *window[TS_STUDY_WINDOWS_MOST];
    ts_study found[TS_STUDY_WINDOWS_MOST];
    size_t place[TS_STUDY_WINDOWS_MOST], fit = 0;
    int status = 0;
    for (size_t i = 0; i < all->count && !status; i++) {
        ts_error why = {0};
        window[fit] = ts_spans_window(&discovery->spans, i, task->market, &why);
        if (window[fit]) place[fit++] = i;
        else if (why.code == TS_BAD_DATA) skip(all, i, &why);
        else status = ts_fail(error, why.code, "%s", why.text);
    }
    if (!status) status = ts_study_run_windows(discovery->engine, settings, task, window, fit, watch, found, error);
    for (size_t i = 0; i < fit; i++) {
        if (!status) all->study[place[i]] = found[i];
        ts_market_free(window[i]);
    }
    return status;
}

/* What cannot be searched is skipped with its reason; only other errors are errors. */
static int run(ts_discovery *discovery, const ts_study_task *task, const ts_study_watch *watch, studies *all,
               ts_error *error)
{
    const ts_walk_forward *folds = discovery->walk_forward.train_ms ? &discovery->walk_forward : NULL;
    const ts_study_settings settings = {.search = discovery->search,
                                        .walk_forward = folds,
                                        .blocks = discovery->options->statistics ? TS_BLOCKS_DEFAULT : 0};
    int status = discovery->spans.count
                     ? run_windows(discovery, &settings, task, watch, all, error)
                     : ts_study_run(discovery->engine, &settings, task, watch, &all->study[0], error);
    if (!status || error->code != TS_BAD_DATA) return status;
    ts_error_context(error, "%s on %s", task->strategy->name, task->symbol);
    for (size_t i = 0; i < all->count; i++) skip(all, i, error);
    return 0;
}

static void put_studies(ts_strbuf *result, const studies *all)
{
    for (size_t i = 0; i < all->count; i++) {
        ts_put_text(result, all->skipped[i]);
        if (!*all->skipped[i]) ts_study_put(result, &all->study[i]);
    }
}

int ts_discovery_work(void *context, size_t task, ts_work *work, ts_reader earlier, ts_strbuf *result, ts_error *error)
{
    ts_discovery *discovery = context;
    const ts_series *series;
    if (ts_discovery_market(discovery, task / discovery->choice.count, &series, error)) return -1;
    studies *all = ts_alloc(1, sizeof *all);
    if (!all) return ts_no_memory(error, "a search");
    all->count = ts_discovery_windows(discovery);
    watcher w = {discovery, work, task};
    const ts_strategy *strategy = &discovery->choice.chosen[task % discovery->choice.count].strategy;
    const ts_study_watch watch = {evaluated, discovery->options->out ? answered : NULL, evaluate, &w, earlier};
    discovery->progress.strategy = strategy->name;
    discovery->progress.symbol = series->symbol;
    ts_effort before = ts_effort_of(discovery->engine);
    discovery->helped = (ts_effort){0};
    double began = ts_clock_seconds();
    int status = run(discovery, &(ts_study_task){discovery->market, strategy, series->symbol}, &watch, all, error);
    discovery->progress.under_way = 0;
    ts_effort after = ts_effort_of(discovery->engine);
    ts_put_real(result, ts_clock_seconds() - began);
    ts_effort_put(result, &before, &after);
    ts_effort_put(result, &(ts_effort){0}, &discovery->helped);
    put_studies(result, all);
    for (size_t i = 0; i < all->count; i++) ts_study_clear(&all->study[i]);
    free(all);
    return status;
}

int ts_discovery_take(ts_discovery *discovery, ts_discovery_outcome *outcomes, ts_reader in, bool fresh,
                      ts_error *error)
{
    ts_effort others = {0}, *into = fresh ? &discovery->effort : &others;
    size_t windows = ts_discovery_windows(discovery);
    double seconds = ts_take_real(&in);
    ts_effort_take(into, &in);
    ts_effort_take(into, &in);
    for (size_t i = 0; i < windows; i++) {
        ts_take_text(&in, outcomes[i].skipped, sizeof outcomes[i].skipped);
        outcomes[i].seconds = seconds / (double)windows;
        if (!*outcomes[i].skipped && ts_study_take(&in, &outcomes[i].study, error)) return -1;
    }
    return in.failed ? ts_fail(error, TS_BAD_DATA, "these bytes are not the whole of a task's result") : 0;
}

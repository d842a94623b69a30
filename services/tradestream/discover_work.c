/* One task of a discovery, on whatever rank it falls: one strategy on one series, its outcome as bytes. */
#include "services/tradestream/discovery.h"

#include "common/clock.h"
#include "host/study/study_bytes.h"

#include <stdio.h>
#include <string.h>

/* The market of a series; kept for the tasks that follow, which are mostly of the same. */
static int open_market(ts_discovery *discovery, size_t index, const ts_series **series, ts_error *error)
{
    *series = ts_shelf_series(&discovery->shelf, index, error);
    if (!*series) return -1;
    if (discovery->market && discovery->market_of == index) return 0;
    ts_market_free(discovery->market);
    ts_simulation simulation = ts_options_simulate(discovery->options, (*series)->interval_ms);
    discovery->market = ts_market_new(*series, &simulation, error);
    discovery->market_of = index;
    return discovery->market ? 0 : -1;
}

typedef struct watcher {
    ts_discovery *discovery;
    ts_work *work;
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

/* Shares of the same back end are added up. */
static void add_share(ts_effort *effort, const char *backend, uint64_t genome_bars)
{
    size_t i = 0;
    while (i < effort->shares && strcmp(effort->share[i].backend, backend)) i++;
    if (i == TS_EFFORT_SHARES) return;
    if (i == effort->shares)
        snprintf(effort->share[effort->shares++].backend, sizeof effort->share[i].backend, "%s", backend);
    effort->share[i].genome_bars += genome_bars;
}

static ts_effort effort_of(const ts_engine *engine)
{
    ts_effort effort = {.launches = ts_engine_launches(engine), .host_rows = ts_engine_host_rows(engine)};
    ts_share share[TS_SHARES];
    size_t shares = ts_engine_shares(engine, share);
    for (size_t i = 0; i < shares; i++) add_share(&effort, share[i].backend, share[i].genome_bars);
    return effort;
}

/* What was done between two moments of one engine, whose shares only grow in number. */
static void put_effort(ts_strbuf *out, const ts_effort *before, const ts_effort *after)
{
    ts_put_u64(out, after->launches - before->launches);
    ts_put_u64(out, after->host_rows - before->host_rows);
    ts_put_u64(out, after->shares);
    for (size_t i = 0; i < after->shares; i++) {
        ts_put_text(out, after->share[i].backend);
        ts_put_u64(out, after->share[i].genome_bars - (i < before->shares ? before->share[i].genome_bars : 0));
    }
}

int ts_discovery_work(void *context, size_t task, ts_work *work, ts_reader earlier, ts_strbuf *result, ts_error *error)
{
    ts_discovery *discovery = context;
    const ts_series *series;
    if (open_market(discovery, task / discovery->choice.count, &series, error)) return -1;
    watcher w = {discovery, work};
    const ts_strategy *strategy = &discovery->choice.chosen[task % discovery->choice.count].strategy;
    const ts_study_settings settings = {.search = discovery->search,
                                        .walk_forward =
                                            discovery->walk_forward.train_ms ? &discovery->walk_forward : NULL,
                                        .blocks = discovery->options->statistics ? TS_BLOCKS_DEFAULT : 0};
    const ts_study_watch watch = {evaluated, discovery->options->out ? answered : NULL, &w, earlier};
    discovery->progress.strategy = strategy->name;
    discovery->progress.symbol = series->symbol;
    ts_study study = {0};
    ts_effort before = effort_of(discovery->engine);
    double began = ts_clock_seconds();
    int status = ts_study_run(discovery->engine, &settings,
                              &(ts_study_task){discovery->market, strategy, series->symbol}, &watch, &study, error);
    discovery->progress.under_way = 0;
    bool skipped = status && error->code == TS_BAD_DATA;
    if (skipped) ts_error_context(error, "%s on %s", strategy->name, series->symbol);
    if (status && !skipped) return -1;
    ts_effort after = effort_of(discovery->engine);
    ts_put_text(result, skipped ? error->text : "");
    ts_put_real(result, ts_clock_seconds() - began);
    put_effort(result, &before, &after);
    ts_study_put(result, &study);
    ts_study_clear(&study);
    return 0;
}

static void take_effort(ts_effort *effort, ts_reader *in, bool fresh)
{
    uint64_t launches = ts_take_u64(in), host_rows = ts_take_u64(in), shares = ts_take_u64(in);
    if (fresh) effort->launches += launches, effort->host_rows += host_rows;
    for (uint64_t i = 0; i < shares && !in->failed; i++) {
        char backend[32];
        ts_take_text(in, backend, sizeof backend);
        uint64_t genome_bars = ts_take_u64(in);
        if (fresh && !in->failed) add_share(effort, backend, genome_bars);
    }
}

int ts_outcome_take(ts_discovery *discovery, ts_outcome *outcome, ts_reader in, bool fresh, ts_error *error)
{
    char skipped[sizeof error->text];
    ts_take_text(&in, skipped, sizeof skipped);
    snprintf(outcome->skipped, sizeof outcome->skipped, "%.*s", (int)sizeof outcome->skipped - 1, skipped);
    outcome->seconds = ts_take_real(&in);
    take_effort(&discovery->effort, &in, fresh);
    return ts_study_take(&in, &outcome->study, error);
}

#define _GNU_SOURCE /* sysconf */
#include "services/tradestream/discovery.h"

#include "cluster/agree.h"
#include "cluster/job.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/memory.h"
#include "common/threads.h"
#include "services/tradestream/discover_help.h"
#include "services/tradestream/discover_progress.h"
#include "services/tradestream/discover_resume.h"
#include "services/tradestream/discover_work.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

static int read_windows(ts_discovery *discovery, ts_error *error)
{
    const char *text = discovery->options->windows;
    if (!text || !ts_spans_parse(text, &discovery->spans, error)) return 0;
    return ts_error_context(error, "--windows");
}

static int check_searches(const ts_discovery *discovery, ts_error *error)
{
    ts_search_kind kind;
    for (size_t i = 0; i < discovery->choice.count; i++)
        if (ts_search_choose(&discovery->search, &discovery->choice.chosen[i].strategy, &kind, error)) return -1;
    return 0;
}

/* Ranks of one machine share its cores, also when none is bound to its part of them. */
static int threads_of(const ts_options *options, const ts_comm *comm)
{
    int own = ts_threads_available(), part = (int)sysconf(_SC_NPROCESSORS_ONLN) / ts_comm_local_size(comm);
    if (options->threads) return (int)options->threads;
    return part < 1 ? 1 : part < own ? part : own;
}

int ts_discovery_init(ts_discovery *discovery, const ts_options *options, ts_comm *comm, ts_error *error)
{
    *discovery = (ts_discovery){.options = options, .comm = comm, .started = ts_clock_seconds()};
    discovery->progress.best = NAN;
    discovery->totals.objective = &discovery->search.objective;
    discovery->totals.also = &discovery->search.also;
    if (ts_options_search_settings(options, &discovery->search, error) || read_walk_forward(discovery, error) ||
        read_windows(discovery, error) || ts_choice_many(options, &discovery->choice, error) ||
        check_searches(discovery, error))
        return -1;
    if (!ts_comm_rank(comm) && ts_sources_find(options, &discovery->sources, error)) return -1;
    discovery->engine = ts_options_engine_of_rank(options, threads_of(options, comm), ts_comm_local_rank(comm), error);
    return discovery->engine ? 0 : -1;
}

/* Outcome number `index`: where it comes from, and why it is skipped when its window does not fit. */
static void make_outcome(ts_discovery *discovery, size_t index)
{
    size_t windows = ts_discovery_windows(discovery), strategies = discovery->choice.count, task = index / windows;
    ts_discovery_outcome *outcome = &discovery->outcome[index];
    const ts_chosen *chosen = &discovery->choice.chosen[task % strategies];
    const ts_loaded *loaded = &discovery->shelf.loaded[discovery->shelf.usable[task / strategies]];
    *outcome = (ts_discovery_outcome){.strategy = &chosen->strategy, .loaded = loaded, .origin = loaded->origin};
    outcome->origin.strategy = outcome->strategy;
    outcome->origin.strategy_file = chosen->file;
    if (discovery->spans.count) {
        outcome->origin.start_ms = loaded->window[index % windows].start_ms;
        outcome->origin.bars = loaded->window[index % windows].bars;
    }
    if (outcome->origin.bars) discovery->progress.planned += planned_of(&discovery->search, outcome->strategy);
}

static int make_outcomes(ts_discovery *discovery, ts_error *error)
{
    size_t searches = discovery->choice.count * ts_discovery_windows(discovery);
    discovery->outcomes = discovery->shelf.count * searches;
    discovery->skipped = (discovery->sources.count - discovery->shelf.count) * searches;
    discovery->outcome = ts_alloc(discovery->outcomes + 1, sizeof *discovery->outcome);
    if (!discovery->outcome) return ts_no_memory(error, "a discovery");
    for (size_t i = 0; i < discovery->outcomes; i++) make_outcome(discovery, i);
    return 0;
}

int ts_discovery_prepare(ts_discovery *discovery, ts_error *error)
{
    ts_comm *comm = discovery->comm;
    int status = 0;
    if (!ts_comm_rank(comm))
        status = ts_shelf_fill(&discovery->shelf, discovery->options, &discovery->sources, &discovery->walk_forward,
                               &discovery->spans, ts_comm_size(comm) > 1, error);
    if (!status && !ts_comm_rank(comm)) status = make_outcomes(discovery, error);
    if (ts_agree(comm, status, error)) return -1;
    return ts_shelf_share(&discovery->shelf, comm, error);
}

void ts_discovery_clear(ts_discovery *discovery)
{
    for (size_t i = 0; i < discovery->outcomes; i++) ts_study_clear(&discovery->outcome[i].study);
    ts_shelf_clear(&discovery->shelf);
    ts_part_windows_clear(&discovery->windows);
    ts_market_free(discovery->market);
    free(discovery->result);
    free(discovery->outcome);
    ts_engine_free(discovery->engine);
    ts_sources_clear(&discovery->sources);
    ts_choice_clear(&discovery->choice);
}

/* Of a walk-forward: one of its chains of test windows, if it traded at all. */
static uint64_t traded(const ts_discovery_outcome *outcome)
{
    for (size_t i = 0; i < outcome->study.folds; i++)
        if (outcome->study.fold[i].test.value[TS_METRIC_trades] > 0) return 1;
    return 0;
}

static uint64_t trials_of(const ts_discovery *discovery, const ts_discovery_outcome *outcome)
{
    return discovery->walk_forward.train_ms ? traded(outcome) : outcome->study.trials.trials;
}

ts_result ts_discovery_result(const ts_discovery *discovery, const ts_discovery_outcome *outcome, size_t index)
{
    ts_result result = {.origin = &outcome->origin,
                        .candidate = &outcome->study.found.top[index],
                        .search = &discovery->search,
                        .walk_forward = discovery->walk_forward.train_ms ? &discovery->walk_forward : NULL,
                        .study = &outcome->study,
                        .kind = outcome->study.found.kind,
                        .evaluations = outcome->study.found.evaluations,
                        .rank = (int)index + 1};
    bool alone = discovery->options->trials == TS_TRIALS_OF_SEARCH;
    uint64_t trials = alone ? trials_of(discovery, outcome) : discovery->trials;
    result.luck = ts_luck_of(&result, &outcome->study.moments[index], trials);
    return result;
}

static void count_outcome(ts_discovery *discovery, const ts_discovery_outcome *outcome)
{
    discovery->totals.evaluations += outcome->study.found.evaluations;
    discovery->totals.feasible += outcome->study.found.feasible;
    discovery->totals.front += outcome->study.found.front;
    discovery->totals.profitable += outcome->study.found.profitable;
    discovery->totals.synthetic = discovery->totals.synthetic || outcome->origin.synthetic;
    discovery->results += outcome->study.found.top_count;
    discovery->trials += trials_of(discovery, outcome);
}

static int finish(ts_discovery *discovery, ts_discovery_outcome *outcome, bool fresh, ts_error *error)
{
    double planned = outcome->origin.bars ? planned_of(&discovery->search, outcome->strategy) : 0;
    discovery->finished++;
    discovery->resumed += !fresh;
    discovery->progress.done += planned;
    if (!fresh) discovery->progress.begun_with += planned;
    if (*outcome->skipped) {
        discovery->skipped++;
        if (outcome->origin.bars) ts_log_warning("skipped: %s", outcome->skipped);
        return 0;
    }
    count_outcome(discovery, outcome);
    return discovery->found ? discovery->found(discovery->context, discovery, outcome, error) : 0;
}

/* A task is done, here or on another rank; before the job runs: by an earlier start. */
static int finished(void *context, size_t task, ts_reader result, ts_error *error)
{
    ts_discovery *discovery = context;
    size_t windows = ts_discovery_windows(discovery);
    ts_discovery_outcome *outcomes = &discovery->outcome[task * windows];
    bool fresh = discovery->searching > 0;
    if (ts_discovery_take(discovery, outcomes, result, fresh, error)) return -1;
    for (size_t i = 0; i < windows; i++)
        if (finish(discovery, &outcomes[i], fresh, error)) return -1;
    return 0;
}

/* What an earlier start has finished is booked as if it came now. */
static int take_up(ts_discovery *discovery, const ts_ledger *ledger, ts_error *error)
{
    size_t begun = 0;
    for (size_t i = 0; i < ledger->tasks; i++) {
        const ts_task *task = &ledger->task[i];
        const ts_reader bytes = {.at = (const unsigned char *)task->bytes.text, .left = task->bytes.length};
        begun += task->state == TS_TASK_STARTED;
        if (task->state == TS_TASK_FINISHED && finished(discovery, i, bytes, error)) return -1;
    }
    ts_log_info("resumed: %zu of %zu searches are done, %zu were under way", discovery->finished, discovery->outcomes,
                begun * ts_discovery_windows(discovery));
    return 0;
}

static void tick(void *context) { ts_progress_show(context); }

static int gather(ts_discovery *discovery, ts_error *error)
{
    size_t count = 0;
    discovery->result = ts_alloc(discovery->results + 1, sizeof *discovery->result);
    if (!discovery->result) return ts_no_memory(error, "the results");
    for (size_t i = 0; i < discovery->outcomes; i++)
        for (size_t j = 0; j < discovery->outcome[i].study.found.top_count; j++)
            discovery->result[count++] = ts_discovery_result(discovery, &discovery->outcome[i], j);
    ts_leaderboard_sort(discovery->result, count, &discovery->search.objective);
    return 0;
}

static int all_skipped(const ts_discovery *discovery, ts_error *error)
{
    const char *why = discovery->shelf.loaded[0].skipped;
    for (size_t i = 0; i < discovery->outcomes && !*why; i++) why = discovery->outcome[i].skipped;
    return ts_fail(error, TS_BAD_DATA, "nothing could be searched: %s", why);
}

int ts_discovery_run(ts_discovery *discovery, ts_error *error)
{
    ts_ledger ledger = {0};
    int rank = ts_comm_rank(discovery->comm), status = 0;
    size_t tasks = discovery->shelf.count * discovery->choice.count;
    bool found = false;
    if (!rank) status = ts_discovery_resume(discovery, &ledger, tasks, &found, error);
    if (!status && found) status = take_up(discovery, &ledger, error);
    if (ts_agree(discovery->comm, status, error)) return -1;
    const ts_job job = {.help = ts_discovery_help,
                        .tasks = tasks,
                        .work = ts_discovery_work,
                        .finished = finished,
                        .tick = tick,
                        .context = discovery};
    double began = ts_clock_seconds(), cpu = ts_clock_thread_seconds();
    discovery->searching = began;
    status = ts_job_run(discovery->comm, &job, &ledger, discovery->checkpoint, &discovery->abandoned, error);
    discovery->searching = ts_clock_seconds() - began;
    discovery->coordinating = ts_clock_thread_seconds() - cpu;
    ts_ledger_clear(&ledger);
    if (status || rank) return status;
    if (discovery->skipped == discovery->sources.count * discovery->choice.count * ts_discovery_windows(discovery))
        return all_skipped(discovery, error);
    return gather(discovery, error);
}

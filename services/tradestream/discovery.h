/* A discovery: every strategy chosen searched on every series chosen, as the tasks of a job that one process or many
 * ranks work on. What cannot be searched (a series too short, a damaged file) is skipped, told and counted. */
#ifndef TS_SERVICES_TRADESTREAM_DISCOVERY_H
#define TS_SERVICES_TRADESTREAM_DISCOVERY_H

#include "cluster/checkpoint.h"
#include "cluster/job.h"
#include "host/report/leaderboard.h"
#include "host/study/study.h"
#include "services/tradestream/discover_effort.h"
#include "services/tradestream/discover_progress.h"
#include "services/tradestream/discover_shelf.h"
#include "services/tradestream/strategy_choice.h"

/* One strategy searched on one series, or on one window of it. */
typedef struct ts_discovery_outcome {
    const ts_strategy *strategy;
    const ts_loaded *loaded;
    ts_origin origin;
    ts_study study;
    double seconds;
    char skipped[256];
} ts_discovery_outcome;

typedef struct ts_discovery {
    const ts_options *options;
    ts_comm *comm;
    ts_search_settings search;
    ts_walk_forward walk_forward; /* train_ms 0: none */
    ts_spans spans;
    ts_choice choice;
    ts_sources sources; /* rank 0 only, as is all below but the shelf and the market */
    ts_engine *engine;
    ts_shelf shelf;
    ts_market *market; /* of the series that this rank works on */
    size_t market_of;
    ts_part_windows windows;       /* of the market, for parts of searches */
    ts_effort helped;              /* by other ranks, with the search under way */
    ts_checkpoint *checkpoint;     /* NULL: none are written */
    ts_discovery_outcome *outcome; /* usable series x strategies x windows, in that order; a task is all its windows */
    size_t outcomes, finished, resumed, skipped;
    ts_result *result; /* all winners, the best first */
    size_t results;
    uint64_t trials; /* that one winner is chosen from: see ts_luck */
    ts_run_totals totals;
    ts_effort effort; /* of all ranks, since this start */
    ts_progress_state progress;
    double started, searching,
        coordinating;             /* seconds: when it began; spent in the job; of them, rank 0's main thread */
    char id[TS_FINGERPRINT_TEXT]; /* of everything that the results depend on: the run's */
    bool abandoned;               /* see ts_job_run */
    int (*found)(void *context, const struct ts_discovery *discovery, const ts_discovery_outcome *outcome,
                 ts_error *error);
    void *context; /* `found` is told of every outcome that was searched */
} ts_discovery;

/* Everything that can be refused before any candle is read. All ranks call this. */
int ts_discovery_init(ts_discovery *discovery, const ts_options *options, ts_comm *comm, ts_error *error);

/* Load and share the candles. All ranks call this. */
int ts_discovery_prepare(ts_discovery *discovery, ts_error *error);

/* Search it all; afterwards rank 0 has the results. TS_BAD_DATA when everything was skipped. */
int ts_discovery_run(ts_discovery *discovery, ts_error *error);
void ts_discovery_clear(ts_discovery *discovery);

/* The winner number `index` of an outcome. */
ts_result ts_discovery_result(const ts_discovery *discovery, const ts_discovery_outcome *outcome, size_t index);

/* Rank 0: name the run; a ledger of so many tasks with what the checkpoint knows of them, which is taken up. */
int ts_discovery_resume(ts_discovery *discovery, ts_ledger *ledger, size_t tasks, ts_error *error);

/* A task of the job; see ts_job. */
int ts_discovery_work(void *discovery, size_t task, ts_work *work, ts_reader earlier, ts_strbuf *result,
                      ts_error *error);

int ts_discovery_finished(void *discovery, size_t task, ts_reader result, ts_error *error);

/* The market of a usable series; kept for the tasks that follow, which are mostly of the same. */
int ts_discovery_market(ts_discovery *discovery, size_t index, const ts_series **series, ts_error *error);

/* One evaluation of a task, shared with ranks that have nothing to do; and their side of it, see ts_job. */
int ts_discovery_evaluate(ts_discovery *discovery, ts_work *work, size_t task, const ts_strategy *strategy,
                          const ts_question_set *questions, ts_error *error);
int ts_discovery_help(void *discovery, ts_reader part, ts_strbuf *answer, ts_error *error);

/* How many windows a task has: outcomes that it fills. */
size_t ts_discovery_windows(const ts_discovery *discovery);

/* What ts_discovery_work has written, into the outcomes of its windows; adds to the effort when it was made since this
 * start. */
int ts_discovery_take(ts_discovery *discovery, ts_discovery_outcome *outcomes, ts_reader result, bool fresh,
                      ts_error *error);

#endif

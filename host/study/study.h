/* A study: one strategy on one market, searched as a whole or walked forward, with what its trials say about luck. */
#ifndef TS_HOST_STUDY_H
#define TS_HOST_STUDY_H

#include "common/bytes.h"
#include "host/engine/engine.h"
#include "host/search/search.h"
#include "host/study/part.h"
#include "host/validation/moments.h"
#include "host/validation/trial_book.h"
#include "host/validation/walk_forward.h"

typedef struct ts_study_settings {
    ts_search_settings search;
    const ts_walk_forward *walk_forward; /* NULL: one search over the whole window */
    int blocks;                          /* of the history, for the statistics of trials; 0: none are made */
} ts_study_settings;

typedef struct ts_study_task {
    const ts_market *market;
    const ts_strategy *strategy;
    const char *symbol;
} ts_study_task;

/* Who looks on while a study runs; each function may be NULL.
 *
 * A study that was broken off is gone on with by giving it again what it was told: its searches ask the same questions
 * when they get the same answers, so the answers in their order are all there is to keep. `earlier` is what `answered`
 * got before, one piece after the other; when the study has used it up, it goes on computing. */
typedef struct ts_study_watch {
    void (*evaluated)(void *context, const ts_metrics *metrics, size_t count);       /* a batch has its metrics */
    int (*answered)(void *context, const void *bytes, size_t size, ts_error *error); /* may stop the study by -1 */
    int (*evaluate)(void *context, const ts_study_task *task, const ts_question_set *questions,
                    ts_error *error); /* instead of the engine alone */
    void *context;
    ts_reader earlier;
} ts_study_watch;

/* One train window and the test window after it. */
typedef struct ts_fold {
    ts_train_test when;
    bool chosen;        /* something feasible was found in training; otherwise nothing is traded in the test */
    ts_candidate train; /* the best, with its metrics in training */
    ts_metrics test;    /* the same genome in the test window */
    uint64_t evaluations;
} ts_fold;

/* `found` is the search; of a walk-forward its counts are the sums over the folds, its steps those of the last, and its
 * `top` is one candidate at most: the parameters of the last fold that found some, with the metrics of all test windows
 * stitched together. */
typedef struct ts_study {
    ts_search_result found;
    ts_moments *moments; /* of the bar returns of each of found.top; NaN without statistics */
    ts_trial_statistics trials;
    ts_fold *fold; /* NULL without walk-forward */
    size_t folds;
} ts_study;

/* TS_BAD_DATA: this strategy cannot be searched on this market. Freed with ts_study_clear. */
int ts_study_run(ts_engine *engine, const ts_study_settings *settings, const ts_study_task *task,
                 const ts_study_watch *watch, ts_study *study, ts_error *error);
void ts_study_clear(ts_study *study);

/* The same for several windows of the task's market that end with it, without walk-forward: they are searched side by
 * side and share their rows; studies[i] is what ts_study_run would make of windows[i] alone. */
enum { TS_STUDY_WINDOWS_MOST = 60 };
int ts_study_run_windows(ts_engine *engine, const ts_study_settings *settings, const ts_study_task *task,
                         ts_market *const *windows, size_t count, const ts_study_watch *watch, ts_study *studies,
                         ts_error *error);

/* The mean of the scores in training of the folds that found something; NaN without any. */
double ts_study_train_score(const ts_study *study);

#endif

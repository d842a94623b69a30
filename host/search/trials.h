/* The trials of one search: which genomes were evaluated, how they did, and what is kept of them. Every genome is
 * evaluated once; asking again costs nothing and is not counted. */
#ifndef TS_HOST_TRIALS_H
#define TS_HOST_TRIALS_H

#include "host/search/archive.h"
#include "host/search/memory.h"
#include "host/search/search.h"

typedef struct ts_trials {
    const ts_search_settings *settings;
    const ts_evaluator *evaluator;
    const ts_strategy *strategy;
    ts_search_result *result;
    uint64_t key;        /* of the random streams */
    uint64_t left;       /* of the budget */
    ts_archive *archive; /* of several objectives, else NULL */
    ts_memory *memory;   /* NULL in a search that meets no genome twice */
    ts_genome *asked;    /* waiting to be evaluated, settings->batch at most */
    ts_trial **trial;    /* where their standing goes; NULL without memory */
    ts_metrics *metrics;
    double *score; /* room for the feasible scores of a step */
    size_t batch, waiting, scores, room;
    double sharpe_squares; /* running sum of squared deviations (Welford) */
} ts_trials;

int ts_trials_init(ts_trials *trials, const ts_search_settings *settings, const ts_search_task *task,
                   const ts_evaluator *evaluator, bool remember, ts_search_result *result, ts_error *error);
void ts_trials_clear(ts_trials *trials);

/* Ask for a genome that cannot have been asked for before (no memory). */
int ts_trials_ask(ts_trials *trials, const ts_genome *genome, ts_error *error);

/* Ask for a genome that may be known: *trial is its place in the memory, with the standing once ts_trials_flush
 * returned; NULL when it is unknown and the budget is spent. */
int ts_trials_look(ts_trials *trials, const ts_genome *genome, ts_trial **trial, ts_error *error);

/* Evaluate what waits. Of several objectives, result->top is filled by ts_trials_end. */
int ts_trials_flush(ts_trials *trials, ts_error *error);

/* Flush and record a step: its scores are those evaluated since the last one, or a population's when one is given
 * (NULL members are skipped). */
int ts_trials_step(ts_trials *trials, ts_trial *const *population, size_t count, ts_error *error);

/* All is evaluated: put the front into the result, if that is what was searched for. */
int ts_trials_end(ts_trials *trials, ts_error *error);

#endif

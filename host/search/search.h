/* Search: the best genomes of one strategy on one window of one symbol.
 *
 * The search never simulates: it asks an evaluator, behind which stand the engine, a test, or other machines.
 * Randomness is keyed by (seed, strategy, symbol, window, island, generation, individual, draw), results are taken in
 * the order of the genomes asked for: the same seed finds the same genomes whatever computes them. */
#ifndef TS_HOST_SEARCH_H
#define TS_HOST_SEARCH_H

#include "common/error.h"
#include "host/language/strategy.h"
#include "host/metrics/metrics.h"
#include "host/metrics/objectives.h"

#include <stddef.h>
#include <stdint.h>

typedef enum ts_search_kind {
    TS_SEARCH_AUTO,
    TS_SEARCH_EXHAUSTIVE,
    TS_SEARCH_GA,
    TS_SEARCH_RANDOM,
    TS_SEARCH_NSGA2, /* of several objectives, as the GA is of one */
    TS_SEARCH_LAST = TS_SEARCH_NSGA2
} ts_search_kind;
#define TS_SEARCH_KINDS "auto|exhaustive|ga|random|nsga2"
typedef enum ts_crossover { TS_CROSSOVER_UNIFORM, TS_CROSSOVER_SINGLE_POINT, TS_CROSSOVER_BLEND } ts_crossover;
#define TS_CROSSOVERS "uniform|single_point|blend"
typedef enum ts_mutation { TS_MUTATION_MIXED, TS_MUTATION_UNIFORM, TS_MUTATION_STEP } ts_mutation;
#define TS_MUTATIONS "mixed|uniform|step"

/* How the genetic search breeds. */
typedef struct ts_breeding {
    int population;      /* individuals of all islands together, at least 2 an island */
    int generations;     /* bred after the first one; 0: as many as the budget allows */
    int islands;         /* populations that breed apart */
    int migration_every; /* generations between two migrations; the best of an island go to the next one of the ring */
    double migrants;     /* share of an island that migrates */
    int tournament;      /* individuals of whom the best becomes a parent */
    double elite;        /* share of an island that survives unchanged */
    double crossover_rate; /* chance that a child has two parents */
    ts_crossover crossover;
    double mutation_rate; /* chance of each gene to change */
    ts_mutation mutation; /* any value, a step in the neighbourhood, or either by a coin */
    int retries;          /* further mutations of a child that was evaluated before; 0: it stays as it is */
} ts_breeding;

/* Named settings; `preset` is an index into TS_PRESETS. */
#define TS_PRESETS "default|original"
ts_breeding ts_breeding_preset(int preset);

typedef struct ts_search_settings {
    ts_search_kind kind;
    uint64_t evaluations; /* the budget: distinct genomes to evaluate */
    size_t top;           /* how many genomes to keep */
    size_t batch;         /* most genomes an evaluator is asked for at once; 0: a default */
    uint64_t seed;
    ts_objective objective;
    ts_objectives also; /* any: the search is for the front of all of them */
    ts_breeding breeding;
} ts_search_settings;

typedef struct ts_search_task {
    const ts_strategy *strategy;
    const char *symbol;
    int64_t start_ms, end_ms; /* the window */
} ts_search_task;

/* Fills out[i] with the metrics of genomes[i], all valid and never seen before. 0 or -1. */
typedef struct ts_evaluator {
    int (*evaluate)(void *context, const ts_genome *genomes, size_t count, ts_metrics *out, ts_error *error);
    void *context;
} ts_evaluator;

typedef struct ts_candidate {
    ts_genome genome;
    ts_standing standing;
    ts_metrics metrics;
} ts_candidate;

/* One generation, or one batch of a search that has none. Scores are of feasible genomes, NaN without any. */
typedef struct ts_search_step {
    uint64_t evaluations; /* distinct, so far */
    double best;          /* so far, of the first objective, as the median is */
    size_t feasible;      /* in this generation or batch */
    double median;        /* of their scores */
    double diversity;     /* of a generation: how far its genes lie apart, 1 as if at random, 0 all alike; else NaN */
} ts_search_step;

/* What the statistics of selection need: the net Sharpe ratios (a year) of all distinct genomes that traded. */
typedef struct ts_trial_moments {
    uint64_t count;
    double mean, variance; /* sample variance, n - 1; 0 below two */
} ts_trial_moments;

typedef struct ts_search_result {
    ts_search_kind kind; /* what `auto` chose */
    ts_candidate *top;   /* feasible only, the best first; of several objectives the loneliest of the front */
    size_t top_count;
    size_t front; /* of several objectives: how many genomes with different scores no other one beats; else 0 */
    ts_search_step *step;
    size_t steps;
    uint64_t evaluations;          /* distinct genomes evaluated */
    uint64_t feasible, profitable; /* of them: feasible; with a net return above 0 */
    ts_trial_moments sharpe;
} ts_search_result;

/* Check settings against each other before any work. TS_USAGE names the one that is wrong and what it may be. */
int ts_search_check(const ts_search_settings *settings, ts_error *error);

/* The kind that `auto` becomes for a strategy. TS_USAGE when `exhaustive` was forced on more points than the budget. */
int ts_search_choose(const ts_search_settings *settings, const ts_strategy *strategy, ts_search_kind *kind,
                     ts_error *error);

/* Search; `result` is overwritten and freed with ts_search_result_clear. TS_BAD_DATA when `require` leaves no genome.
 */
int ts_search_run(const ts_search_settings *settings, const ts_search_task *task, const ts_evaluator *evaluator,
                  ts_search_result *result, ts_error *error);
void ts_search_result_clear(ts_search_result *result);

const char *ts_search_kind_name(ts_search_kind kind);

#endif

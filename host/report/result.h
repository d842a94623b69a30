/* A result: one winner with everything needed to know where it comes from and to make it again. */
#ifndef TS_HOST_RESULT_H
#define TS_HOST_RESULT_H

#include "common/json.h"
#include "host/engine/engine.h"
#include "host/search/search.h"
#include "host/series/series.h"
#include "host/study/study.h"

#include <stdbool.h>

/* Where numbers come from: a strategy on a window of a series under a simulation. Borrows its pointers. */
typedef struct ts_origin {
    const ts_strategy *strategy;
    const char *strategy_file; /* its file name when it is not of the catalogue, else NULL */
    const char *candles;       /* the file names as words of a command; NULL: from the store */
    char exchange[32], symbol[TS_SYMBOL_TEXT];
    int64_t interval_ms;
    int64_t load_from_ms;                  /* the first bar loaded: rows are computed from there */
    int64_t start_ms, end_ms;              /* the window traded, its end excluded */
    char fingerprint[TS_FINGERPRINT_TEXT]; /* of the first bar loaded to the end of the window */
    size_t bars;                           /* of the window */
    bool synthetic, fill_gaps, cut;        /* cut: the source begins earlier, as was asked for */
    ts_simulation simulation;
} ts_origin;

/* `first` and `bars` are the market's: the window within the series. */
void ts_origin_init(ts_origin *origin, const ts_strategy *strategy, const ts_series *series, size_t first, size_t bars,
                    const ts_simulation *simulation);

/* How much luck there was to be had, and what is left of a winner when it is taken off. Undefined is NaN. */
typedef struct ts_luck {
    uint64_t search_trials, run_trials; /* distinct trials that traded: of its search, of the whole run; of a
                                           walk-forward run its chains of test windows, as one of them is chosen */
    double spread;          /* variance of the search's trial Sharpe ratios per bar before costs, times (bars - 1) */
    double overfitting;     /* probability of backtest overfitting of its search */
    double deflated_sharpe; /* probability that its Sharpe ratio is better than the best of run_trials lucky ones */
} ts_luck;

/* Where a winner stood in its search. */
typedef struct ts_result {
    const ts_origin *origin;
    const ts_candidate *candidate;
    const ts_search_settings *search;
    const ts_walk_forward *walk_forward; /* NULL: the metrics are of the window that was searched */
    const ts_study *study;
    ts_search_kind kind;
    uint64_t evaluations; /* distinct genomes that competed */
    int rank;             /* among them, from 1 */
    ts_luck luck;
} ts_result;

/* What the trials of the winner's search, whose bar returns have these moments, leave of it. `run_trials` is the run's.
 */
ts_luck ts_luck_of(const ts_result *result, const ts_moments *moments, uint64_t run_trials);

/* The deflated Sharpe ratio alone, of a winner with these metrics. */
double ts_luck_deflated(const ts_metrics *metrics, const ts_moments *moments, double bars_per_year, double spread,
                        uint64_t run_trials);

/* Members of the open object: strategy, parameters, source of the candles, window and simulation. */
void ts_origin_json(ts_json *json, const ts_origin *origin, const ts_genome *genome);

/* A whole object: origin, search, the reproducing command, and "metrics". */
void ts_result_json(ts_json *json, const char *key, const ts_result *result);

/* The `tradestream backtest` command that makes the metrics again; names no back end, threads or folders. */
void ts_origin_command(ts_strbuf *text, const ts_origin *origin, const ts_genome *genome);

/* The `tradestream discover` command that finds the result again; of a walk-forward. */
void ts_search_command(ts_strbuf *text, const ts_result *result);

/* "short=12 long=26", in the strategy's order. */
void ts_genome_text(ts_strbuf *text, const ts_strategy *strategy, const ts_genome *genome);

extern const char *const ts_fill_names[];      /* by ts_fill, ended by NULL */
extern const char *const ts_direction_names[]; /* by ts_direction, ended by NULL */
#define TS_FILLS      "next_open|close"
#define TS_DIRECTIONS "long|short|both"

#endif

/* The examination of a winner: is it luck, an accident of its parameters, of its costs, of one good month? A verdict
 * with its reasons; every threshold is a setting. */
#ifndef TS_HOST_EXAMINATION_H
#define TS_HOST_EXAMINATION_H

#include "host/validation/bootstrap.h"
#include "host/validation/moments.h"
#include "host/validation/neighbourhood.h"

enum { TS_STRESSES = 4, TS_PERIODS_MOST = 1000 };

/* A stretch of time that a genome traded, begun flat. A search has one; a walk-forward one for each test window. */
typedef struct ts_segment {
    int64_t from_ms, to_ms;
    ts_genome genome;
    bool traded; /* false: nothing had been found for it */
} ts_segment;

/* What is examined. Of a search, `trials` and `spread` are its run's; see ts_luck. */
typedef struct ts_subject {
    const ts_market *market; /* the whole, as it was loaded */
    const ts_strategy *strategy;
    const ts_segment *segment;
    size_t segments;
    int64_t searched_from_ms, searched_to_ms; /* where the genome was found, the last train window of a walk-forward */
    ts_genome genome;
    double score; /* there */
    ts_objective objective;
    double trials, spread, overfitting;
} ts_subject;

typedef struct ts_examination_settings {
    double min_trades;          /* fewer: nothing can be said */
    double min_deflated_sharpe; /* probability that it is not luck */
    double max_overfitting;     /* probability of backtest overfitting */
    double min_plateau;         /* median score of the neighbours, as a share of its own */
    double min_periods;         /* share of the periods that earn */
    double stress;              /* multiple of the costs at which it must still earn */
    bool benchmark;             /* must have a larger Sharpe ratio than buying and holding */
    size_t periods;             /* that one segment is cut into; several segments are periods themselves */
    ts_bootstrap_settings bootstrap;
} ts_examination_settings;

typedef struct ts_stress {
    double costs, sharpe, total_return, max_drawdown;
} ts_stress;

typedef struct ts_period {
    int64_t from_ms, to_ms;
    ts_metrics metrics;
} ts_period;

typedef enum ts_verdict { TS_APPROVED, TS_REJECTED, TS_INSUFFICIENT_DATA } ts_verdict;
extern const char *const ts_verdict_names[];

typedef enum ts_check {
#define TS_CHECK(name, what, least) TS_CHECK_##name,
#include "host/validation/checks.def"
#undef TS_CHECK
    TS_CHECKS
} ts_check;

/* NaN: does not apply, and holds. */
typedef struct ts_checked {
    double value, limit;
    bool holds;
} ts_checked;

typedef struct ts_examination {
    ts_metrics metrics; /* of all segments, stitched */
    ts_moments moments; /* of their bar returns */
    double deflated_sharpe;
    ts_plateau plateau;
    ts_stress stress[TS_STRESSES];
    ts_period *period;
    size_t periods;
    ts_bootstrap bootstrap;
    ts_checked check[TS_CHECKS];
    ts_verdict verdict;
} ts_examination;

/* Freed with ts_examination_clear. */
int ts_examine(ts_engine *engine, const ts_subject *subject, const ts_examination_settings *settings,
               ts_examination *examination, ts_error *error);
void ts_examination_clear(ts_examination *examination);

/* Fill in the checks and the verdict from everything else. */
void ts_examination_judge(const ts_subject *subject, const ts_examination_settings *settings,
                          ts_examination *examination);

/* A check as a sentence: "deflated_sharpe 0.412: expected at least 0.95, the probability ...". */
void ts_check_text(char *text, size_t size, ts_check check, const ts_checked *checked);
const char *ts_check_name(ts_check check);

#endif

/* What a search optimises, and the total order of genomes that follows from it. */
#ifndef TS_HOST_OBJECTIVE_H
#define TS_HOST_OBJECTIVE_H

#include "common/error.h"
#include "host/language/strategy.h"
#include "host/metrics/metrics.h"

#include <stdbool.h>

typedef struct ts_objective {
    const char *name;    /* "tradestream" or a metric's key */
    int metric;          /* its number; -1 for the composite `tradestream` */
    bool lower;          /* a smaller score is better */
    double min_trades;   /* fewer: infeasible */
    double max_drawdown; /* larger: infeasible */
} ts_objective;

enum { TS_OBJECTIVES_MAX = 4, TS_ALSO_MAX = TS_OBJECTIVES_MAX - 1 };

/* How one genome did, as far as the order needs it. */
typedef struct ts_standing {
    double score;             /* NaN: undefined */
    double also[TS_ALSO_MAX]; /* the scores of further objectives: see ts_objectives */
    double trades, drawdown;
    bool feasible; /* enough trades, a drawdown within the limit, and a score */
} ts_standing;

/* Any metric's key or `tradestream`; the limits are left as they are. TS_USAGE names the nearest key. */
int ts_objective_parse(const char *name, ts_objective *objective, ts_error *error);

double ts_objective_score(const ts_objective *objective, const ts_metrics *metrics);
ts_standing ts_objective_stand(const ts_objective *objective, const ts_metrics *metrics);

/* Negative when a comes before b: the feasible first, by score; the infeasible by more trades, then by the smaller
 * drawdown; ties by genome. 0 only for the same genome. */
int ts_objective_compare(const ts_objective *objective, const ts_standing *a, const ts_genome *genome_a,
                         const ts_standing *b, const ts_genome *genome_b);

#endif

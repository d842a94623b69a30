/* Scores and the order of genomes. `tradestream` is the published score of the original platform:
 * 0.25 N(sharpe) + 0.20 (1 - max drawdown) + 0.20 win rate + 0.20 N(annual return) + 0.15 N(profit factor),
 * N(x) = (x + 1) / 3 clamped to 0..1, N(undefined) = 0, and 1 for the profit factor of trades without a loss. */
#include "host/metrics/objective.h"

#include "common/nearest.h"

#include <math.h>
#include <string.h>

static const char composite_name[] = "tradestream";

int ts_objective_parse(const char *name, ts_objective *objective, ts_error *error)
{
    if (strcmp(name, composite_name) == 0) {
        objective->name = composite_name;
        objective->metric = -1;
        objective->lower = false;
        return 0;
    }
    int metric = ts_metric_find(name);
    if (metric >= 0) {
        objective->name = ts_metric_table[metric].name;
        objective->metric = metric;
        objective->lower = ts_metric_table[metric].better == TS_LOWER;
        return 0;
    }
    ts_nearest nearest = {.word = name};
    ts_nearest_try(&nearest, composite_name);
    for (int i = 0; i < TS_METRICS; i++) ts_nearest_try(&nearest, ts_metric_table[i].name);
    if (nearest.best) return ts_fail(error, TS_USAGE, "no objective \"%s\": did you mean %s?", name, nearest.best);
    return ts_fail(error, TS_USAGE,
                   "no objective \"%s\": expected %s or one metric's key, such as sharpe or total_return", name,
                   composite_name);
}

/* N of the formula. */
static double normal(double x)
{
    if (isnan(x)) return 0;
    double y = (x + 1) / 3;
    return y < 0 ? 0 : y > 1 ? 1 : y;
}

static double composite(const ts_metrics *metrics)
{
    const double *m = metrics->value;
    double win_rate = isnan(m[TS_METRIC_win_rate]) ? 0 : m[TS_METRIC_win_rate];
    double profit_factor = normal(m[TS_METRIC_profit_factor]);
    if (isnan(m[TS_METRIC_profit_factor]) && m[TS_METRIC_trades] > 0) profit_factor = 1;
    return 0.25 * normal(m[TS_METRIC_sharpe]) + 0.20 * (1 - m[TS_METRIC_max_drawdown]) + 0.20 * win_rate +
           0.20 * normal(m[TS_METRIC_annual_return]) + 0.15 * profit_factor;
}

double ts_objective_score(const ts_objective *objective, const ts_metrics *metrics)
{
    return objective->metric < 0 ? composite(metrics) : metrics->value[objective->metric];
}

ts_standing ts_objective_stand(const ts_objective *objective, const ts_metrics *metrics)
{
    ts_standing standing = {.score = ts_objective_score(objective, metrics),
                            .trades = metrics->value[TS_METRIC_trades],
                            .drawdown = metrics->value[TS_METRIC_max_drawdown]};
    standing.feasible = standing.trades >= objective->min_trades && standing.drawdown <= objective->max_drawdown &&
                        !isnan(standing.score);
    return standing;
}

/* -1 when x comes first by being smaller, 1 when larger, 0 when equal; an undefined number comes last. */
static int ascending(double x, double y)
{
    if (isnan(x) || isnan(y)) return (isnan(x) != 0) - (isnan(y) != 0);
    return (x > y) - (x < y);
}

int ts_objective_compare(const ts_objective *objective, const ts_standing *a, const ts_genome *genome_a,
                         const ts_standing *b, const ts_genome *genome_b)
{
    if (a->feasible != b->feasible) return a->feasible ? -1 : 1;
    int order;
    if (a->feasible) {
        order = objective->lower ? ascending(a->score, b->score) : ascending(b->score, a->score);
    } else {
        order = ascending(b->trades, a->trades);
        if (order == 0) order = ascending(a->drawdown, b->drawdown);
    }
    return order ? order : ts_genome_compare(genome_a, genome_b);
}

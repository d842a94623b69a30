/* The verdict: a table of checks, each a value against a limit. */
#include "host/validation/examination.h"

#include <math.h>
#include <stdio.h>

typedef enum comparison { AT_LEAST, AT_MOST, ABOVE } comparison;

static const struct {
    const char *name, *what;
    comparison how;
} table[TS_CHECKS] = {
#define TS_CHECK(name, what, how) [TS_CHECK_##name] = {#name, what, how},
#include "host/validation/checks.def"
#undef TS_CHECK
};

const char *const ts_verdict_names[] = {"APPROVED", "REJECTED", "INSUFFICIENT_DATA"};

static bool holds(comparison how, double value, double limit)
{
    if (isnan(value)) return true;
    return how == AT_LEAST ? value >= limit : how == AT_MOST ? value <= limit : value > limit;
}

/* The neighbours' median as a share of the winner's score, whichever way is better; 0 where the score is not good
 * enough to have a share, or most neighbours are infeasible. */
static double plateau_share(const ts_subject *subject, const ts_plateau *plateau)
{
    double own = subject->score, median = plateau->median;
    if (!plateau->neighbours) return NAN;
    if (isnan(median)) return 0;
    if (subject->objective.lower) return median > 0 ? own / median : 1;
    return own > 0 ? median / own : 0;
}

static double return_at(const ts_examination *e, double costs)
{
    for (int i = 0; i < TS_STRESSES; i++)
        if (e->stress[i].costs == costs) return e->stress[i].total_return;
    return NAN;
}

static double earning_periods(const ts_examination *e)
{
    double earning = 0;
    for (size_t i = 0; i < e->periods; i++) earning += e->period[i].metrics.value[TS_METRIC_total_return] > 0;
    return e->periods ? earning / (double)e->periods : NAN;
}

/* Where trials differ by no more than chance makes equal ones differ, the choice among them is one of chance, in-sample
 * and out, good trials or bad: overfitting near 0.5 says nothing about the chosen one there. */
void ts_examination_judge(const ts_subject *subject, const ts_examination_settings *settings, ts_examination *e)
{
    const double *metric = e->metrics.value;
    double root = sqrt(ts_market_simulation(subject->market)->bars_per_year);
    const struct {
        double value, limit;
    } row[TS_CHECKS] = {
        [TS_CHECK_trades] = {metric[TS_METRIC_trades], settings->min_trades},
        [TS_CHECK_total_return] = {metric[TS_METRIC_total_return], 0},
        [TS_CHECK_deflated_sharpe] = {e->deflated_sharpe, settings->min_deflated_sharpe},
        [TS_CHECK_overfitting] = {subject->spread > 1 ? subject->overfitting : NAN, settings->max_overfitting},
        [TS_CHECK_plateau] = {plateau_share(subject, &e->plateau), settings->min_plateau},
        [TS_CHECK_stress] = {return_at(e, settings->stress), 0},
        [TS_CHECK_sharpe_low] = {e->bootstrap.sharpe_interval.low * root, 0},
        [TS_CHECK_periods] = {earning_periods(e), settings->min_periods},
        [TS_CHECK_excess_sharpe] = {settings->benchmark ? metric[TS_METRIC_sharpe] - metric[TS_METRIC_buy_hold_sharpe]
                                                        : NAN,
                                    0},
    };
    e->verdict = TS_APPROVED;
    for (int i = 0; i < TS_CHECKS; i++) {
        e->check[i] = (ts_checked){row[i].value, row[i].limit, holds(table[i].how, row[i].value, row[i].limit)};
        if (!e->check[i].holds) e->verdict = TS_REJECTED;
    }
    if (!e->check[TS_CHECK_trades].holds || isnan(e->deflated_sharpe)) e->verdict = TS_INSUFFICIENT_DATA;
}

const char *ts_check_name(ts_check check) { return table[check].name; }

void ts_check_text(char *text, size_t size, ts_check check, const ts_checked *checked)
{
    static const char *const words[] = {"at least", "at most", "more than"};
    snprintf(text, size, "%s %.4g: expected %s %.4g, %s", table[check].name, checked->value, words[table[check].how],
             checked->limit, table[check].what);
}

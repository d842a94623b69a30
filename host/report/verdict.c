/* What must be said before a leaderboard is believed. */
#include "host/report/leaderboard.h"

#include <inttypes.h>

/* How much of a result's loss was costs. Fees are known in units of the starting equity; slippage is taken on the same
 * traded value, so that both together are fees x (1 + slippage / fee). False when fees do not tell. */
static bool costs(const ts_result *result, double *value)
{
    const ts_simulation *simulation = &result->origin->simulation;
    *value = 0;
    if (simulation->fee <= 0) return simulation->slippage <= 0;
    *value = result->candidate->metrics.value[TS_METRIC_fees_paid] * (1 + simulation->slippage / simulation->fee);
    return true;
}

static void say_no_profit(ts_strbuf *text, const ts_result *results, size_t count, const ts_run_totals *totals)
{
    double lost = 0, paid = 0, least = results[0].candidate->metrics.value[TS_METRIC_total_return];
    bool known = true;
    for (size_t i = 0; i < count; i++) {
        double one, change = results[i].candidate->metrics.value[TS_METRIC_total_return];
        known = costs(&results[i], &one) && known;
        paid += one;
        lost -= change;
        if (change > least) least = change;
    }
    ts_strbuf_printf(text, "NO PROFIT: none of these rows has a positive net return, the best is %.2f %%", least * 100);
    if (known && lost > 0 && paid < lost)
        ts_strbuf_printf(text, "; fees and slippage took %.0f %% of what they lost", 100 * paid / lost);
    else if (known && lost > 0)
        ts_strbuf_printf(text, "; fees and slippage took all of it: %.1f times what they lost", paid / lost);
    if (totals->profitable)
        ts_strbuf_printf(text, " (%" PRIu64 " of %" PRIu64 " genomes tried had one)", totals->profitable,
                         totals->evaluations);
    ts_strbuf_puts(text, ".\n");
}

static void say_none_feasible(ts_strbuf *text, const ts_run_totals *totals)
{
    const ts_objective *objective = totals->objective;
    ts_strbuf_printf(text, "NO FEASIBLE GENOME: none of %" PRIu64 " evaluated has at least %.0f trades",
                     totals->evaluations, objective->min_trades);
    if (objective->max_drawdown < 1)
        ts_strbuf_printf(text, ", a drawdown of at most %g %%", objective->max_drawdown * 100);
    ts_strbuf_puts(text, " and a defined ");
    ts_objectives_text(text, objective, totals->also ? totals->also : &(ts_objectives){0});
    ts_strbuf_puts(text, ". More candles, or a smaller --min-trades, may help.\n");
}

static void say_aim(ts_strbuf *text, const ts_objective *objective)
{
    ts_strbuf_printf(text, "%s (%s is better)", objective->name, objective->lower ? "less" : "more");
}

void ts_leaderboard_title(ts_strbuf *text, size_t count, const ts_run_totals *totals)
{
    const ts_objectives *also = totals->also;
    if (!also || !also->count || !count) return;
    ts_strbuf_puts(text, "FRONT of ");
    say_aim(text, totals->objective);
    for (size_t i = 0; i < also->count; i++) {
        ts_strbuf_puts(text, i + 1 < also->count ? ", " : " and ");
        say_aim(text, &also->of[i]);
    }
    ts_strbuf_printf(text,
                     ": of the same strategy and symbol no genome tried is better than a row in one of them and worse "
                     "in none. Sorted by %s, which is no ranking",
                     totals->objective->name);
    if (totals->front > count)
        ts_strbuf_printf(text, "; kept are the %zu of %" PRIu64 " that are farthest from their neighbours (--top)",
                         count, totals->front);
    ts_strbuf_puts(text, ".\n");
}

void ts_leaderboard_verdict(ts_strbuf *text, const ts_result *results, size_t count, const ts_run_totals *totals)
{
    bool profit = false;
    for (size_t i = 0; i < count; i++)
        profit = profit || results[i].candidate->metrics.value[TS_METRIC_total_return] > 0;
    if (count == 0) say_none_feasible(text, totals);
    else if (!profit) say_no_profit(text, results, count, totals);
    if (totals->synthetic) ts_strbuf_puts(text, TS_SYNTHETIC_WARNING);
}

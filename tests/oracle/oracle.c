/* The oracle's door: conditions from the strategy's trees, the walk, the metrics, and the same window bought and held.
 */
#include "tests/oracle/oracle.h"

#include "tests/oracle/simulator.h"

#include <stdlib.h>
#include <string.h>

/* The `rows` of a run are too large for the stack. */
static rows *rows_open(const ts_series *series, const double *parameter)
{
    rows *all = calloc(1, sizeof *all);
    if (!all) oracle_fault("no memory", "");
    all->series = series;
    all->parameter = parameter;
    all->bars = series ? series->bars : 0;
    return all;
}

static void rows_close(rows *all)
{
    rows_clear(all);
    free(all);
}

/* The warm-up of a tree, with that of the ATRs which its rules look at. */
static size_t warmup_with_rules(const rows *all, const ts_expression *tree)
{
    size_t deepest = tree ? warmup_of(all, tree) : 0;
    if (!tree || tree->type != TS_RULE) return deepest;
    if (tree->kind == TS_CALL && tree->operands == 2) return (size_t)number_of(all, tree->operand[0]);
    for (int i = 0; i < tree->operands; i++) {
        size_t warmup = warmup_with_rules(all, tree->operand[i]);
        if (warmup > deepest) deepest = warmup;
    }
    return deepest;
}

static size_t strategy_warmup(const rows *all, const ts_strategy *strategy)
{
    const ts_expression *tree[] = {strategy->entry, strategy->exit, strategy->short_entry, strategy->short_exit};
    size_t deepest = 0;
    for (size_t i = 0; i < sizeof tree / sizeof *tree; i++) {
        size_t warmup = warmup_with_rules(all, tree[i]);
        if (warmup > deepest) deepest = warmup;
    }
    return deepest;
}

size_t ts_oracle_warmup(const ts_strategy *strategy, const double *parameter)
{
    rows *all = rows_open(NULL, parameter);
    size_t warmup = strategy_warmup(all, strategy);
    rows_close(all);
    return warmup;
}

void ts_oracle_row(const ts_series *series, const ts_expression *tree, const double *parameter, double *out)
{
    rows *all = rows_open(series, parameter);
    memcpy(out, row_of(all, tree), series->bars * sizeof *out);
    rows_close(all);
}

static void conditions_of(rows *all, const ts_strategy *strategy, conditions *when)
{
    bool shorts = strategy->direction == TS_SHORT;
    memset(when, 0, sizeof *when);
    *(shorts ? &when->short_entry : &when->long_entry) = row_of(all, strategy->entry);
    exit_of(all, strategy->exit, shorts ? &when->short_exit : &when->long_exit);
    when->warmup = strategy_warmup(all, strategy);
    when->reversal = strategy->direction == TS_BOTH;
    if (!when->reversal) return;
    when->short_entry = row_of(all, strategy->short_entry);
    exit_of(all, strategy->short_exit, &when->short_exit);
}

static void window_of(const ts_series *series, const ts_oracle_settings *settings, ts_oracle_result *result)
{
    size_t first = 0, end = series->bars;
    while (first < end && series->time[first] < settings->from_ms) first++;
    while (end > first && series->time[end - 1] >= settings->to_ms) end--;
    if (end - first < 2) oracle_fault("a window of fewer than 2 bars", "");
    result->first = first;
    result->bars = end - first;
}

/* Bought at the first possible fill of the window and held to its end. */
static void buy_and_hold(rows *all, const ts_oracle_settings *settings, ts_oracle_result *result)
{
    ts_oracle_result held = {.first = result->first, .bars = result->bars};
    conditions when = {.long_entry = row_new(all)};
    for (size_t t = 0; t < all->bars; t++) when.long_entry[t] = t == result->first;
    totals sums = oracle_simulate(all->series, &when, settings, &held);
    oracle_measure(all->series, &sums, settings, &held);
    const ts_metric from[] = {TS_METRIC_total_return, TS_METRIC_sharpe, TS_METRIC_max_drawdown};
    const ts_metric to[] = {TS_METRIC_buy_hold_return, TS_METRIC_buy_hold_sharpe, TS_METRIC_buy_hold_max_drawdown};
    for (int i = 0; i < 3; i++) {
        result->metrics.value[to[i]] = held.metrics.value[from[i]];
        result->tolerance.value[to[i]] = held.tolerance.value[from[i]];
    }
    result->metrics.value[TS_METRIC_excess_return] =
        result->metrics.value[TS_METRIC_total_return] - held.metrics.value[TS_METRIC_total_return];
    result->tolerance.value[TS_METRIC_excess_return] =
        result->tolerance.value[TS_METRIC_total_return] + held.tolerance.value[TS_METRIC_total_return];
    ts_oracle_clear(&held);
}

void ts_oracle_run(const ts_series *series, const ts_strategy *strategy, const double *parameter,
                   const ts_oracle_settings *settings, ts_oracle_result *result)
{
    rows *all = rows_open(series, parameter);
    conditions when;
    memset(result, 0, sizeof *result);
    window_of(series, settings, result);
    conditions_of(all, strategy, &when);
    totals sums = oracle_simulate(series, &when, settings, result);
    oracle_measure(series, &sums, settings, result);
    result->metrics.value[TS_METRIC_warmup] = (double)when.warmup;
    result->tolerance.value[TS_METRIC_warmup] = 0;
    buy_and_hold(all, settings, result);
    rows_close(all);
}

void ts_oracle_clear(ts_oracle_result *result)
{
    free(result->trade);
    free(result->equity);
    free(result->position);
    memset(result, 0, sizeof *result);
}

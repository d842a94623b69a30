/* The comparison of engine and oracle, field by field. */
#include "tests/agreement.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

ts_simulation usual_simulation(void)
{
    return (ts_simulation){.fill = TS_FILL_NEXT_OPEN,
                           .fee = 0.001,
                           .slippage = 0.0001,
                           .bars_per_year = 525600,
                           .risk_free = 0,
                           .from_ms = INT64_MIN,
                           .to_ms = INT64_MAX};
}

void oracle_of(const ts_series *series, const ts_simulation *simulation, const ts_strategy *strategy,
               const ts_genome *genome, ts_oracle_result *result)
{
    double parameter[TS_PARAMETERS_MAX] = {0};
    for (int i = 0; i < strategy->parameters; i++) parameter[i] = ts_genome_value(strategy, genome, i);
    ts_oracle_settings settings = {simulation->fill == TS_FILL_CLOSE,
                                   simulation->fee,
                                   simulation->slippage,
                                   simulation->bars_per_year,
                                   simulation->risk_free,
                                   simulation->from_ms,
                                   simulation->to_ms};
    ts_oracle_run(series, strategy, parameter, &settings, result);
}

/* NaN equals NaN; what the oracle cannot represent the engine must not either. */
static bool close_enough(double ours, double theirs, double tolerance)
{
    if (tolerance == INFINITY) return true;
    if (!isfinite(theirs)) return !isfinite(ours);
    return fabs(ours - theirs) <= tolerance;
}

static bool metrics_agree(agreement *all, const ts_metrics *ours, const ts_oracle_result *oracle)
{
    for (int i = 0; i < TS_METRICS; i++) {
        double a = ours->value[i], b = oracle->metrics.value[i], tolerance = oracle->tolerance.value[i];
        if (ts_metric_table[i].kind != TS_KIND_REAL ? a == b : close_enough(a, b, tolerance)) continue;
        ts_strbuf_printf(&all->why, "%s: engine %.17g, oracle %.17g, tolerance %.3g", ts_metric_table[i].name, a, b,
                         tolerance);
        return false;
    }
    return true;
}

static bool trade_agrees(const ts_trade *a, const ts_oracle_trade *b)
{
    return a->entry_bar == b->entry_bar && a->exit_bar == b->exit_bar && a->entry_price == b->entry_price &&
           a->exit_price == b->exit_price && a->side == b->side && a->bars_held == b->bars_held &&
           fabs(a->change - b->change) <= 1e-12 * (2 + b->change) && strcmp(a->reason, b->reason) == 0;
}

static bool trades_agree(agreement *all, const ts_backtest *ours, const ts_oracle_result *oracle)
{
    for (size_t i = 0; i < ours->trades && i < oracle->trades; i++) {
        const ts_trade *a = &ours->trade[i];
        const ts_oracle_trade *b = &oracle->trade[i];
        if (trade_agrees(a, b)) continue;
        ts_strbuf_printf(
            &all->why,
            "trade %zu: engine %+d bars %zu to %zu (%zu held) prices %.17g %.17g change %.17g %s; oracle %+d "
            "bars %zu to %zu (%zu held) prices %.17g %.17g change %.17g %s",
            i, a->side, a->entry_bar, a->exit_bar, a->bars_held, a->entry_price, a->exit_price, a->change, a->reason,
            b->side, b->entry_bar, b->exit_bar, b->bars_held, b->entry_price, b->exit_price, b->change, b->reason);
        return false;
    }
    if (ours->trades == oracle->trades) return true;
    ts_strbuf_printf(&all->why, "engine %zu trades, oracle %zu", ours->trades, oracle->trades);
    return false;
}

static bool curves_agree(agreement *all, const ts_backtest *ours, const ts_oracle_result *oracle)
{
    for (size_t i = 0; i < oracle->bars; i++) {
        double a = ours->equity[i], b = oracle->equity[i];
        if (fabs(a - b) <= 1e-12 * (1 + fabs(b)) && ours->position[i] == oracle->position[i]) continue;
        ts_strbuf_printf(&all->why, "bar %zu of the window: engine equity %.17g position %d, oracle %.17g %d", i, a,
                         ours->position[i], b, oracle->position[i]);
        return false;
    }
    return true;
}

/* ts_evaluate in the batch, ts_backtest_run alone, and the oracle. */
static bool genome_agrees(agreement *all, ts_engine *engine, const ts_market *market, const ts_strategy *strategy,
                          const ts_genome *genome, const ts_metrics *batch, const ts_oracle_result *oracle)
{
    ts_backtest alone = {0};
    ts_error error = {0};
    if (ts_backtest_run(engine, market, strategy, genome, &alone, &error)) {
        ts_strbuf_printf(&all->why, "backtest: %s", error.text);
        return false;
    }
    bool same =
        trades_agree(all, &alone, oracle) && metrics_agree(all, batch, oracle) && curves_agree(all, &alone, oracle);
    if (same && memcmp(&alone.metrics, batch, sizeof *batch) != 0) {
        for (int i = 0; i < TS_METRICS; i++)
            if (memcmp(&alone.metrics.value[i], &batch->value[i], sizeof(double)) != 0)
                ts_strbuf_printf(&all->why, "%s: %.17g alone, %.17g in a batch; ", ts_metric_table[i].name,
                                 alone.metrics.value[i], batch->value[i]);
        same = false;
    }
    all->genomes++;
    all->trades += oracle->trades;
    ts_backtest_clear(&alone);
    return same;
}

static bool warmup_fits(const ts_market *market, const ts_strategy *strategy, const ts_genome *genome)
{
    double parameter[TS_PARAMETERS_MAX] = {0};
    for (int k = 0; k < strategy->parameters; k++) parameter[k] = ts_genome_value(strategy, genome, k);
    return ts_oracle_warmup(strategy, parameter) < ts_market_first(market) + ts_market_bars(market);
}

/* A genome whose warm-up is too long makes no trades in a batch and is refused alone. */
static bool misfit_agrees(agreement *all, ts_engine *engine, const ts_market *market, const ts_strategy *strategy,
                          const ts_genome *genome, const ts_metrics *batch, const ts_oracle_result *oracle)
{
    ts_backtest alone = {0};
    ts_error error = {0};
    bool refused = ts_backtest_run(engine, market, strategy, genome, &alone, &error) != 0;
    if (!refused) ts_strbuf_puts(&all->why, "a warm-up longer than the series was accepted");
    ts_backtest_clear(&alone);
    all->misfits++;
    return refused && metrics_agree(all, batch, oracle) && batch->value[TS_METRIC_trades] == 0;
}

bool agree(agreement *all, ts_engine *engine, const ts_series *series, const ts_simulation *simulation,
           const ts_strategy *strategy, const ts_genome *genomes, size_t count)
{
    ts_error error = {0};
    ts_metrics *metrics = calloc(count, sizeof *metrics);
    ts_market *market = ts_market_new(series, simulation, &error);
    bool same = market && metrics && !ts_evaluate(engine, market, strategy, genomes, count, metrics, &error);
    if (!same) ts_strbuf_printf(&all->why, "not evaluated: %s", error.text);
    for (size_t i = 0; same && i < count; i++) {
        ts_oracle_result oracle;
        oracle_of(series, simulation, strategy, &genomes[i], &oracle);
        same = (warmup_fits(market, strategy, &genomes[i]) ? genome_agrees : misfit_agrees)(
            all, engine, market, strategy, &genomes[i], &metrics[i], &oracle);
        ts_oracle_clear(&oracle);
    }
    ts_market_free(market);
    free(metrics);
    return same;
}

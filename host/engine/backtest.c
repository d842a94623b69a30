/* One genome in detail: the trades that the walk recorded, and the equity curve they make. */
#include "host/engine/engine_internal.h"

#include "common/memory.h"
#include "host/language/functions.h"
#include "host/plan/instantiate.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *rule_name(const ts_planned *planned, int rule)
{
    for (int i = 0; i < ts_function_count; i++)
        if (ts_functions[i].lowering == TS_BY_POSITION && ts_functions[i].kernel == planned->rule[rule].kind)
            return ts_functions[i].name;
    return "exit";
}

static const char *reason_of(const ts_planned *planned, uint8_t reason)
{
    if (reason == TS_REASON_END) return "end";
    if (reason == TS_REASON_RUIN) return "ruin";
    return reason ? rule_name(planned, reason - 1) : "exit";
}

static ts_trade describe(const ts_market *market, const ts_planned *planned, const ts_recorded *recorded, double before)
{
    const ts_bar *entry = &market->bar[recorded->entry], *exit = &market->bar[recorded->exit];
    int side = recorded->flags & TS_PAIR_SHORT ? -1 : 1;
    bool at_end = recorded->reason == TS_REASON_END, ruin = recorded->reason == TS_REASON_RUIN;
    double out = at_end || ruin ? exit->close : exit->fill, slip = ruin ? 0 : market->simulation.slippage;
    return (ts_trade){.entry_ms = market->time[recorded->entry],
                      .exit_ms = market->time[recorded->exit],
                      .entry_bar = recorded->entry,
                      .exit_bar = recorded->exit,
                      .entry_price = entry->fill * (1 + side * market->simulation.slippage),
                      .exit_price = out * (1 - side * slip),
                      .side = side,
                      .change = recorded->cash / before - 1,
                      .bars_held = recorded->exit - recorded->entry + at_end,
                      .reason = reason_of(planned, recorded->reason)};
}

/* Equity marked at each close of the trade, before its exit. */
static void draw(const ts_market *market, const ts_trade *trade, double before, ts_backtest *out)
{
    double invested = before * (1 - market->simulation.fee), units = invested / trade->entry_price;
    for (size_t bar = trade->entry_bar; bar < trade->exit_bar; bar++) {
        double close = market->bar[bar].close;
        out->equity[bar - market->first] = trade->side > 0 ? units * close : 2 * invested - units * close;
        out->position[bar - market->first] = (int8_t)trade->side;
    }
    if (strcmp(trade->reason, "end") == 0) out->position[trade->exit_bar - market->first] = (int8_t)trade->side;
}

static int detail(const ts_market *market, const ts_planned *planned, const ts_recorder *recorder, ts_backtest *out,
                  ts_error *error)
{
    out->trade = ts_alloc(recorder->trades + 1, sizeof *out->trade);
    out->equity = ts_alloc(market->bars, sizeof *out->equity);
    out->position = ts_alloc(market->bars, sizeof *out->position);
    if (!out->trade || !out->equity || !out->position) return ts_no_memory(error, "the trades");
    double cash = 1;
    size_t flat = market->first; /* bar from which cash is held */
    for (size_t i = 0; i < recorder->trades; i++) {
        const ts_recorded *recorded = &recorder->trade[i];
        out->trade[i] = describe(market, planned, recorded, cash);
        for (; flat < recorded->entry; flat++) out->equity[flat - market->first] = cash;
        draw(market, &out->trade[i], cash, out);
        cash = recorded->cash;
        flat = recorded->exit;
    }
    for (; flat < market->loaded; flat++) out->equity[flat - market->first] = cash;
    out->trades = recorder->trades;
    return 0;
}

static int check_warmup(const ts_market *market, const ts_planned *planned, ts_error *error)
{
    if (planned->warmup < (int64_t)market->loaded) return 0;
    return ts_fail(error, TS_BAD_DATA, "the warm-up of %" PRId64 " bars is not shorter than the %zu bars loaded",
                   planned->warmup, market->loaded);
}

static int record(ts_engine *engine, const ts_market *market, const ts_strategy *strategy, const ts_genome *genome,
                  ts_recorder *recorder, ts_metrics *metrics, ts_error *error)
{
    const ts_walks walks = {.market = market, .count = 1, .metrics = metrics};
    const ts_walker walker = {0};
    const size_t block[2] = {0, 1};
    _Atomic uint64_t looked_at = 0; /* again: not evaluated */
    ts_walk_job job = {.walks = &walks,
                       .walker = &walker,
                       .block = block,
                       .walkers = 1,
                       .genome_bars = &looked_at,
                       .recorder = recorder};
    return ts_engine_walk(engine, strategy, genome, 1, &job, error);
}

int ts_backtest_run(ts_engine *engine, const ts_market *market, const ts_strategy *strategy, const ts_genome *genome,
                    ts_backtest *out, ts_error *error)
{
    ts_recorder recorder = {0};
    ts_planned planned;
    memset(out, 0, sizeof *out);
    ts_dag *dag = ts_dag_new(error);
    int status = dag && !ts_plan_genome(dag, strategy, genome, &planned, error) ? 0 : -1;
    if (!status) status = check_warmup(market, &planned, error);
    if (!status) status = record(engine, market, strategy, genome, &recorder, &out->metrics, error);
    if (!status) status = detail(market, &planned, &recorder, out, error);
    ts_dag_free(dag);
    free(recorder.trade);
    if (status) ts_backtest_clear(out);
    return status;
}

void ts_backtest_clear(ts_backtest *backtest)
{
    free(backtest->trade), free(backtest->equity), free(backtest->position);
    memset(backtest, 0, sizeof *backtest);
}

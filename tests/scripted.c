/* Running a scripted market. */
#include "tests/scripted.h"

#include "tests/agreement.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

ts_simulation with_costs(ts_fill fill, double fee, double slippage)
{
    ts_simulation simulation = usual_simulation();
    simulation.fill = fill;
    simulation.fee = fee;
    simulation.slippage = slippage;
    simulation.bars_per_year = 10;
    return simulation;
}

ts_simulation free_of_costs(ts_fill fill) { return with_costs(fill, 0, 0); }

void near(double got, double want)
{
    if (!(fabs(got - want) <= 1e-12) && !(isnan(got) && isnan(want))) fail_msg("%.17g, expected %.17g", got, want);
}

static void make_series(const script *what, ts_series *series)
{
    ts_error error = {0};
    int64_t time = 0;
    for (int t = 0; t < what->bars; t++) {
        double open = what->open[t], close = what->close[t];
        ts_candle candle = {time,
                            {open, open > close ? open : close, open < close ? open : close, close, what->code[t]}};
        if (ts_series_append(series, &candle, &error)) fail_msg("%s", error.text);
        time += 60000 * (t == 1 ? 1 + what->absent : 1);
    }
    series->interval_ms = 60000;
}

ts_backtest run_script(const script *what)
{
    ts_error error = {0};
    ts_series series = {0};
    ts_backtest result;
    agreement all = {0};
    ts_genome genome = {{0}};
    ts_strategy_text text = {.name = "SCRIPT",
                             .description = "scripted",
                             .direction = what->direction,
                             .entry = what->entry ? what->entry : IS(1),
                             .exit = what->exit ? what->exit : IS(2),
                             .short_entry = what->short_entry,
                             .short_exit = what->short_exit};
    make_series(what, &series);
    ts_engine *engine = ts_engine_new("auto", 1, &error);
    ts_strategy *strategy = engine ? ts_strategy_new(&text, &error) : NULL;
    ts_market *market = strategy ? ts_market_new(&series, &what->simulation, &error) : NULL;
    if (!market) fail_msg("%s", error.text);
    if (!agree(&all, engine, &series, &what->simulation, strategy, &genome, 1)) fail_msg("%s", all.why.text);
    if (ts_backtest_run(engine, market, strategy, &genome, &result, &error)) fail_msg("%s", error.text);
    ts_strbuf_clear(&all.why);
    ts_market_free(market);
    ts_strategy_free(strategy);
    ts_engine_free(engine);
    ts_series_clear(&series);
    return result;
}

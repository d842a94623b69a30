/* The metrics by hand: five bars, two trades, fees of 1 %, filled at the close, ten bars a year. */
#include "tests/scripted.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#define METRIC(name) result.metrics.value[TS_METRIC_##name]

/* Closes 100 110 100 80 90; in at 0, out at 1, in at 2, out at 3.
 *   bar 0   0.99 buys 0.0099 units                          e = 0.99           r = -0.01
 *   bar 1   worth 1.089, sold for 1.089 * 0.99              e = 1.07811        r = 1.07811 / 0.99 - 1 = 0.089
 *   bar 2   1.07811 * 0.99 = 1.0673289 invested             e = 1.0673289      r = -0.01
 *   bar 3   worth 0.8 of it, 0.85386312, sold less 1 %      e = 0.8453244888   r = 0.8 * 0.99 - 1 = -0.208
 *   bar 4   flat                                            e = 0.8453244888   r = 0 */
static const script two_trades = {
    .bars = 5, .open = {100, 110, 100, 80, 90}, .close = {100, 110, 100, 80, 90}, .code = {1, 2, 1, 2, 0}};

static ts_backtest run_two_trades(void)
{
    script s = two_trades;
    s.simulation = with_costs(TS_FILL_CLOSE, 0.01, 0);
    return run_script(&s);
}

static void returns_and_their_ratios(void **state)
{
    (void)state;
    ts_backtest result = run_two_trades();
    near(METRIC(final_equity), 0.8453244888);
    near(METRIC(total_return), 0.8453244888 - 1);
    near(METRIC(annual_return), 0.8453244888 * 0.8453244888 - 1); /* 10 bars a year, 5 bars */
    /* mean (-0.01 + 0.089 - 0.01 - 0.208) / 5 = -0.0278; squares 0.0001 + 0.007921 + 0.0001 + 0.043264 = 0.051385;
     * sample variance (0.051385 - 5 * 0.0278^2) / 4 = 0.0118802; losing squares 0.043464, over 5 bars 0.0086928 */
    near(METRIC(volatility), sqrt(0.0118802) * sqrt(10));
    near(METRIC(sharpe), -0.0278 / sqrt(0.0118802) * sqrt(10));
    near(METRIC(sortino), -0.0278 / sqrt(0.0086928) * sqrt(10));
    /* peak 1.07811 at bar 1; 0.8453244888 / 1.07811 = 0.99 * 0.8 * 0.99 = 0.78408 */
    near(METRIC(max_drawdown), 1 - 0.78408);
    near(METRIC(calmar), (0.8453244888 * 0.8453244888 - 1) / (1 - 0.78408));
    ts_backtest_clear(&result);
}

static void trades_and_costs(void **state)
{
    (void)state;
    ts_backtest result = run_two_trades();
    near(METRIC(trades), 2);
    near(METRIC(win_rate), 0.5);
    near(METRIC(profit_factor), 0.07811 / (1.07811 - 0.8453244888));
    near(METRIC(expectancy), (0.07811 + 0.78408 - 1) / 2);
    near(METRIC(best_trade), 0.07811);
    near(METRIC(worst_trade), 0.78408 - 1);
    near(METRIC(exposure), 2.0 / 5); /* open at the closes of 0 and 2 */
    near(METRIC(avg_bars_held), 1);
    near(METRIC(fees_paid), 0.01 + 0.01089 + 0.0107811 + 0.0085386312); /* 1 % of 1, 1.089, 1.07811, 0.85386312 */
    double traded = 0.99 + 1.089 + 1.0673289 + 0.85386312;
    double mean_equity = (0.99 + 1.07811 + 1.0673289 + 0.8453244888 + 0.8453244888) / 5;
    near(METRIC(turnover), traded / mean_equity * 10 / 5);
    near(METRIC(bars), 5);
    near(METRIC(warmup), 0);
    near(METRIC(ruined), 0);
    ts_backtest_clear(&result);
}

static void bought_and_held(void **state)
{
    (void)state;
    ts_backtest result = run_two_trades();
    /* 0.0099 units of bar 0: marks 0.99 1.089 0.99 0.792, sold at 90: 0.891 * 0.99 = 0.88209 */
    const double marks[] = {0.99, 1.089, 0.99, 0.792, 0.88209};
    double sum = 0, squares = 0, before = 1;
    for (int t = 0; t < 5; t++) {
        double r = marks[t] / before - 1;
        sum += r;
        squares += r * r;
        before = marks[t];
    }
    near(METRIC(buy_hold_return), 0.88209 - 1);
    near(METRIC(buy_hold_max_drawdown), 1 - 0.792 / 1.089);
    near(METRIC(buy_hold_sharpe), sum / 5 / sqrt((squares - sum * sum / 5) / 4) * sqrt(10));
    near(METRIC(excess_return), 0.8453244888 - 0.88209);
    ts_backtest_clear(&result);
    script s = two_trades;
    s.simulation = with_costs(TS_FILL_NEXT_OPEN, 0.01, 0.001);
    result = run_script(&s); /* the first possible fill is the open of bar 1 */
    near(METRIC(buy_hold_return), 0.99 / (110 * 1.001) * (90 * 0.999) * 0.99 - 1);
    ts_backtest_clear(&result);
}

static void nothing_traded_gives_nulls_and_zeros(void **state)
{
    (void)state;
    script s = two_trades;
    s.entry = "close > 1000";
    s.simulation = with_costs(TS_FILL_CLOSE, 0.01, 0);
    ts_backtest result = run_script(&s);
    static const ts_metric nulls[] = {TS_METRIC_sharpe,     TS_METRIC_sortino,       TS_METRIC_calmar,
                                      TS_METRIC_win_rate,   TS_METRIC_profit_factor, TS_METRIC_expectancy,
                                      TS_METRIC_best_trade, TS_METRIC_worst_trade,   TS_METRIC_avg_bars_held};
    for (size_t i = 0; i < sizeof nulls / sizeof *nulls; i++) assert_true(isnan(result.metrics.value[nulls[i]]));
    static const ts_metric zeros[] = {TS_METRIC_total_return, TS_METRIC_annual_return, TS_METRIC_volatility,
                                      TS_METRIC_max_drawdown, TS_METRIC_trades,        TS_METRIC_exposure,
                                      TS_METRIC_fees_paid,    TS_METRIC_turnover};
    for (size_t i = 0; i < sizeof zeros / sizeof *zeros; i++) assert_true(result.metrics.value[zeros[i]] == 0);
    ts_backtest_clear(&result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(returns_and_their_ratios),
        cmocka_unit_test(trades_and_costs),
        cmocka_unit_test(bought_and_held),
        cmocka_unit_test(nothing_traded_gives_nulls_and_zeros),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What the simulator promises (README, "What the simulator assumes"): one test or more for each promise, on markets so
 * small that the arithmetic stands beside them. Every script is also run by the oracle, which must agree. */
#include "tests/scripted.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define METRIC(result, name) (result).metrics.value[TS_METRIC_##name]
#define FIVE_BARS            .bars = 5, .open = {100, 102, 104, 103, 105}, .close = {101, 103, 102, 106, 104}

/* The trade went in and out at these bars and prices, for this reason. */
static void trade_is(const ts_backtest *result, size_t i, size_t in, double in_price, size_t out, double out_price,
                     const char *reason)
{
    assert_true(i < result->trades);
    const ts_trade *trade = &result->trade[i];
    assert_int_equal(trade->entry_bar, in);
    assert_int_equal(trade->exit_bar, out);
    near(trade->entry_price, in_price);
    near(trade->exit_price, out_price);
    assert_string_equal(trade->reason, reason);
}

static void promise_1_a_signal_fills_at_the_next_open(void **state)
{
    (void)state;
    script s = {FIVE_BARS, .code = {1, 0, 2, 0, 0}, .simulation = free_of_costs(TS_FILL_NEXT_OPEN)};
    ts_backtest result = run_script(&s);
    assert_int_equal(result.trades, 1);
    trade_is(&result, 0, 1, 102, 3, 103, "exit"); /* signalled at 0 and 2, filled at the opens of 1 and 3 */
    near(METRIC(result, total_return), 103.0 / 102 - 1);
    ts_backtest_clear(&result);
}

static void promise_1_with_fill_close_a_signal_fills_at_its_own_close(void **state)
{
    (void)state;
    script s = {FIVE_BARS, .code = {1, 0, 2, 0, 0}, .simulation = free_of_costs(TS_FILL_CLOSE)};
    ts_backtest result = run_script(&s);
    assert_int_equal(result.trades, 1);
    trade_is(&result, 0, 0, 101, 2, 102, "exit");
    near(METRIC(result, total_return), 102.0 / 101 - 1);
    ts_backtest_clear(&result);
}

static void promise_2_a_signal_on_the_last_bar_is_ignored_under_next_open(void **state)
{
    (void)state;
    script s = {FIVE_BARS, .code = {0, 0, 0, 0, 1}, .simulation = free_of_costs(TS_FILL_NEXT_OPEN)};
    ts_backtest result = run_script(&s);
    assert_int_equal(result.trades, 0);
    ts_backtest_clear(&result);
    s = (script){FIVE_BARS, .code = {1, 0, 0, 0, 2}, .simulation = free_of_costs(TS_FILL_NEXT_OPEN)};
    result = run_script(&s);
    trade_is(&result, 0, 1, 102, 4, 104, "end"); /* the exit signal of bar 4 has no open to fill at */
    ts_backtest_clear(&result);
}

static void promise_3_when_flat_only_entry_counts_and_when_in_only_exit(void **state)
{
    (void)state;
    script s = {FIVE_BARS, .code = {2, 1, 1, 2, 2}, .simulation = free_of_costs(TS_FILL_CLOSE)};
    ts_backtest result = run_script(&s);
    assert_int_equal(result.trades, 1); /* the second entry and the first and last exit find nothing to do */
    trade_is(&result, 0, 1, 103, 3, 106, "exit");
    ts_backtest_clear(&result);
}

static void promise_3_exit_and_new_entry_never_fill_on_the_same_close(void **state)
{
    (void)state;
    /* Code 3 is entry and exit at once. At bar 1 the position is left; the entry of the same bar does not count. */
    script s = {FIVE_BARS, .code = {1, 3, 3, 0, 2}, .entry = IS(1) " or " IS(3), .exit = IS(2) " or " IS(3),
                .simulation = free_of_costs(TS_FILL_CLOSE)};
    ts_backtest result = run_script(&s);
    assert_int_equal(result.trades, 2);
    trade_is(&result, 0, 0, 101, 1, 103, "exit");
    trade_is(&result, 1, 2, 102, 4, 104, "exit");
    ts_backtest_clear(&result);
}

static void promise_3_an_entry_may_be_signalled_on_the_bar_whose_open_filled_the_exit(void **state)
{
    (void)state;
    script s = {FIVE_BARS, .code = {1, 2, 1, 0, 0}, .simulation = free_of_costs(TS_FILL_NEXT_OPEN)};
    ts_backtest result = run_script(&s);
    assert_int_equal(result.trades, 2);
    trade_is(&result, 0, 1, 102, 2, 104, "exit");
    trade_is(&result, 1, 3, 103, 4, 104, "end");
    ts_backtest_clear(&result);
}

static void promise_3_under_both_a_reversal_fills_with_the_exit_and_pays_twice(void **state)
{
    (void)state;
    /* Code 4 leaves the long and enters the short on one bar: both fill at the open of bar 3, 103. */
    script s = {FIVE_BARS,
                .code = {1, 0, 4, 0, 0},
                .direction = "both",
                .exit = IS(4),
                .short_entry = IS(4),
                .short_exit = IS(5),
                .simulation = with_costs(TS_FILL_NEXT_OPEN, 0.01, 0)};
    ts_backtest result = run_script(&s);
    assert_int_equal(result.trades, 2);
    trade_is(&result, 0, 1, 102, 3, 103, "exit");
    trade_is(&result, 1, 3, 103, 4, 104, "end");
    /* Long: 0.99 in, 0.99 * 103 / 102 out, less 1 % of it. Short with that: u = 0.99 E / 103, cash 2 * 0.99 E - 1.01 *
     * 104 u. */
    double equity = 0.99 * 103 / 102 * 0.99, units = equity * 0.99 / 103;
    near(METRIC(result, final_equity), 2 * 0.99 * equity - units * 104 * 1.01);
    assert_int_equal(result.position[2], 1);
    assert_int_equal(result.position[3], -1); /* never flat at a close between them */
    ts_backtest_clear(&result);
}

static void promise_3_long_and_short_entry_at_once_make_no_trade(void **state)
{
    (void)state;
    script s = {FIVE_BARS,           .code = {1, 1, 1, 1, 1},
                .direction = "both", .short_entry = IS(1),
                .short_exit = IS(2), .simulation = free_of_costs(TS_FILL_NEXT_OPEN)};
    ts_backtest result = run_script(&s);
    assert_int_equal(result.trades, 0);
    near(METRIC(result, final_equity), 1);
    ts_backtest_clear(&result);
}

static void promise_4_costs_of_a_long(void **state)
{
    (void)state;
    script s = {FIVE_BARS, .code = {1, 0, 2, 0, 0}, .simulation = with_costs(TS_FILL_NEXT_OPEN, 0.001, 0.0001)};
    ts_backtest result = run_script(&s);
    /* Bought at 102 * 1.0001 with 1 - 0.001, sold at 103 * 0.9999, and 0.1 % of that paid again. */
    double units = 0.999 / (102 * 1.0001), sold = units * (103 * 0.9999);
    near(METRIC(result, final_equity), sold * 0.999);
    near(METRIC(result, fees_paid), 0.001 + sold * 0.001);
    trade_is(&result, 0, 1, 102 * 1.0001, 3, 103 * 0.9999, "exit");
    near(result.trade[0].change, sold * 0.999 - 1);
    ts_backtest_clear(&result);
}

static void promise_4_costs_of_a_short(void **state)
{
    (void)state;
    script s = {FIVE_BARS, .code = {1, 0, 2, 0, 0}, .direction = "short",
                .simulation = with_costs(TS_FILL_NEXT_OPEN, 0.001, 0.0001)};
    ts_backtest result = run_script(&s);
    /* Sold at q = 102 * 0.9999: u = 0.999 / q, A = 2 * 0.999. Marked A - u * close; covered at 103 * 1.0001 plus 0.1 %.
     */
    double units = 0.999 / (102 * 0.9999), pledge = 2 * 0.999;
    near(result.equity[1], pledge - units * 103);
    near(result.equity[2], pledge - units * 102);
    near(METRIC(result, final_equity), pledge - units * (103 * 1.0001) * 1.001);
    near(METRIC(result, fees_paid), 0.001 + units * (103 * 1.0001) * 0.001);
    ts_backtest_clear(&result);
}

static void promise_4_a_short_that_loses_all_is_ruined_and_trading_stops(void **state)
{
    (void)state;
    /* Sold at 102: at the close of bar 2, 210, the mark is 2 - 210 / 102 < 0. The entry of bar 3 does not count. */
    script s = {.bars = 6,
                .open = {100, 102, 104, 210, 105, 105},
                .close = {101, 103, 210, 106, 104, 104},
                .code = {1, 0, 0, 1, 1, 0},
                .direction = "short",
                .simulation = free_of_costs(TS_FILL_NEXT_OPEN)};
    ts_backtest result = run_script(&s);
    assert_int_equal(result.trades, 1);
    trade_is(&result, 0, 1, 102, 2, 210, "ruin");
    near(METRIC(result, final_equity), 0);
    near(METRIC(result, ruined), 1);
    near(METRIC(result, max_drawdown), 1);
    near(METRIC(result, annual_return), -1);
    near(result.trade[0].change, -1);
    ts_backtest_clear(&result);
}

static void promise_4_a_short_wiped_out_at_the_close_it_would_leave_at_is_ruined(void **state)
{
    (void)state;
    /* Sold at 101: the close of bar 2 is both the exit's and the one whose mark is below 0. No fee is paid on what is
     * gone. */
    script s = {.bars = 4,
                .open = {100, 102, 104, 100},
                .close = {101, 103, 230, 106},
                .code = {1, 0, 2, 0},
                .direction = "short",
                .simulation = with_costs(TS_FILL_CLOSE, 0.001, 0)};
    ts_backtest result = run_script(&s);
    trade_is(&result, 0, 0, 101, 2, 230, "ruin");
    near(METRIC(result, fees_paid), 0.001);
    ts_backtest_clear(&result);
}

static void promise_5_all_equity_goes_into_each_position(void **state)
{
    (void)state;
    /* 100 to 110 and again 100 to 110: 1.1 * 1.1. */
    script s = {.bars = 5,
                .open = {100, 110, 100, 110, 110},
                .close = {100, 110, 100, 110, 110},
                .code = {1, 2, 1, 2, 0},
                .simulation = free_of_costs(TS_FILL_CLOSE)};
    ts_backtest result = run_script(&s);
    assert_int_equal(result.trades, 2);
    near(METRIC(result, final_equity), 1.21);
    ts_backtest_clear(&result);
}

static void promise_6_equity_is_marked_at_every_close_and_begins_with_1(void **state)
{
    (void)state;
    script s = {FIVE_BARS, .code = {1, 0, 0, 2, 0}, .simulation = with_costs(TS_FILL_CLOSE, 0.01, 0)};
    ts_backtest result = run_script(&s);
    double units = 0.99 / 101, sold = units * 106 * 0.99;
    const double marked[] = {0.99, units * 103, units * 102, sold, sold};
    for (int t = 0; t < 5; t++) near(result.equity[t], marked[t]);
    near(METRIC(result, best_trade), sold - 1);
    near(METRIC(result, max_drawdown), 0.01); /* against the 1 of before the first bar */
    ts_backtest_clear(&result);
}

static void promise_7_a_position_open_at_the_end_is_closed_at_the_last_close(void **state)
{
    (void)state;
    script s = {FIVE_BARS, .code = {0, 0, 1, 0, 0}, .simulation = with_costs(TS_FILL_NEXT_OPEN, 0.01, 0.001)};
    ts_backtest result = run_script(&s);
    assert_int_equal(result.trades, 1);
    trade_is(&result, 0, 3, 103 * 1.001, 4, 104 * 0.999, "end");
    near(METRIC(result, final_equity), 0.99 / (103 * 1.001) * (104 * 0.999) * 0.99);
    near(METRIC(result, exposure), 2.0 / 5); /* open at the closes of 3 and 4: the last one before it is closed */
    near(METRIC(result, avg_bars_held), 2);
    ts_backtest_clear(&result);
}

static void promise_8_missing_bars_are_absent(void **state)
{
    (void)state;
    script s = {FIVE_BARS, .code = {1, 0, 2, 0, 0}, .simulation = free_of_costs(TS_FILL_NEXT_OPEN)};
    ts_backtest whole = run_script(&s);
    s.absent = 700;
    ts_backtest gap = run_script(&s);
    assert_memory_equal(&whole.metrics, &gap.metrics, sizeof whole.metrics);
    near(METRIC(gap, bars), 5);
    assert_int_equal(gap.trade[0].exit_ms - gap.trade[0].entry_ms, 60000 * 702);
    assert_int_equal(gap.trade[0].bars_held, 2);
    ts_backtest_clear(&whole);
    ts_backtest_clear(&gap);
}

static void promise_9_no_entry_before_the_warm_up_and_nan_compares_false(void **state)
{
    (void)state;
    /* sma(close, 3) is undefined at bars 0 and 1: the comparison is false, its negation true, but entries wait for
     * bar 2. */
    script s = {FIVE_BARS, .entry = "not (close < sma(close, 3) - 100)", .exit = IS(2),
                .simulation = free_of_costs(TS_FILL_NEXT_OPEN)};
    ts_backtest result = run_script(&s);
    near(METRIC(result, warmup), 2);
    trade_is(&result, 0, 3, 103, 4, 104, "end");
    ts_backtest_clear(&result);
    s.entry = "close > sma(close, 3) - 100 or close / (volume - volume) > 0"; /* 0/0 is undefined, not an error */
    result = run_script(&s);
    trade_is(&result, 0, 3, 103, 4, 104, "end");
    ts_backtest_clear(&result);
}

static void promise_9_a_window_limits_trading_and_not_the_rows(void **state)
{
    (void)state;
    /* From bar 2: sma(close, 3) is defined there because bars 0 and 1 were loaded. */
    script s = {FIVE_BARS, .entry = "close > sma(close, 3) - 100", .exit = IS(2),
                .simulation = free_of_costs(TS_FILL_CLOSE)};
    s.simulation.from_ms = 2 * 60000;
    s.simulation.to_ms = 4 * 60000; /* excluded */
    ts_backtest result = run_script(&s);
    near(METRIC(result, bars), 2);
    trade_is(&result, 0, 2, 102, 3, 106, "end");
    near(METRIC(result, buy_hold_return), 106.0 / 102 - 1);
    ts_backtest_clear(&result);
}

static void promise_10_bars_a_year_and_the_risk_free_rate(void **state)
{
    (void)state;
    script s = {.bars = 4,
                .open = {100, 100, 110, 110},
                .close = {100, 110, 110, 121},
                .code = {1, 0, 0, 0},
                .simulation = free_of_costs(TS_FILL_CLOSE)};
    s.simulation.bars_per_year = 8;
    s.simulation.risk_free = 0.16;
    ts_backtest result = run_script(&s);
    /* Returns 0, 0.1, 0, 0.1: mean 0.05, sample variance 4 * 0.0025 / 3; a year is twice the window: 1.21^2 - 1. */
    near(METRIC(result, annual_return), 1.21 * 1.21 - 1);
    near(METRIC(result, volatility), sqrt(0.01 / 3) * sqrt(8));
    near(METRIC(result, sharpe), (0.05 - 0.16 / 8) / sqrt(0.01 / 3) * sqrt(8));
    assert_true(isnan(METRIC(result, sortino))); /* no losing bar: null, not infinity */
    assert_true(isnan(METRIC(result, profit_factor)));
    assert_true(isnan(METRIC(result, calmar)));
    ts_backtest_clear(&result);
}

/* Bought at the open of bar 1 (100), or at the close of bar 0 (100); the closes then go their way. */
static void rule_leaves(const char *exit, ts_fill fill, const double *close, size_t bar, const char *reason)
{
    script s = {.bars = 7, .code = {1, 0, 0, 0, 0, 0, 0}, .exit = exit, .simulation = free_of_costs(fill)};
    for (int t = 0; t < 7; t++) {
        s.close[t] = close[t];
        s.open[t] = t <= 1 ? 100 : close[t - 1] + 0.25; /* an open unlike every stop */
    }
    ts_backtest result = run_script(&s);
    assert_int_equal(result.trades, 1);
    trade_is(&result, 0, fill == TS_FILL_CLOSE ? 0 : 1, 100, bar, fill == TS_FILL_CLOSE ? close[bar] : s.open[bar],
             reason);
    ts_backtest_clear(&result);
}

static void promise_11_rules_look_at_closes_and_fill_like_any_exit(void **state)
{
    (void)state;
    const double falls[] = {100, 99, 95, 94, 90, 90, 90}, rises[] = {100, 101, 106, 111, 112, 112, 112};
    const double turns[] = {100, 105, 110, 108, 104.5, 104, 103};
    rule_leaves("stop_loss(0.05)", TS_FILL_NEXT_OPEN, falls, 3, "stop_loss"); /* close 95 <= 100 * 0.95 at bar 2 */
    rule_leaves("stop_loss(0.01)", TS_FILL_NEXT_OPEN, falls, 2, "stop_loss"); /* at the close of the fill bar already */
    rule_leaves("stop_loss(0.05)", TS_FILL_CLOSE, falls, 2, "stop_loss");
    rule_leaves("stop_loss(0)", TS_FILL_CLOSE, falls, 1, "stop_loss");           /* never on the fill bar under close */
    rule_leaves("take_profit(0.1)", TS_FILL_NEXT_OPEN, rises, 4, "take_profit"); /* close 111 >= 110 at bar 3 */
    rule_leaves("take_profit(0.06)", TS_FILL_CLOSE, rises, 2, "take_profit");
    rule_leaves("trailing_stop(0.05)", TS_FILL_NEXT_OPEN, turns, 5, "trailing_stop"); /* 104.5 <= 110 * 0.95 at bar 4 */
    rule_leaves("trailing_stop(0.05)", TS_FILL_CLOSE, turns, 4, "trailing_stop");
    rule_leaves("bars_held >= 2", TS_FILL_NEXT_OPEN, rises, 4, "bars_held"); /* filled at 1: 2 bars at the close of 3 */
    rule_leaves("bars_held > 2", TS_FILL_CLOSE, rises, 3, "bars_held");
    rule_leaves("bars_held >= 0", TS_FILL_CLOSE, rises, 1, "bars_held");
}

static void promise_11_a_trailing_atr_stop_uses_the_range_of_the_bar(void **state)
{
    (void)state;
    /* atr(1) is the true range, 3 at bar 3 and 4 at bar 4. M = 110: bar 3 needs a close <= 110 - 1.5 * 3 = 105.5 and
     * has 107, bar 4 <= 110 - 1.5 * 4 = 104 and has 103. The entry is at bar 1, the first after the rule's warm-up. */
    script s = {.bars = 6,
                .open = {100, 100, 100, 110, 107, 103},
                .close = {100, 100, 110, 107, 103, 103},
                .code = {1, 1, 0, 0, 0, 0},
                .exit = "trailing_stop_atr(1, 1.5)",
                .simulation = free_of_costs(TS_FILL_CLOSE)};
    ts_backtest result = run_script(&s);
    near(METRIC(result, warmup), 1);
    trade_is(&result, 0, 1, 100, 4, 103, "trailing_stop_atr");
    ts_backtest_clear(&result);
}

static void promise_11_the_reason_is_the_signal_else_the_first_rule_in_source_order(void **state)
{
    (void)state;
    const double falls[] = {100, 99, 95, 94, 90, 90, 90};
    rule_leaves("stop_loss(0.05) or trailing_stop(0.05)", TS_FILL_CLOSE, falls, 2, "stop_loss");
    rule_leaves("trailing_stop(0.05) or stop_loss(0.05)", TS_FILL_CLOSE, falls, 2, "trailing_stop");
    rule_leaves("stop_loss(0.05) or close < 96", TS_FILL_CLOSE, falls, 2, "exit");
    rule_leaves("stop_loss(0.01) and close < 94.5 or bars_held >= 5", TS_FILL_CLOSE, falls, 3, "stop_loss");
}

static void promise_11_rules_of_a_short_are_mirrored(void **state)
{
    (void)state;
    /* Sold at 100 * 0.999 = 99.9, which is F: stop at 99.9 * 1.05 = 104.895, profit at 94.905, trail from M = 96 at
     * 100.8. */
    const struct {
        const char *exit, *reason;
        double close[6];
        size_t bar;
    } cases[] = {{"stop_loss(0.05)", "stop_loss", {100, 104.8, 104.9, 105, 105, 105}, 2},
                 {"take_profit(0.05)", "take_profit", {100, 95, 94.9, 94, 94, 94}, 2},
                 {"trailing_stop(0.05)", "trailing_stop", {100, 96, 100.7, 100.9, 101, 101}, 3}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        script s = {.bars = 6,
                    .code = {1, 0, 0, 0, 0, 0},
                    .direction = "short",
                    .exit = cases[i].exit,
                    .simulation = with_costs(TS_FILL_CLOSE, 0, 0.001)};
        for (int t = 0; t < 6; t++) s.open[t] = s.close[t] = cases[i].close[t];
        ts_backtest result = run_script(&s);
        trade_is(&result, 0, 0, 99.9, cases[i].bar, cases[i].close[cases[i].bar] * 1.001, cases[i].reason);
        ts_backtest_clear(&result);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(promise_1_a_signal_fills_at_the_next_open),
        cmocka_unit_test(promise_1_with_fill_close_a_signal_fills_at_its_own_close),
        cmocka_unit_test(promise_2_a_signal_on_the_last_bar_is_ignored_under_next_open),
        cmocka_unit_test(promise_3_when_flat_only_entry_counts_and_when_in_only_exit),
        cmocka_unit_test(promise_3_exit_and_new_entry_never_fill_on_the_same_close),
        cmocka_unit_test(promise_3_an_entry_may_be_signalled_on_the_bar_whose_open_filled_the_exit),
        cmocka_unit_test(promise_3_under_both_a_reversal_fills_with_the_exit_and_pays_twice),
        cmocka_unit_test(promise_3_long_and_short_entry_at_once_make_no_trade),
        cmocka_unit_test(promise_4_costs_of_a_long),
        cmocka_unit_test(promise_4_costs_of_a_short),
        cmocka_unit_test(promise_4_a_short_that_loses_all_is_ruined_and_trading_stops),
        cmocka_unit_test(promise_4_a_short_wiped_out_at_the_close_it_would_leave_at_is_ruined),
        cmocka_unit_test(promise_5_all_equity_goes_into_each_position),
        cmocka_unit_test(promise_6_equity_is_marked_at_every_close_and_begins_with_1),
        cmocka_unit_test(promise_7_a_position_open_at_the_end_is_closed_at_the_last_close),
        cmocka_unit_test(promise_8_missing_bars_are_absent),
        cmocka_unit_test(promise_9_no_entry_before_the_warm_up_and_nan_compares_false),
        cmocka_unit_test(promise_9_a_window_limits_trading_and_not_the_rows),
        cmocka_unit_test(promise_10_bars_a_year_and_the_risk_free_rate),
        cmocka_unit_test(promise_11_rules_look_at_closes_and_fill_like_any_exit),
        cmocka_unit_test(promise_11_a_trailing_atr_stop_uses_the_range_of_the_bar),
        cmocka_unit_test(promise_11_the_reason_is_the_signal_else_the_first_rule_in_source_order),
        cmocka_unit_test(promise_11_rules_of_a_short_are_mirrored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* `tradestream backtest` and `tradestream series` as a shell sees them. The numbers themselves are tested where they
 * are computed; here: that the files agree with the metrics, and what bad input gets. */
#include "common/json.h"
#include "common/safe_file.h"
#include "tests/shell.h"
#include "tests/temporary.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char folder[512], candles[600];

/* Ten bars of hand-made prices, and many generated ones. */
static int make_candles(void **state)
{
    if (ts_temporary_make(state)) return -1;
    snprintf(folder, sizeof folder, "%s", ts_temporary(""));
    snprintf(candles, sizeof candles, "%s", ts_temporary("SYN-USD.1m.csv"));
    ts_temporary_text("HAND-USD.1m.csv", "time,open,high,low,close,volume\n"
                                         "1577836800,10,10,10,10,1\n"
                                         "1577836860,10,12,10,12,1\n"
                                         "1577836920,12,12,11,11,1\n"
                                         "1577836980,11,15,11,15,1\n"
                                         "1577837040,15,15,13,13,1\n");
    return shell(TRADESTREAM "data generate --seed 3 --bars 3000 -o '%s'", candles);
}

static json_t *backtest(const char *options)
{
    shell_expect(shell(TRADESTREAM "backtest --candles '%s' --format json %s", candles, options), 0, "");
    json_t *root = json_loads(shell_out, 0, NULL);
    assert_non_null(root);
    return root;
}

static double metric(json_t *root, const char *key)
{
    json_t *value = json_object_get(json_object_get(root, "metrics"), key);
    if (!value) fail_msg("no metric %s", key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

/* Entry at a close above 11.5, exit at one below; filled at the close, without costs.
 * Bar 1 closes at 12: in at 12. Bar 2 closes at 11: out, -1/12.
 * Bar 3 closes at 15: in at 15. Bar 4 closes at 13, still above: closed at the end at 13, -2/15, open at two closes.
 * Equity: 1, 1, 11/12, 11/12, 11/12 * 13/15 = 143/180; the drawdown at the end is 37/180. */
static void a_backtest_by_hand(void **state)
{
    (void)state;
    shell_expect(shell("cd '%s' && " TRADESTREAM
                       "backtest --candles HAND-USD.1m.csv --entry 'close > x' --exit 'close < x' "
                       "--param x=11.5 --fill close --fee 0 --slippage 0 --trades t.csv --equity e.csv --format json",
                       folder),
                 0, "");
    json_t *root = json_loads(shell_out, 0, NULL);
    assert_non_null(root);
    assert_float_equal(metric(root, "final_equity"), 143.0 / 180, 1e-15);
    assert_float_equal(metric(root, "max_drawdown"), 37.0 / 180, 1e-15);
    assert_true(metric(root, "trades") == 2);
    assert_string_equal(json_string_value(json_object_get(root, "entry")), "close > x");
    json_decref(root);
    ts_strbuf text = {0};
    ts_error error = {0};
    assert_int_equal(ts_file_read(ts_temporary("t.csv"), 1 << 20, &text, &error), 0);
    assert_string_equal(text.text, "entry_time,entry_price,exit_time,exit_price,side,return,bars_held,reason\n"
                                   "2020-01-01T00:01:00Z,12,2020-01-01T00:02:00Z,11,long,-0.08333333333333337,1,exit\n"
                                   "2020-01-01T00:03:00Z,15,2020-01-01T00:04:00Z,13,long,-0.1333333333333333,2,end\n");
    ts_strbuf_reset(&text);
    assert_int_equal(ts_file_read(ts_temporary("e.csv"), 1 << 20, &text, &error), 0);
    assert_memory_equal(text.text,
                        "time,equity,position,drawdown\n2020-01-01T00:00:00Z,1,0,0\n2020-01-01T00:01:00Z,1,1,0\n", 83);
    ts_strbuf_clear(&text);
}

/* The columns of a CSV file as numbers, NaN where they are none. */
static double cell(const char *line, int column)
{
    while (column-- > 0) {
        line = strchr(line, ',');
        assert_non_null(line);
        line++;
    }
    char *end;
    double value = strtod(line, &end);
    return end == line ? NAN : value;
}

static void the_files_agree_with_the_metrics(void **state)
{
    (void)state;
    static const char *const options[] = {
        "--strategy MACD_CROSSOVER", "--strategy DONCHIAN_BREAKOUT --direction short",
        "--strategy PIVOT --fill close --from 2020-01-01T12:00 --to 2020-01-02T12:00",
        "--entry 'close > sma(close,9)' --exit 'close < sma(close,9) or stop_loss(0.001)' "
        "--direction both --short-entry 'close < sma(close,20)' --short-exit "
        "'close > sma(close,20)'"};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        char line[1024];
        ts_strbuf text = {0};
        ts_error error = {0};
        snprintf(line, sizeof line, "%s --trades '%s/t.csv' --equity '%s/e.csv'", options[i], folder, folder);
        json_t *root = backtest(line);
        assert_int_equal(ts_file_read(ts_temporary("t.csv"), 1 << 24, &text, &error), 0);
        double trades = 0, sum = 0, held = 0, equity = 1, peak = 1, deepest = 0, open = 0, bars = 0;
        for (char *at = strchr(text.text, '\n') + 1; *at; at = strchr(at, '\n') + 1, trades++) {
            sum += cell(at, 5);
            held += cell(at, 6);
        }
        assert_true(trades == metric(root, "trades") && trades > 5);
        assert_float_equal(sum / trades, metric(root, "expectancy"), 1e-12);
        assert_float_equal(held / trades, metric(root, "avg_bars_held"), 1e-9);
        ts_strbuf_reset(&text);
        assert_int_equal(ts_file_read(ts_temporary("e.csv"), 1 << 24, &text, &error), 0);
        for (char *at = strchr(text.text, '\n') + 1; *at; at = strchr(at, '\n') + 1, bars++) {
            equity = cell(at, 1);
            open += cell(at, 2) != 0;
            if (equity > peak) peak = equity;
            if (1 - equity / peak > deepest) deepest = 1 - equity / peak;
            assert_float_equal(cell(at, 3), 1 - equity / peak, 1e-12);
        }
        assert_true(bars == metric(root, "bars"));
        assert_float_equal(equity, metric(root, "final_equity"), 1e-12);
        assert_float_equal(deepest, metric(root, "max_drawdown"), 1e-12);
        assert_float_equal(open / bars, metric(root, "exposure"), 1e-12);
        ts_strbuf_clear(&text);
        json_decref(root);
    }
}

/* A named strategy and the same rule written down are one strategy. */
static void a_strategy_is_its_expressions(void **state)
{
    (void)state;
    json_t *named = backtest("--strategy DOUBLE_EMA_CROSSOVER --param shortEmaPeriod=5 --param longEmaPeriod=21");
    json_t *written = backtest("--let a='ema(close,n)' --let b='ema(close,m)' --param n=5 --param m=21 "
                               "--entry 'crossed_up(a,b)' --exit 'crossed_down(a,b)'");
    assert_true(json_equal(json_object_get(named, "metrics"), json_object_get(written, "metrics")));
    assert_true(metric(named, "trades") > 10);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(named, "parameters"), "longEmaPeriod")), 21);
    json_decref(named);
    json_decref(written);
}

static void the_table_names_every_metric(void **state)
{
    (void)state;
    shell_expect(shell(TRADESTREAM "backtest --candles '%s' --strategy PIVOT", candles), 0, "");
    assert_memory_equal(shell_out, "GENERATED CANDLES", 17);
    static const char *const names[] = {"\ntotal_return ", "\nsharpe ", "\nruined                          no  "};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strstr(shell_out, names[i])) fail_msg("no %s in %s", names[i], shell_out);
}

static void bad_backtests_are_refused(void **state)
{
    (void)state;
    static const shell_refusal cases[] = {
        {"", 2, "--strategy NAME or --entry EXPR"},
        {"--strategy PIVOT --entry 'close > 1'", 2, "not both"},
        {"--strategy PIVO", 2, "did you mean PIVOT?"},
        {"--strategy all", 2, "one strategy expected"},
        {"--strategy MACD_CROSSOVER --param shortEmaPeriod=21", 2, "from 5 to 20"},
        {"--strategy MACD_CROSSOVER --param shortEmaPeriod=5.5", 2, "steps of 1"},
        {"--strategy MACD_CROSSOVER --param shortEmaPeriod=20 --param longEmaPeriod=15", 2, "\"require\""},
        {"--strategy MACD_CROSSOVER --param none=1", 2, "no parameter 'none'"},
        {"--strategy MACD_CROSSOVER --param longEmaPeriod", 2, "NAME=VALUE"},
        {"--strategy MACD_CROSSOVER --param longEmaPeriod=x", 2, "a number expected"},
        {"--strategy MACD_CROSSOVER --let a=1", 2, "--let"},
        {"--entry 'close > 1'", 2, "--entry and --exit"},
        {"--entry 'close > sma(close)' --exit 'close < 1'", 65, "column"},
        {"--entry 'close > nothing' --exit 'close < 1'", 65, "nothing"},
        {"--entry 'close[-1] > 1' --exit 'close < 1'", 65, "column"},
        {"--entry 'close > 1' --exit 'close < 1' --direction both", 65, "short_entry"},
        {"--entry 'close > sma(close,2999) + sma(close,2)[2]' --exit 'close < 1' --to 2020-01-02", 65, "warm-up"},
        {"--strategy PIVOT --from 2020-01-02 --to 2020-01-01", 65, "window"},
        {"--strategy PIVOT --from yesterday", 2, "--from"},
        {"--strategy PIVOT --threads 0", 2, "--threads"},
        {"--strategy PIVOT --trades /dev/null/t.csv", 1, "/dev/null/t.csv"},
    };
    char command[1024];
    snprintf(command, sizeof command, TRADESTREAM "backtest --candles '%s' --format json", candles);
    shell_refuses(command, cases, sizeof cases / sizeof *cases);
    shell_expect(shell(TRADESTREAM "backtest --strategy PIVOT"), 2, "--candles FILE");
    shell_expect(shell(TRADESTREAM "backtest --strategy PIVOT --candles '%s/none.csv'", folder), 65, "none.csv");
}

static void series_prints_what_it_is_asked(void **state)
{
    (void)state;
    shell_expect(shell("cd '%s' && " TRADESTREAM
                       "series --candles HAND-USD.1m.csv --expr 'sma(close, 2)' --expr 'close > 11' "
                       "--to 2020-01-01T00:03",
                       folder),
                 0, "");
    assert_string_equal(shell_out,
                        "time,\"sma(close, 2)\",close > 11\n2020-01-01T00:00:00Z,,0\n2020-01-01T00:01:00Z,11,1\n"
                        "2020-01-01T00:02:00Z,11.5,0\n");
    shell_expect(shell("cd '%s' && " TRADESTREAM
                       "series --candles HAND-USD.1m.csv --expr 'sma(close, 2)' --format json "
                       "--from 2020-01-01T00:00 --to 2020-01-01T00:02",
                       folder),
                 0, "");
    assert_string_equal(shell_out,
                        "{\"symbol\": \"HAND-USD\", \"interval\": \"1m\", \"columns\": [\"time\", \"sma(close, 2)\"], "
                        "\"rows\": [[\"2020-01-01T00:00:00Z\", null], [\"2020-01-01T00:01:00Z\", 11]]}\n");
}

static void bad_series_are_refused(void **state)
{
    (void)state;
    static const shell_refusal cases[] = {
        {"", 2, "--expr"},
        {"--expr 'rsi(close,14'", 65, "column 13"},
        {"--expr '14 + 3'", 65, "a number"},
        {"--expr 'stop_loss(0.1)'", 65, "stop_loss"},
        {"--expr close --format table", 2, "--format"},
    };
    char command[1024];
    snprintf(command, sizeof command, TRADESTREAM "series --candles '%s'", candles);
    shell_refuses(command, cases, sizeof cases / sizeof *cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_backtest_by_hand),
        cmocka_unit_test(the_files_agree_with_the_metrics),
        cmocka_unit_test(a_strategy_is_its_expressions),
        cmocka_unit_test(the_table_names_every_metric),
        cmocka_unit_test(bad_backtests_are_refused),
        cmocka_unit_test(series_prints_what_it_is_asked),
        cmocka_unit_test(bad_series_are_refused),
    };
    return cmocka_run_group_tests(tests, make_candles, ts_temporary_remove);
}

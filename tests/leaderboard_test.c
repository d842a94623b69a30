/* The leaderboard's order, its table and CSV, the sentences above it, and a result's line. */
#include "host/report/leaderboard.h"

#include "common/json.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 3 };

static ts_strategy *strategy;
static ts_origin origin;
static ts_candidate candidate[ROWS];
static ts_search_settings search = {.seed = 7};
static ts_result results[ROWS];
static ts_objective objective;
static ts_run_totals totals;

static int make_strategy(void **state)
{
    (void)state;
    ts_error error = {0};
    const ts_parameter parameter[] = {
        {.name = "fast", .integer = true, .min = 2, .step = 1, .fallback = 5, .steps = 10},
        {.name = "level", .min = 0.5, .step = 0.05, .fallback = 0.5, .steps = 20},
    };
    strategy = ts_strategy_new(&(ts_strategy_text){.name = "CROSS",
                                                   .entry = "close > sma(close, fast) * level",
                                                   .exit = "close < sma(close, fast)",
                                                   .parameters = 2,
                                                   .parameter = parameter},
                               &error);
    if (!strategy) fprintf(stderr, "%s\n", error.text);
    return strategy ? 0 : -1;
}

static int free_strategy(void **state)
{
    (void)state;
    ts_strategy_free(strategy);
    return 0;
}

/* Three rows that differ by gene 0, with the score and the return given. */
static void set_row(int row, double sharpe, double total_return, double fees)
{
    for (int i = 0; i < TS_METRICS; i++) candidate[row].metrics.value[i] = NAN;
    double *value = candidate[row].metrics.value;
    value[TS_METRIC_sharpe] = sharpe;
    value[TS_METRIC_total_return] = total_return;
    value[TS_METRIC_fees_paid] = fees;
    value[TS_METRIC_trades] = 40;
    value[TS_METRIC_max_drawdown] = 0.125;
    candidate[row].genome = (ts_genome){{row, 1}};
    candidate[row].standing = ts_objective_stand(&objective, &candidate[row].metrics);
    results[row] = (ts_result){.origin = &origin,
                               .candidate = &candidate[row],
                               .search = &search,
                               .kind = TS_SEARCH_GA,
                               .evaluations = 123,
                               .rank = row + 1,
                               .luck = {.spread = NAN, .overfitting = NAN, .deflated_sharpe = NAN}};
    search.objective = objective;
}

static int make_rows(void **state)
{
    (void)state;
    ts_error error = {0};
    origin = (ts_origin){.strategy = strategy,
                         .candles = "BTC-USDT.1m.csv.zst",
                         .exchange = "local",
                         .symbol = "BTC-USDT",
                         .interval_ms = 60000,
                         .start_ms = 60000,
                         .end_ms = 180000,
                         .fingerprint = "0123456789abcdef0123456789abcdef",
                         .bars = 2,
                         .simulation = {.fee = 0.001, .slippage = 0.0001, .bars_per_year = 525600}};
    objective = (ts_objective){.min_trades = 30, .max_drawdown = 1};
    totals = (ts_run_totals){.objective = &objective, .evaluations = 123, .feasible = 3};
    return ts_objective_parse("sharpe", &objective, &error);
}

static char *table_text(size_t count, size_t limit)
{
    ts_strbuf text = {0};
    ts_leaderboard_table(&text, results, count, limit, &totals);
    assert_false(ts_strbuf_failed(&text));
    return text.text;
}

static void the_best_comes_first_and_ties_go_by_genome(void **state)
{
    (void)state;
    set_row(0, 1, 0.1, 0);
    set_row(1, 2, 0.1, 0);
    set_row(2, 1, 0.2, 0);
    ts_leaderboard_sort(results, ROWS, &objective);
    assert_ptr_equal(results[0].candidate, &candidate[1]);
    assert_ptr_equal(results[1].candidate, &candidate[0]);
    assert_ptr_equal(results[2].candidate, &candidate[2]);
}

static void a_table_is_aligned_and_says_what_it_left_out(void **state)
{
    (void)state;
    set_row(0, 12.345, 1.5, 0.25);
    set_row(1, 1, -0.5, 0);
    set_row(2, 0.5, 0.1, 0);
    char *text = table_text(ROWS, 2);
    static const char want[] =
        "#  symbol    strategy  sharpe  return %  buy&hold %  drawdown %  trades  win %  fees %  parameters\n"
        "-  --------  --------  ------  --------  ----------  ----------  ------  -----  ------  -----------------\n"
        "1  BTC-USDT  CROSS      12.35    150.00           -       12.50      40      -   25.00  fast=2 level=0.55\n"
        "2  BTC-USDT  CROSS       1.00    -50.00           -       12.50      40      -    0.00  fast=3 level=0.55\n"
        "... and 1 more\n";
    assert_string_equal(text, want);
    free(text);
}

/* Fees 0.2 and slippage a tenth of the fee: costs 0.22 of the loss 0.4, 55 %. */
static void no_profit_is_the_first_line_with_the_share_of_costs(void **state)
{
    (void)state;
    set_row(0, -1, -0.1, 0.1);
    set_row(1, -2, -0.3, 0.1);
    totals.profitable = 0;
    char *text = table_text(2, 10);
    static const char want[] = "NO PROFIT: none of these rows has a positive net return, the best is -10.00 %; "
                               "fees and slippage took 55 % of what they lost.\n";
    assert_memory_equal(text, want, sizeof want - 1);
    free(text);
    set_row(0, -1, -0.1, 0.3);
    text = table_text(1, 10);
    assert_non_null(strstr(text, "took all of it: 3.3 times what they lost"));
    free(text);
    set_row(0, 1, 0.001, 0.3);
    text = table_text(2, 10);
    assert_null(strstr(text, "NO PROFIT"));
    free(text);
}

static void no_feasible_genome_and_generated_candles_are_said(void **state)
{
    (void)state;
    totals.synthetic = true;
    char *text = table_text(0, 10);
    assert_memory_equal(text, "NO FEASIBLE GENOME: none of 123 evaluated has at least 30 trades", 64);
    assert_non_null(strstr(text, "\nGENERATED CANDLES"));
    free(text);
}

static void csv_has_a_field_for_every_heading(void **state)
{
    (void)state;
    ts_strbuf text = {0};
    set_row(0, 0.1, 0.1, 0);
    ts_leaderboard_csv(&text, results, 1);
    size_t commas[2] = {0}, line = 0;
    for (const char *c = text.text; *c; c++) {
        if (*c == '\n') line++;
        else if (*c == ',') commas[line]++;
    }
    assert_int_equal(line, 2);
    assert_int_equal(commas[0], 6 + TS_METRICS);
    assert_int_equal(commas[1], commas[0]);
    assert_non_null(strstr(text.text, "\n1,BTC-USDT,1m,CROSS,fast=2 level=0.55,sharpe,0.1,"));
    ts_strbuf_clear(&text);
}

static void a_result_is_one_line_of_json_that_can_be_made_again(void **state)
{
    (void)state;
    set_row(1, 0.1, 0.25, 0);
    ts_json json = {.first = true};
    ts_result_json(&json, NULL, &results[1]);
    assert_null(strchr(json.out.text, '\n'));
    json_t *root = json_loads(json.out.text, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(root);
    assert_string_equal(json_string_value(json_object_get(root, "strategy")), "CROSS");
    assert_int_equal(json_integer_value(json_object_get(json_object_get(root, "parameters"), "fast")), 3);
    assert_true(json_real_value(json_object_get(json_object_get(root, "parameters"), "level")) == 0.55);
    assert_true(json_real_value(json_object_get(json_object_get(root, "metrics"), "total_return")) == 0.25);
    assert_true(json_is_null(json_object_get(json_object_get(root, "metrics"), "sortino")));
    assert_string_equal(json_string_value(json_object_get(root, "start")), "1970-01-01T00:01:00Z");
    assert_string_equal(json_string_value(json_object_get(root, "command")),
                        "tradestream backtest --candles BTC-USDT.1m.csv.zst --symbol BTC-USDT --interval 1m "
                        "--strategy CROSS --param fast=3 --param level=0.55 --direction long --fill next_open "
                        "--fee 0.001 --slippage 0.0001 --from 1970-01-01T00:01:00Z --to 1970-01-01T00:03:00Z "
                        "--format json");
    static const char *const keys[] = {
        "rank",      "objective", "score",       "definition_hash", "exchange", "symbol", "interval",
        "load_from", "end",       "fingerprint", "synthetic",       "fill",     "fee",    "slippage",
        "direction", "seed",      "evaluations", "engine_version",  "search"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!json_object_get(root, keys[i])) fail_msg("no %s", keys[i]);
    json_decref(root);
    ts_strbuf_clear(&json.out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_best_comes_first_and_ties_go_by_genome, make_rows),
        cmocka_unit_test_setup(a_table_is_aligned_and_says_what_it_left_out, make_rows),
        cmocka_unit_test_setup(no_profit_is_the_first_line_with_the_share_of_costs, make_rows),
        cmocka_unit_test_setup(no_feasible_genome_and_generated_candles_are_said, make_rows),
        cmocka_unit_test_setup(csv_has_a_field_for_every_heading, make_rows),
        cmocka_unit_test_setup(a_result_is_one_line_of_json_that_can_be_made_again, make_rows),
    };
    return cmocka_run_group_tests(tests, make_strategy, free_strategy);
}

/* Scores against the published formula worked by hand, and the order of genomes. */
#include "host/metrics/objectives.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const ts_genome zero = {{0}}, one = {{1}};

static ts_objective objective_of(const char *name)
{
    ts_error error = {0};
    ts_objective objective = {.min_trades = 30, .max_drawdown = 0.5};
    if (ts_objective_parse(name, &objective, &error)) fail_msg("%s", error.text);
    return objective;
}

static ts_metrics metrics_of(double trades, double drawdown, double sharpe)
{
    ts_metrics metrics;
    for (int i = 0; i < TS_METRICS; i++) metrics.value[i] = NAN;
    metrics.value[TS_METRIC_trades] = trades;
    metrics.value[TS_METRIC_max_drawdown] = drawdown;
    metrics.value[TS_METRIC_sharpe] = sharpe;
    return metrics;
}

static void every_key_is_an_objective(void **state)
{
    (void)state;
    for (int i = 0; i < TS_METRICS; i++) {
        ts_objective objective = objective_of(ts_metric_table[i].name);
        ts_metrics metrics = metrics_of(1, 2, 3);
        metrics.value[i] = 7;
        assert_int_equal(objective.metric, i);
        assert_int_equal(objective.lower, ts_metric_table[i].better == TS_LOWER);
        assert_true(ts_objective_score(&objective, &metrics) == 7);
    }
    assert_true(objective_of("max_drawdown").lower);
    assert_false(objective_of("sharpe").lower);
}

static void an_unknown_key_is_refused_with_the_nearest(void **state)
{
    (void)state;
    ts_error error = {0};
    ts_objective objective;
    assert_int_equal(ts_objective_parse("sharp", &objective, &error), -1);
    assert_int_equal(error.code, TS_USAGE);
    assert_non_null(strstr(error.text, "did you mean sharpe?"));
    error = (ts_error){0};
    assert_int_equal(ts_objective_parse("zzzzzzzz", &objective, &error), -1);
    assert_non_null(strstr(error.text, "zzzzzzzz"));
}

/* sharpe 0.5: N = 1.5/3 = 0.5; annual return 0.2: N = 0.4; profit factor 1.25: N = 0.75; drawdown 0.1; win rate 0.6.
 * 0.25*0.5 + 0.20*0.9 + 0.20*0.6 + 0.20*0.4 + 0.15*0.75 = 0.125 + 0.18 + 0.12 + 0.08 + 0.1125 = 0.6175 */
static void tradestream_is_the_published_formula(void **state)
{
    (void)state;
    ts_objective objective = objective_of("tradestream");
    ts_metrics metrics = metrics_of(40, 0.1, 0.5);
    metrics.value[TS_METRIC_win_rate] = 0.6;
    metrics.value[TS_METRIC_annual_return] = 0.2;
    metrics.value[TS_METRIC_profit_factor] = 1.25;
    assert_float_equal(ts_objective_score(&objective, &metrics), 0.6175, 1e-15);

    metrics.value[TS_METRIC_sharpe] = 50;           /* N is clamped to 1: + 0.125 */
    metrics.value[TS_METRIC_annual_return] = -0.99; /* N(-0.99) = 0.01/3; N is 0 below -1 */
    assert_float_equal(ts_objective_score(&objective, &metrics), 0.6175 + 0.125 - 0.08 + 0.2 * 0.01 / 3, 1e-15);
}

/* Trades without a loss count N(profit factor) = 1, no trades at all 0; what is undefined counts 0. */
static void tradestream_of_undefined_metrics(void **state)
{
    (void)state;
    ts_objective objective = objective_of("tradestream");
    ts_metrics none = metrics_of(0, 0, NAN), winners = metrics_of(3, 0, NAN);
    assert_float_equal(ts_objective_score(&objective, &none), 0.20, 1e-15);
    assert_float_equal(ts_objective_score(&objective, &winners), 0.35, 1e-15);
}

static void feasible_needs_trades_drawdown_and_a_score(void **state)
{
    (void)state;
    ts_objective objective = objective_of("sharpe");
    const struct {
        double trades, drawdown, sharpe;
        bool feasible;
    } cases[] = {{30, 0.5, -3, true}, {29, 0.5, 3, false}, {30, 0.51, 3, false}, {30, 0.5, NAN, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ts_metrics metrics = metrics_of(cases[i].trades, cases[i].drawdown, cases[i].sharpe);
        assert_int_equal(ts_objective_stand(&objective, &metrics).feasible, cases[i].feasible);
    }
}

static int order(const char *key, ts_metrics a, const ts_genome *genome_a, ts_metrics b, const ts_genome *genome_b)
{
    ts_objective objective = objective_of(key);
    ts_standing x = ts_objective_stand(&objective, &a), y = ts_objective_stand(&objective, &b);
    int forward = ts_objective_compare(&objective, &x, genome_a, &y, genome_b);
    assert_int_equal(forward > 0, ts_objective_compare(&objective, &y, genome_b, &x, genome_a) < 0);
    return forward;
}

static void the_order_of_genomes(void **state)
{
    (void)state;
    assert_true(order("sharpe", metrics_of(30, 0.1, -9), &one, metrics_of(29, 0.1, 9), &zero) < 0);
    assert_true(order("sharpe", metrics_of(30, 0.1, 2), &one, metrics_of(90, 0.1, 1), &zero) < 0);
    assert_true(order("max_drawdown", metrics_of(30, 0.1, 0), &one, metrics_of(30, 0.2, 1), &zero) < 0);
    assert_true(order("sharpe", metrics_of(30, 0.1, 2), &zero, metrics_of(31, 0.2, 2), &one) < 0);
    assert_int_equal(order("sharpe", metrics_of(30, 0.1, 2), &one, metrics_of(30, 0.1, 2), &one), 0);
    /* infeasible: more trades, then the smaller drawdown, then the genome; the score counts nothing */
    assert_true(order("sharpe", metrics_of(20, 0.4, 1), &one, metrics_of(19, 0.1, 2), &zero) < 0);
    assert_true(order("sharpe", metrics_of(20, 0.1, 1), &one, metrics_of(20, 0.4, 2), &zero) < 0);
    assert_true(order("sharpe", metrics_of(20, 0.1, 1), &zero, metrics_of(20, 0.1, NAN), &one) < 0);
}

static void metrics_as_json(void **state)
{
    (void)state;
    ts_metrics metrics = metrics_of(12, -0.0, 0.1);
    metrics.value[TS_METRIC_ruined] = 0;
    ts_json json = {.first = true};
    ts_json_object(&json, NULL);
    ts_metrics_json(&json, &metrics);
    ts_json_object_end(&json);
    assert_non_null(strstr(json.out.text, "\"trades\": 12,"));
    assert_non_null(strstr(json.out.text, "\"max_drawdown\": 0,"));
    assert_non_null(strstr(json.out.text, "\"sharpe\": 0.1,"));
    assert_non_null(strstr(json.out.text, "\"calmar\": null,"));
    assert_non_null(strstr(json.out.text, "\"ruined\": false}"));
    ts_strbuf_clear(&json.out);
}

static void a_list_names_each_objective_once(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } wrong[] = {{"sharpe,sharpe", "sharpe is named twice"},
                 {"sharpe,calmar,tradestream,tradestream", "tradestream is named twice"},
                 {"sharpe,max_drawdwn", "did you mean max_drawdown?"},
                 {"sharpe,", "a key is missing"},
                 {",sharpe", "a key is missing"},
                 {"", "a key is missing"},
                 {"sharpe,calmar,sortino,volatility,trades", "5 keys: expected 1 to 4"}};
    ts_objective first = {.min_trades = 7, .max_drawdown = 0.5};
    ts_objectives also;
    ts_error error = {0};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        error = (ts_error){0};
        assert_int_equal(ts_objectives_parse(wrong[i].text, &first, &also, &error), -1);
        assert_int_equal(error.code, TS_USAGE);
        if (!strstr(error.text, wrong[i].says)) fail_msg("%s: %s", wrong[i].text, error.text);
    }
    assert_int_equal(ts_objectives_parse("sortino", &first, &also, &error), 0);
    assert_int_equal(also.count, 0);
    static const char text[] = "calmar,max_drawdown,tradestream,trades";
    assert_int_equal(ts_objectives_parse(text, &first, &also, &error), 0);
    assert_int_equal(also.count, 3);
    assert_true(also.of[0].lower && !also.of[1].lower && !also.of[2].lower && first.min_trades == 7);
    ts_strbuf again = {0};
    ts_objectives_text(&again, &first, &also);
    assert_string_equal(again.text, text);
    ts_strbuf_clear(&again);
}

/* Every score must be defined; costs are smaller the better, whatever the direction. */
static void several_scores_of_a_genome(void **state)
{
    (void)state;
    ts_objective first = {.min_trades = 30, .max_drawdown = 0.5};
    ts_objectives also;
    ts_error error = {0};
    ts_metrics metrics = {{0}};
    double cost[TS_OBJECTIVES_MAX];
    assert_int_equal(ts_objectives_parse("sharpe,max_drawdown,calmar", &first, &also, &error), 0);
    metrics.value[TS_METRIC_trades] = 30;
    metrics.value[TS_METRIC_sharpe] = 1.5;
    metrics.value[TS_METRIC_max_drawdown] = 0.25;
    metrics.value[TS_METRIC_calmar] = -3;
    ts_standing standing = ts_objectives_stand(&first, &also, &metrics);
    assert_true(standing.feasible);
    ts_objectives_costs(&first, &also, &standing, cost);
    assert_true(cost[0] == -1.5 && cost[1] == 0.25 && cost[2] == 3);
    metrics.value[TS_METRIC_calmar] = NAN;
    assert_false(ts_objectives_stand(&first, &also, &metrics).feasible);
    metrics.value[TS_METRIC_calmar] = -3;
    metrics.value[TS_METRIC_trades] = 29;
    assert_false(ts_objectives_stand(&first, &also, &metrics).feasible);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_is_an_objective),
        cmocka_unit_test(an_unknown_key_is_refused_with_the_nearest),
        cmocka_unit_test(tradestream_is_the_published_formula),
        cmocka_unit_test(tradestream_of_undefined_metrics),
        cmocka_unit_test(feasible_needs_trades_drawdown_and_a_score),
        cmocka_unit_test(the_order_of_genomes),
        cmocka_unit_test(metrics_as_json),
        cmocka_unit_test(a_list_names_each_objective_once),
        cmocka_unit_test(several_scores_of_a_genome),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

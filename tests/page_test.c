/* The parts of the report's page: dates, scales, months, thinned curves, escaped text, diversity, and the surface
 * around a winner. */
#include "common/clock.h"
#include "host/report/page/calendar.h"
#include "host/report/page/figures.h"
#include "host/report/page/html.h"
#include "host/report/page/months.h"
#include "host/report/page/plot.h"
#include "host/search/diversity.h"
#include "host/validation/surface.h"
#include "tests/random_market.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DAY 86400000LL

static void assert_close(double got, double expected)
{
    if (!(fabs(got - expected) <= 1e-12)) fail_msg("%.17g, expected %.17g", got, expected);
}

static void every_day_of_centuries_is_found_again(void **state)
{
    (void)state;
    for (int64_t day = -200000; day < 200000; day++) {
        ts_date date = ts_date_of(day * DAY + 12345);
        char text[TS_TIME_TEXT], expected[16];
        snprintf(expected, sizeof expected, "%04d-%02d-%02d", date.year, date.month, date.day);
        if (strncmp(ts_time_text(day * DAY, text), expected, 10)) fail_msg("%s is %s", text, expected);
        assert_int_equal(ts_date_ms(date), day * DAY);
    }
    assert_int_equal(ts_date_ms((ts_date){2023, 13, 1}), ts_date_ms((ts_date){2024, 1, 1}));
}

static void marks_of_time_are_few_round_and_within(void **state)
{
    (void)state;
    const int64_t from = ts_date_ms((ts_date){2022, 1, 15});
    for (double length = 3600e3; length < 4e12; length *= 1.37)
        for (size_t most = 2; most <= TS_MARKS_MOST; most++) {
            ts_mark mark[TS_MARKS_MOST];
            size_t count = ts_time_marks(from, from + (int64_t)length, most, mark);
            assert_true(count <= most);
            assert_true(count >= 1 || length < 200 * (double)DAY);
            for (size_t i = 0; i < count; i++) {
                assert_true(mark[i].at >= (double)from && mark[i].at <= (double)from + length);
                assert_true(i == 0 || mark[i].at > mark[i - 1].at);
            }
        }
    ts_mark mark[TS_MARKS_MOST];
    assert_int_equal(ts_time_marks(from, ts_date_ms((ts_date){2025, 6, 1}), 9, mark), 6);
    assert_string_equal(mark[0].text, "Jul 2022");
    assert_string_equal(mark[1].text, "Jan 2023");
    assert_string_equal(mark[2].text, "Jul");
}

static void expect_marks(ts_scale scale, size_t most, const char *texts)
{
    ts_mark mark[TS_MARKS_MOST];
    char said[512] = "";
    size_t count = ts_scale_marks(&scale, most, mark), length = 0;
    for (size_t i = 0; i < count; i++)
        length += (size_t)snprintf(said + length, sizeof said - length, "%s%s", i ? " " : "", mark[i].text);
    assert_string_equal(said, texts);
}

static void scales_are_marked_with_round_values(void **state)
{
    (void)state;
    expect_marks((ts_scale){0, 10, false, TS_UNIT_NUMBER}, 6, "0 2 4 6 8 10");
    expect_marks((ts_scale){-0.3, 0.61, false, TS_UNIT_NUMBER}, 6,
                 "\xe2\x88\x92"
                 "0.2 0.0 0.2 0.4 0.6");
    expect_marks((ts_scale){0.9, 1.02, false, TS_UNIT_NUMBER}, 6, "0.90 0.92 0.94 0.96 0.98 1.00 1.02");
    expect_marks((ts_scale){-0.5, 0, false, TS_UNIT_PERCENT}, 3,
                 "\xe2\x88\x92"
                 "40\xe2\x80\xaf% \xe2\x88\x92"
                 "20\xe2\x80\xaf% 0\xe2\x80\xaf%");
    expect_marks((ts_scale){0.5, 3.5, false, TS_UNIT_COUNT}, 9, "1 2 3");
    expect_marks((ts_scale){0.4, 6, true, TS_UNIT_NUMBER}, 6, "0.5 1 2 5");
    expect_marks((ts_scale){1e-4, 2, true, TS_UNIT_NUMBER}, 6, "0.0001 0.001 0.01 0.1 1");
    ts_scale odd = ts_scale_of(INFINITY, -INFINITY, TS_UNIT_NUMBER, true);
    assert_true(odd.low < odd.high);
    ts_scale flat = ts_scale_of(1, 1, TS_UNIT_NUMBER, true);
    assert_true(flat.low < 1 && flat.high > 1);
}

static void figures_have_few_digits_and_true_signs(void **state)
{
    (void)state;
    char text[TS_FIGURE_TEXT];
    assert_string_equal(ts_figure_ratio(-1.2345, text), "\xe2\x88\x92"
                                                        "1.23");
    assert_string_equal(ts_figure_ratio(-0.001, text), "0.00");
    assert_string_equal(ts_figure_ratio(9.999, text), "10.0");
    assert_string_equal(ts_figure_ratio(NAN, text), "\xe2\x80\x93");
    assert_string_equal(ts_figure_change(0.5, text), "+50.0\xe2\x80\xaf%");
    assert_string_equal(ts_figure_percent(0.0123, text), "1.23\xe2\x80\xaf%");
    assert_string_equal(ts_figure_count(1234567, text), "1\xe2\x80\xaf"
                                                        "234\xe2\x80\xaf"
                                                        "567");
    assert_string_equal(ts_figure_count(-1234, text), "\xe2\x88\x92"
                                                      "1234");
    assert_string_equal(ts_figure_large(4.77e10, text), "47.7\xe2\x80\xaf"
                                                        "billion");
    assert_string_equal(ts_figure_price(63123.456, text), "63123.46");
    for (double value = 1e-12; value < 1e300; value *= 7)
        assert_true(strlen(ts_figure_change(-value, text)) < TS_FIGURE_TEXT &&
                    strlen(ts_figure_count(value, text)) < TS_FIGURE_TEXT);
}

static void text_is_escaped(void **state)
{
    (void)state;
    ts_strbuf out = {0};
    ts_html_text(&out, "a<b>&\"'\x01\n");
    assert_string_equal(out.text, "a&lt;b&gt;&amp;&quot;&#39;?\n");
    ts_strbuf_clear(&out);
}

/* One bar a day, each month its own change, over the end of a year; February 2023 has no bar. */
static void months_and_years_are_of_their_bars(void **state)
{
    (void)state;
    enum { BARS = 31 + 31 + 31 };
    int64_t time[BARS];
    double equity[BARS];
    const int64_t starts[] = {ts_date_ms((ts_date){2022, 12, 1}), ts_date_ms((ts_date){2023, 1, 1}),
                              ts_date_ms((ts_date){2023, 3, 1})};
    const double ends[] = {1.1, 0.99, 0};
    for (int i = 0; i < BARS; i++) {
        time[i] = starts[i / 31] + i % 31 * DAY;
        equity[i] = i % 31 == 30 ? ends[i / 31] : 0.5;
    }
    ts_months months;
    ts_error error = {0};
    assert_int_equal(ts_months_of(time, equity, BARS, &months, &error), 0);
    assert_int_equal(months.years, 2);
    assert_int_equal(months.year[0].year, 2022);
    assert_close(months.year[0].change[11], 0.1);
    assert_close(months.year[0].change[TS_MONTHS], 0.1);
    assert_true(isnan(months.year[0].change[10]));
    assert_close(months.year[1].change[0], -0.1);
    assert_true(isnan(months.year[1].change[1]));
    assert_close(months.year[1].change[2], -1);
    assert_close(months.year[1].change[TS_MONTHS], -1);
    ts_months_clear(&months);
}

/* A million points with one needle up and one down: a small text, and both needles at their full length. */
static void a_thinned_curve_keeps_its_needles(void **state)
{
    (void)state;
    enum { POINTS = 1000000 };
    double *x = calloc(POINTS, sizeof *x), *y = calloc(POINTS, sizeof *y);
    assert_true(x && y);
    for (int i = 0; i < POINTS; i++) x[i] = i, y[i] = 0.5 + (i % 7) * 0.01;
    y[333333] = 1, y[777777] = 0;
    ts_strbuf out = {0};
    const ts_plot plot = {.out = &out,
                          .x = {0, POINTS - 1, false, TS_UNIT_COUNT},
                          .y = {0, 1, false, TS_UNIT_NUMBER},
                          .size = "low",
                          .label = "-"};
    ts_plot_line(&plot, "own", "needles", &(ts_points){.x = x, .y = y, .count = POINTS});
    assert_true(out.length < 40000);
    assert_non_null(strstr(out.text, "333 0.0"));
    assert_non_null(strstr(out.text, "777 400.0"));
    ts_strbuf_clear(&out);
    free(x);
    free(y);
}

static ts_strategy *crossing(void)
{
    static const ts_parameter parameters[] = {
        {.name = "short", .integer = true, .min = 2, .step = 1, .fallback = 5, .steps = 9},
        {.name = "idle", .integer = true, .min = 1, .step = 1, .fallback = 2, .steps = 4},
        {.name = "long", .integer = true, .min = 5, .step = 1, .fallback = 20, .steps = 30}};
    ts_error error = {0};
    ts_strategy *strategy = ts_strategy_new(
        &(ts_strategy_text){.name = "T",
                            .description = "-",
                            .source = "-",
                            .require = "short < long",
                            .entry = "crossed_up(sma(close, short), sma(close, long))",
                            .exit = "crossed_down(sma(close, short), sma(close, long)) or close < 0 * idle",
                            .parameters = 3,
                            .parameter = parameters},
        &error);
    if (!strategy) fail_msg("%s", error.text);
    return strategy;
}

/* All different: the deviation of a uniform gene; all alike: none. */
static void diversity_is_one_at_random_and_none_when_alike(void **state)
{
    (void)state;
    ts_strategy *strategy = crossing();
    ts_trial trial[9 * 4 * 30], *population[9 * 4 * 30 + 1] = {0};
    for (int i = 0; i < 9 * 4 * 30; i++) {
        trial[i].genome = ts_strategy_point(strategy, (uint64_t)i);
        population[i] = &trial[i];
    }
    assert_close(ts_diversity(strategy, population, 9 * 4 * 30 + 1), 1);
    for (int i = 0; i < 9 * 4 * 30; i++) population[i] = &trial[17];
    assert_true(ts_diversity(strategy, population, 9 * 4 * 30) == 0);
    assert_true(isnan(ts_diversity(strategy, NULL, 0)));
    ts_strategy_free(strategy);
}

/* The parameter that does nothing is not drawn; each cell is what ts_evaluate says; what `require` forbids is none. */
static void the_surface_is_of_the_parameters_that_matter(void **state)
{
    (void)state;
    ts_error error = {0};
    ts_series series = {0};
    ts_draws draws = ts_draws_at(5, 0, 0, 0);
    random_market(&draws, MARKET_WALK, 4000, &series);
    ts_strategy *strategy = crossing();
    ts_engine *engine = ts_engine_new("scalar", 1, &error);
    ts_simulation simulation = {.bars_per_year = 8760, .from_ms = INT64_MIN, .to_ms = INT64_MAX};
    ts_market *market = ts_market_new(&series, &simulation, &error);
    ts_objective objective = {.min_trades = 1, .max_drawdown = 1};
    ts_genome genome = {{4, 1, 3}};
    ts_surface s;
    assert_int_equal(ts_objective_parse("sharpe", &objective, &error), 0);
    assert_int_equal(ts_surface_measure(engine, market, strategy, &genome, &objective, &s, &error), 0);
    assert_true(s.parameter[0] != 1 && s.parameter[1] != 1 && s.parameter[0] != s.parameter[1]);
    size_t forbidden = 0;
    for (int32_t r = 0; r < s.count[0]; r++)
        for (int32_t c = 0; c < s.count[1]; c++) {
            ts_genome near = genome;
            ts_metrics metrics;
            near.gene[s.parameter[0]] = s.first[0] + r;
            near.gene[s.parameter[1]] = s.first[1] + c;
            assert_int_equal(s.valid[r][c], ts_genome_valid(strategy, &near));
            forbidden += !s.valid[r][c];
            if (!s.valid[r][c]) continue;
            assert_int_equal(ts_evaluate(engine, market, strategy, &near, 1, &metrics, &error), 0);
            ts_standing standing = ts_objective_stand(&objective, &metrics);
            assert_memory_equal(&s.cell[r][c].score, &standing.score, sizeof standing.score);
        }
    assert_true(forbidden > 0);
    assert_int_equal(s.first[0] + s.own[0], genome.gene[s.parameter[0]]);
    ts_market_free(market);
    ts_engine_free(engine);
    ts_strategy_free(strategy);
    ts_series_clear(&series);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_of_centuries_is_found_again),
        cmocka_unit_test(marks_of_time_are_few_round_and_within),
        cmocka_unit_test(scales_are_marked_with_round_values),
        cmocka_unit_test(figures_have_few_digits_and_true_signs),
        cmocka_unit_test(text_is_escaped),
        cmocka_unit_test(months_and_years_are_of_their_bars),
        cmocka_unit_test(a_thinned_curve_keeps_its_needles),
        cmocka_unit_test(diversity_is_one_at_random_and_none_when_alike),
        cmocka_unit_test(the_surface_is_of_the_parameters_that_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Flat prices: where nothing moves, no average crosses another by rounding. On one price all averages are that price;
 * on steps with long flats between them an average crosses no more often than its formula can. */
#include "host/engine/engine.h"
#include "host/language/functions.h"
#include "host/language/parser.h"

#include "common/philox.h"
#include "tests/soak.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { LONGEST = 50, FLAT = 1200, STEPS = 5, TIMES = 25 };

/* `turns`: how often the distance from the price can change its sign in a flat that fills every window: a windowed
 * average has none left, an EMA is one exponential, a DEMA an exponential times a line, a TEMA times a parabola. */
typedef struct average {
    const char *text;
    int turns;
    bool windowed;
} average;

static const average averages[] = {
    {"close", 0, true},
    {"sma(close, 5)", 0, true},
    {"sma(close, 50)", 0, true},
    {"wma(close, 14)", 0, true},
    {"linreg(close, 20)", 0, true},
    {"linreg(close, 50)", 0, true},
    {"midprice(14)", 0, true},
    {"donchian_upper(20)", 0, true},
    {"donchian_middle(20)", 0, true},
    {"donchian_lower(20)", 0, true},
    {"ichimoku_span_a(9, 26)", 0, true},
    {"ichimoku_span_b(30, 20)", 0, true},
    {"pivot(20)", 0, true},
    {"pivot_r1(20)", 0, true},
    {"pivot_s1(20)", 0, true},
    {"pivot_r2(20)", 0, true},
    {"pivot_s2(20)", 0, true},
    {"bollinger_upper(close, 20, 2)", 0, true},
    {"bollinger_lower(close, 20, 2)", 0, true},
    {"highest(close, 7)", 0, true},
    {"lowest(close, 33)", 0, true},
    {"sma(sma(close, 7), 20)", 0, true},
    {"ema(close, 3)", 0, false},
    {"ema(close, 12)", 0, false},
    {"ema(close, 26)", 0, false},
    {"zlema(close, 20)", 0, false},
    {"wilder(close, 14)", 0, false},
    {"kama(close, 10)", 0, false},
    {"vwema(close, 20)", 0, false},
    {"frama(8, 1, 1)", 0, false},
    {"heikin_ashi_open", 0, false},
    {"heikin_ashi_close", 0, true},
    {"dema(close, 12)", 1, false},
    {"tema(close, 12)", 2, false},
};

enum { AVERAGES = sizeof averages / sizeof *averages };

/* Rows that are 0 when nothing moves. */
static const char *const zeros[] = {"stddev(close, 20)",
                                    "momentum(close, 10)",
                                    "roc(close, 10)",
                                    "macd(close, 12, 26)",
                                    "macd_signal(close, 12, 26, 9)",
                                    "rsi(close, 14)",
                                    "cmo(close, 14)",
                                    "atr(14)",
                                    "adx(14)",
                                    "cci(20)",
                                    "stochastic_k(14)",
                                    "williams_r(14)",
                                    "trix(close, 9)",
                                    "chaikin_oscillator(3, 10)",
                                    "cmf(20)",
                                    "pvt",
                                    "nvi - 1000",
                                    "vwmacd(close, 12, 26)",
                                    "volume_spread(20)",
                                    "gap",
                                    "close - parabolic_sar(0.02, 0.02, 0.2)",
                                    "close - atr_stop(14, 2)",
                                    "close - volatility_stop(14, 2)",
                                    "close - renko(close, 0.01 * close)",
                                    "close - range_bars(close, 0.01 * close)",
                                    "close - swing_high(5)",
                                    "linreg_slope(close, 20)",
                                    "linreg_deviation(close, 20)",
                                    "ppo(close, 12, 26)",
                                    "dpo(close, 20)",
                                    "awesome_oscillator(5, 34)",
                                    "kst(close, 10, 10, 10, 15)",
                                    "rvi(10)",
                                    "rvi_signal(10)",
                                    "bull_power(13)",
                                    "bear_power(13)",
                                    "rainbow_oscillator(close, 10, 20, 50)",
                                    "mass_index(9, 25)"};

static double draw_price(ts_draws *draws)
{
    static const double usual[] = {0.1, 28080, 0.00160008, 1.0 / 3, 49, 9.97, 64123.45, 1e-7};
    if (ts_draw_below(draws, 2)) return usual[ts_draw_below(draws, 8)];
    return 100 * ts_draw_unit(draws) + 0.01;
}

static void append_flat(ts_series *series, double price, size_t bars)
{
    ts_error error = {0};
    for (size_t i = 0; i < bars; i++) {
        ts_candle candle = {(int64_t)series->bars * 60000, {price, price, price, price, 5}};
        if (ts_series_append(series, &candle, &error)) fail_msg("%s", error.text);
    }
}

static double *row_of(ts_engine *engine, const ts_series *series, const char *text)
{
    ts_error error = {0};
    double *row = calloc(series->bars, sizeof *row);
    ts_arena *arena = ts_arena_new();
    const ts_expression *tree = ts_parse(text, &(ts_scope){0}, arena, &error);
    if (!tree || !row || ts_engine_rows(engine, series, &tree, 1, &row, &error)) fail_msg("%s: %s", text, error.text);
    ts_arena_free(arena);
    return row;
}

static ts_engine *new_engine(void)
{
    ts_error error = {0};
    ts_engine *engine = ts_engine_new("auto", 1, &error);
    if (!engine) fail_msg("%s", error.text);
    return engine;
}

static void on_one_price_every_average_is_that_price(void **state)
{
    (void)state;
    ts_engine *engine = new_engine();
    ts_draws draws = ts_draws_at(0x666c6174, 1, 0, 0);
    for (uint32_t i = 0; i < soak(TIMES); i++) {
        ts_series series = {0};
        double price = draw_price(&draws);
        append_flat(&series, price, 300);
        for (int a = 0; a < AVERAGES; a++) {
            double *row = row_of(engine, &series, averages[a].text);
            for (size_t t = 0; t < series.bars; t++)
                if (!isnan(row[t]) && row[t] != price)
                    fail_msg("%s at bar %zu of the constant %.17g: %.17g", averages[a].text, t, price, row[t]);
            assert_true(row[299] == price);
            free(row);
        }
        ts_series_clear(&series);
    }
    ts_engine_free(engine);
}

static void on_one_price_nothing_moves(void **state)
{
    (void)state;
    ts_engine *engine = new_engine();
    ts_draws draws = ts_draws_at(0x666c6174, 2, 0, 0);
    for (uint32_t i = 0; i < soak(TIMES); i++) {
        ts_series series = {0};
        append_flat(&series, draw_price(&draws), 300);
        for (size_t z = 0; z < sizeof zeros / sizeof *zeros; z++) {
            double *row = row_of(engine, &series, zeros[z]);
            for (size_t t = 100; t < series.bars; t++)
                if (row[t] != 0) fail_msg("%s at bar %zu: %.17g", zeros[z], t, row[t]);
            assert_true(row[299] == 0);
            free(row);
        }
        ts_series_clear(&series);
    }
    ts_engine_free(engine);
}

static int crossings(const double *a, const double *b, size_t from, size_t to)
{
    int count = 0;
    for (size_t t = from + 1; t < to; t++)
        count += (a[t] > b[t] && a[t - 1] <= b[t - 1]) || (a[t] < b[t] && a[t - 1] >= b[t - 1]);
    return count;
}

/* How often two averages may cross in a flat. Two that are both still on their way add their formulas' terms. */
static int allowed(const average *a, const average *b)
{
    int both_moving = !a->windowed && !b->windowed;
    return a->turns + b->turns + both_moving;
}

static void check_steps(ts_engine *engine, const ts_series *series)
{
    double *row[AVERAGES];
    for (int a = 0; a < AVERAGES; a++) row[a] = row_of(engine, series, averages[a].text);
    for (size_t step = 0; step < STEPS; step++) {
        size_t from = step * FLAT + 2 * LONGEST, to = (step + 1) * FLAT;
        for (int a = 0; a < AVERAGES; a++)
            for (int b = a + 1; b < AVERAGES; b++) {
                int count = crossings(row[a], row[b], from, to);
                if (count > allowed(&averages[a], &averages[b]))
                    fail_msg("%s and %s cross %d times between %zu and %zu, at the price %.17g", averages[a].text,
                             averages[b].text, count, from, to, series->column[TS_CLOSE][from]);
            }
    }
    for (int a = 0; a < AVERAGES; a++) free(row[a]);
}

static void on_steps_no_average_crosses_by_rounding(void **state)
{
    (void)state;
    ts_engine *engine = new_engine();
    ts_draws draws = ts_draws_at(0x666c6174, 3, 0, 0);
    for (uint32_t i = 0; i < soak(TIMES); i++) {
        ts_series series = {0};
        for (int step = 0; step < STEPS; step++) append_flat(&series, draw_price(&draws), FLAT);
        check_steps(engine, &series);
        ts_series_clear(&series);
    }
    ts_engine_free(engine);
}

static void a_deviation_is_0_once_its_window_is_flat(void **state)
{
    (void)state;
    ts_engine *engine = new_engine();
    ts_draws draws = ts_draws_at(0x666c6174, 4, 0, 0);
    ts_series series = {0};
    for (int step = 0; step < 40; step++) append_flat(&series, draw_price(&draws), 30);
    static const char *const deviations[] = {"stddev(close, 20)", "linreg_deviation(close, 20)"};
    for (size_t i = 0; i < sizeof deviations / sizeof *deviations; i++) {
        double *row = row_of(engine, &series, deviations[i]);
        for (size_t t = 19; t < series.bars; t++)
            if (t % 30 >= 19) assert_true(row[t] == 0);
            else if (t >= 30 && series.column[TS_CLOSE][t] != series.column[TS_CLOSE][t - 30]) assert_true(row[t] > 0);
        free(row);
    }
    ts_series_clear(&series);
    ts_engine_free(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(on_one_price_every_average_is_that_price),
        cmocka_unit_test(on_one_price_nothing_moves),
        cmocka_unit_test(on_steps_no_average_crosses_by_rounding),
        cmocka_unit_test(a_deviation_is_0_once_its_window_is_flat),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

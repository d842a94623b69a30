/* Many windows at once: genomes walked over several windows of a market, at several multiples of its costs, have the
 * metrics and sums that each window has as a market of its own. */
#define _POSIX_C_SOURCE 200809L /* setenv */
#include "host/backend/backend.h"
#include "tests/agreement.h"
#include "tests/opencl_machine.h"
#include "tests/random_market.h"
#include "tests/random_strategy.h"
#include "tests/soak.h"
#include "tests/temporary.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { GENOMES = 150, WINDOWS = 8, CASES = 12, SOME = 40 };

/* Bars [from, to) at a multiple of the costs; a tile of 64 and one of 256 bars begins or ends at several of them. */
static const struct {
    size_t from, to;
    double costs;
} window[WINDOWS] = {{0, SIZE_MAX, 1}, {0, 512, 1},  {512, 1000, 1}, {511, 640, 1},
                     {513, 700, 1},    {64, 300, 5}, {0, 900, 0},    {900, SIZE_MAX, 2}};

static bool same(double a, double b) { return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b)); }

static int64_t time_of(const ts_series *series, size_t bar)
{
    return bar < series->bars ? series->time[bar] : INT64_MAX;
}

/* What scalar says of one window as a market of its own. */
static void alone(ts_engine *scalar, const ts_series *series, const ts_simulation *simulation, int which,
                  const ts_strategy *strategy, const ts_genome *genomes, ts_metrics *out)
{
    ts_error error = {0};
    ts_simulation narrow = *simulation;
    narrow.from_ms = time_of(series, window[which].from);
    narrow.to_ms = time_of(series, window[which].to);
    narrow.fee *= window[which].costs;
    narrow.slippage *= window[which].costs;
    ts_market *market = ts_market_new(series, &narrow, &error);
    if (!market || ts_evaluate(scalar, market, strategy, genomes, GENOMES, out, &error)) fail_msg("%s", error.text);
    ts_market_free(market);
}

typedef struct answers {
    ts_metrics metrics[WINDOWS][GENOMES];
    ts_sums sums[WINDOWS][GENOMES];
} answers;

static void together(ts_engine *engine, ts_market *const *windows, const ts_strategy *strategy,
                     const ts_genome *genomes, const uint32_t *some, answers *out)
{
    ts_error error = {0};
    ts_walks walks[WINDOWS];
    for (int w = 0; w < WINDOWS; w++)
        walks[w] = (ts_walks){.market = windows[w], .count = GENOMES, .metrics = out->metrics[w], .sums = out->sums[w]};
    walks[3].genome = some;
    walks[3].count = SOME;
    uint64_t before = ts_engine_genome_bars(engine), expected = 0;
    if (ts_evaluate_walks(engine, strategy, genomes, GENOMES, walks, WINDOWS, &error)) fail_msg("%s", error.text);
    for (int w = 0; w < WINDOWS; w++)
        if (window[w].costs == 1) expected += walks[w].count * ts_market_bars(windows[w]);
    assert_int_equal(ts_engine_genome_bars(engine) - before, expected);
}

static void expect(const answers *want, const answers *got, const uint32_t *some, const char *how, const char *what)
{
    for (int w = 0; w < WINDOWS; w++)
        for (size_t i = 0; i < (w == 3 ? SOME : GENOMES); i++) {
            const ts_metrics *a = &want->metrics[w][w == 3 ? some[i] : i], *b = &got->metrics[w][i];
            for (int m = 0; m < TS_METRICS; m++)
                if (!same(a->value[m], b->value[m]))
                    fail_msg("%s, window %d, genome %zu: %s is %.17g, alone %.17g: %s", how, w, i,
                             ts_metric_table[m].name, b->value[m], a->value[m], what);
            double bars = b->value[TS_METRIC_bars], returns = got->sums[w][i].returns;
            assert_true(got->sums[w][i].trades == b->value[TS_METRIC_trades]);
            double spread = sqrt(fabs(got->sums[w][i].squares - returns * (returns / bars)) / (bars - 1));
            assert_true(fabs(spread * sqrt(525600) - b->value[TS_METRIC_volatility]) <=
                        1e-9 * b->value[TS_METRIC_volatility]);
        }
}

static void check_case(ts_draws *draws, ts_engine *const *engines, int count, const ts_series *series,
                       const ts_strategy *strategy, const char *what)
{
    static answers want, got;
    static const char *const tiles[] = {"64", "256", "4096"};
    ts_error error = {0};
    ts_simulation simulation = usual_simulation();
    simulation.fill = ts_draw_below(draws, 2) ? TS_FILL_CLOSE : TS_FILL_NEXT_OPEN;
    ts_genome genomes[GENOMES];
    uint32_t some[SOME];
    for (size_t i = 0; i < GENOMES; i++) genomes[i] = random_point(draws, strategy);
    for (uint32_t i = 0; i < SOME; i++) some[i] = (i * 37) % GENOMES;
    unsetenv("TS_TILE");
    for (int w = 0; w < WINDOWS; w++) alone(engines[0], series, &simulation, w, strategy, genomes, want.metrics[w]);
    ts_market *market = ts_market_new(series, &simulation, &error), *windows[WINDOWS];
    if (!market) fail_msg("%s", error.text);
    for (int w = 0; w < WINDOWS; w++) {
        windows[w] = ts_market_window(market, time_of(series, window[w].from), time_of(series, window[w].to),
                                      window[w].costs, &error);
        if (!windows[w]) fail_msg("%s", error.text);
    }
    for (int e = 0; e < count; e++)
        for (size_t t = 0; t < sizeof tiles / sizeof *tiles; t++) {
            setenv("TS_TILE", tiles[t], 1);
            together(engines[e], windows, strategy, genomes, some, &got);
            expect(&want, &got, some, ts_engine_backend(engines[e]), what);
        }
    for (int w = 0; w < WINDOWS; w++) { /* one alone, with no longer one beside it */
        if (ts_evaluate(engines[count - 1], windows[w], strategy, genomes, GENOMES, got.metrics[w], &error))
            fail_msg("%s", error.text);
        for (size_t i = 0; i < GENOMES; i++)
            for (int m = 0; m < TS_METRICS; m++)
                assert_true(same(want.metrics[w][i].value[m], got.metrics[w][i].value[m]));
    }
    for (int w = 0; w < WINDOWS; w++) ts_market_free(windows[w]);
    ts_market_free(market);
}

static void windows_together_are_windows_alone(void **state)
{
    (void)state;
    ts_engine *engines[8];
    int count = 0;
    for (int i = 0; i < ts_backend_count; i++) {
        ts_error error = {0};
        if (ts_backends[i].available()) engines[count] = ts_engine_new(ts_backends[i].name, 2, &error);
        else continue;
        if (engines[count]) count++;
        else print_message("%s: %s\n", ts_backends[i].name, error.text);
    }
    ts_draws draws = ts_draws_at(0x77696e64, 0, 0, 0);
    ts_strbuf text = {0};
    for (uint32_t i = 0; i < soak(CASES); i++) {
        ts_error error = {0};
        ts_series series;
        random_market(&draws, (market_kind)(i % MARKET_KINDS), 1200 + ts_draw_below(&draws, 100), &series);
        ts_strategy *strategy = random_strategy(&draws, &text, &error);
        if (!strategy) fail_msg("%s", error.text);
        check_case(&draws, engines, count, &series, strategy, text.text);
        ts_strategy_free(strategy);
        ts_series_clear(&series);
    }
    print_message("%d back ends\n", count);
    for (int i = 0; i < count; i++) ts_engine_free(engines[i]);
    ts_strbuf_clear(&text);
}

static void an_empty_window_is_refused(void **state)
{
    (void)state;
    ts_draws draws = ts_draws_at(1, 0, 0, 0);
    ts_error error = {0};
    ts_series series;
    ts_simulation simulation = usual_simulation();
    random_market(&draws, MARKET_WALK, 100, &series);
    ts_market *market = ts_market_new(&series, &simulation, &error);
    assert_non_null(market);
    assert_null(ts_market_window(market, series.time[40], series.time[41], 1, &error));
    assert_int_equal(error.code, TS_BAD_DATA);
    assert_string_equal(error.text, "the window holds 1 bars: expected at least 2");
    error = (ts_error){0};
    assert_null(ts_market_window(market, INT64_MIN, INT64_MAX, 1000, &error));
    assert_int_equal(error.code, TS_USAGE);
    ts_market_free(market);
    ts_series_clear(&series);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_together_are_windows_alone),
        cmocka_unit_test(an_empty_window_is_refused),
    };
    return cmocka_run_group_tests(tests, opencl_set_up, ts_temporary_remove);
}

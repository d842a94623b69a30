/* No signal sees the future: cutting the candles off at any bar changes nothing before it, for every function of the
 * language and every strategy of the catalogue. Rows and equity are compared by their bits. */
#include "host/engine/engine.h"
#include "host/language/catalogue.h"
#include "host/language/functions.h"
#include "host/language/parser.h"
#include "tests/agreement.h"
#include "tests/random_market.h"
#include "tests/random_strategy.h"
#include "tests/soak.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { BARS = 2500, CUTS = 6, GENOMES = 3 };

static ts_engine *engine;
static ts_series candles;

static int open_engine(void **state)
{
    (void)state;
    ts_error error = {0};
    ts_draws draws = ts_draws_at(0x6c6f6f6b, 0, 0, 0);
    engine = ts_engine_new("auto", 1, &error);
    random_market(&draws, MARKET_WALK, BARS, &candles);
    return engine ? 0 : -1;
}

static int close_engine(void **state)
{
    (void)state;
    ts_engine_free(engine);
    ts_series_clear(&candles);
    return 0;
}

/* The first `bars` candles, sharing the columns of all. */
static ts_series cut_at(size_t bars)
{
    ts_series cut = candles;
    cut.bars = bars;
    return cut;
}

/* "sma(close, 7)": a call of the function with plain arguments. */
static void put_call(const ts_function *function, ts_strbuf *text)
{
    ts_strbuf_reset(text);
    ts_strbuf_printf(text, "%s(", function->name);
    for (int i = 0; i < function->arguments; i++) {
        const ts_function_argument *argument = &function->argument[i];
        if (i) ts_strbuf_puts(text, ", ");
        if (argument->type == TS_SERIES) ts_strbuf_puts(text, i == 0 ? "close" : "(high + low) / 2");
        else if (argument->integer) ts_strbuf_printf(text, "%d", 7 + 4 * i);
        else ts_strbuf_puts(text, "2");
    }
    ts_strbuf_putc(text, ')');
}

static void compute(const ts_series *series, const char *text, double *row)
{
    ts_error error = {0};
    ts_arena *arena = ts_arena_new();
    const ts_expression *tree = ts_parse(text, &(ts_scope){0}, arena, &error);
    if (!tree || ts_engine_rows(engine, series, &tree, 1, &row, &error)) fail_msg("%s: %s", text, error.text);
    ts_arena_free(arena);
}

static bool same(double a, double b) { return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b)); }

static void no_function_sees_the_future(void **state)
{
    (void)state;
    ts_draws draws = ts_draws_at(0x6c6f6f6b, 1, 0, 0);
    ts_strbuf text = {0};
    double *whole = calloc(BARS, sizeof *whole), *part = calloc(BARS, sizeof *part);
    for (int i = 0; i < ts_function_count; i++) {
        if (ts_functions[i].internal || ts_functions[i].result == TS_RULE || ts_functions[i].result == TS_NUMBER)
            continue;
        put_call(&ts_functions[i], &text);
        compute(&candles, text.text, whole);
        for (uint32_t k = 0; k < soak(CUTS); k++) {
            ts_series cut = cut_at(2 + ts_draw_below(&draws, BARS - 2));
            compute(&cut, text.text, part);
            for (size_t t = 0; t < cut.bars; t++)
                if (!same(whole[t], part[t]))
                    fail_msg("%s at bar %zu: %.17g, but %.17g when the candles end at %zu", text.text, t, whole[t],
                             part[t], cut.bars);
        }
    }
    free(whole);
    free(part);
    ts_strbuf_clear(&text);
}

/* With orders filled at the close, positions up to the last bar of the cut hang on its signals alone. False when the
 * warm-up does not fit into the cut. */
static bool positions_agree(const ts_strategy *strategy, const ts_genome *genome, size_t bars)
{
    ts_error error = {0}, warmup = {0};
    ts_simulation simulation = usual_simulation();
    simulation.fill = TS_FILL_CLOSE;
    ts_series cut = cut_at(bars);
    ts_market *all = ts_market_new(&candles, &simulation, &error), *part = ts_market_new(&cut, &simulation, &error);
    ts_backtest long_run, short_run;
    assert_non_null(all);
    assert_non_null(part);
    bool fits = !ts_backtest_run(engine, part, strategy, genome, &short_run, &warmup);
    if (fits) {
        if (ts_backtest_run(engine, all, strategy, genome, &long_run, &error)) fail_msg("%s", error.text);
        for (size_t t = 0; t < bars; t++)
            if (long_run.position[t] != short_run.position[t] ||
                (t + 1 < bars && !same(long_run.equity[t], short_run.equity[t])))
                fail_msg("%s: bar %zu differs when the candles end at %zu", strategy->name, t, bars);
        ts_backtest_clear(&long_run);
        ts_backtest_clear(&short_run);
    } else if (!strstr(warmup.text, "warm-up")) fail_msg("%s: %s", strategy->name, warmup.text);
    ts_market_free(all);
    ts_market_free(part);
    return fits;
}

/* A signal as an entry that is left again at the next bar: every second bar shows whether it is true. */
static ts_strategy probe_of(const ts_strategy *strategy, const ts_expression *signal, const ts_strategy *leaver)
{
    ts_strategy probe = *strategy;
    probe.entry = signal;
    probe.exit = leaver->exit;
    probe.short_entry = probe.short_exit = NULL;
    probe.direction = TS_LONG;
    return probe;
}

static size_t check_strategy(ts_draws *draws, const ts_strategy *strategy, const ts_strategy *leaver)
{
    const ts_expression *signals[] = {strategy->entry, strategy->exit, strategy->short_entry, strategy->short_exit};
    size_t compared = 0;
    for (int g = 0; g < GENOMES; g++) {
        ts_genome genome = g ? random_point(draws, strategy) : ts_genome_default(strategy);
        if (!ts_genome_valid(strategy, &genome)) continue;
        for (uint32_t k = 0; k < soak(CUTS); k++) {
            size_t bars = 2 + ts_draw_below(draws, BARS - 2);
            compared += positions_agree(strategy, &genome, bars);
            for (int i = 0; i < 4; i++) {
                if (!signals[i] || signals[i]->type != TS_SIGNAL) continue;
                ts_strategy probe = probe_of(strategy, signals[i], leaver);
                compared += positions_agree(&probe, &genome, bars);
            }
        }
    }
    return compared;
}

static void no_strategy_of_the_catalogue_sees_the_future(void **state)
{
    (void)state;
    ts_error error = {0};
    ts_catalogue catalogue = {0};
    ts_draws draws = ts_draws_at(0x6c6f6f6b, 2, 0, 0);
    ts_strategy_text text = {.name = "LEAVER", .description = "", .entry = "close > 0", .exit = "bars_held >= 0"};
    ts_strategy *leaver = ts_strategy_new(&text, &error);
    if (!leaver) fail_msg("%s", error.text);
    if (ts_catalogue_load(TS_SOURCE_DIR "/data/strategies", &catalogue, &error)) fail_msg("%s", error.text);
    for (size_t i = 0; i < catalogue.count; i++)
        if (check_strategy(&draws, catalogue.strategy[i], leaver) == 0)
            fail_msg("%s: no cut was long enough for its warm-up", catalogue.strategy[i]->name);
    print_message("%zu strategies\n", catalogue.count);
    assert_true(catalogue.count >= 15);
    ts_catalogue_clear(&catalogue);
    ts_strategy_free(leaver);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_function_sees_the_future),
        cmocka_unit_test(no_strategy_of_the_catalogue_sees_the_future),
    };
    return cmocka_run_group_tests(tests, open_engine, close_engine);
}

/* The walk equals the naive bar-by-bar simulation: random strategies on random candles, every field of every metric,
 * every trade. TRADESTREAM_WALK_CASES sets how many, TRADESTREAM_WALK_FIRST the first. A case is a function of its
 * number alone, so that a failing one can be run again. */
#define _POSIX_C_SOURCE 200809L /* setenv */
#include "tests/agreement.h"
#include "tests/random_market.h"
#include "tests/random_strategy.h"
#include "tests/soak.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { CASES = 300, BATCH = 20 };

static uint32_t number_from(const char *variable, uint32_t usual)
{
    const char *text = getenv(variable);
    return text ? (uint32_t)strtoul(text, NULL, 10) : usual;
}

/* Tiny series, lengths around the borders of words and tiles, and longer ones. */
static size_t draw_bars(ts_draws *draws)
{
    static const size_t borders[] = {64, 128, 192, 256, 512, 1024, 2048};
    switch (ts_draw_below(draws, 4)) {
    case 0: return 2 + ts_draw_below(draws, 69);
    case 1: return borders[ts_draw_below(draws, 7)] - 2 + ts_draw_below(draws, 5);
    default: return 100 + ts_draw_below(draws, 1500);
    }
}

static ts_simulation draw_simulation(ts_draws *draws, const ts_series *series)
{
    static const double fees[] = {0, 0, 0.001, 0.0005, 0.02}, slippages[] = {0, 0.0001, 0.003};
    static const double years[] = {365, 8760, 525600}, free_rates[] = {0, 0, 0.04};
    ts_simulation simulation = usual_simulation();
    simulation.fill = ts_draw_below(draws, 2) ? TS_FILL_NEXT_OPEN : TS_FILL_CLOSE;
    simulation.fee = fees[ts_draw_below(draws, 5)];
    simulation.slippage = slippages[ts_draw_below(draws, 3)];
    simulation.bars_per_year = years[ts_draw_below(draws, 3)];
    simulation.risk_free = free_rates[ts_draw_below(draws, 3)];
    if (series->bars < 4 || ts_draw_below(draws, 2)) return simulation;
    size_t from = ts_draw_below(draws, (uint32_t)series->bars - 2);
    size_t to = from + 2 + ts_draw_below(draws, (uint32_t)(series->bars - from - 1));
    simulation.from_ms = series->time[from] - (ts_draw_below(draws, 2) && from > 0); /* between two bars, too */
    if (to < series->bars) simulation.to_ms = series->time[to];
    return simulation;
}

static void draw_tile(ts_draws *draws)
{
    static const char *const tiles[] = {"64", "128", "192", "256", "1024", "4096"};
    setenv("TS_TILE", tiles[ts_draw_below(draws, 6)], 1);
}

/* One case: a market, a strategy and a batch of its genomes. Returns false with the reason told. */
static bool run_case(agreement *all, ts_engine *engine, uint32_t number)
{
    ts_draws draws = ts_draws_at(0x77616c6b, number, 0, 0);
    ts_series series;
    ts_strbuf text = {0};
    ts_error error = {0};
    ts_genome genomes[BATCH];
    market_kind kind = (market_kind)ts_draw_below(&draws, MARKET_KINDS);
    random_market(&draws, kind, draw_bars(&draws), &series);
    ts_simulation simulation = draw_simulation(&draws, &series);
    draw_tile(&draws);
    ts_strategy *strategy = random_strategy(&draws, &text, &error);
    bool same = strategy != NULL;
    if (!same) ts_strbuf_printf(&all->why, "strategy: %s", error.text);
    size_t count = 1 + ts_draw_below(&draws, BATCH);
    for (size_t i = 0; same && i < count; i++) genomes[i] = random_point(&draws, strategy);
    same = same && agree(all, engine, &series, &simulation, strategy, genomes, count);
    if (!same)
        print_error("case %u (market %d, %zu bars, fee %g, slippage %g, %s, tile %s): %s\n  %s\n", number, (int)kind,
                    series.bars, simulation.fee, simulation.slippage,
                    simulation.fill == TS_FILL_CLOSE ? "close" : "open", getenv("TS_TILE"), all->why.text, text.text);
    ts_strategy_free(strategy);
    ts_series_clear(&series);
    ts_strbuf_clear(&text);
    ts_strbuf_reset(&all->why);
    return same;
}

static void random_strategies_on_random_candles(void **state)
{
    (void)state;
    ts_error error = {0};
    agreement all = {0};
    ts_engine *engine = ts_engine_new("auto", 1, &error);
    assert_non_null(engine);
    uint32_t cases = number_from("TRADESTREAM_WALK_CASES", soak(CASES)),
             first = number_from("TRADESTREAM_WALK_FIRST", 0), failed = 0;
    for (uint32_t i = first; i < first + cases && failed < 5; i++) failed += !run_case(&all, engine, i);
    print_message("%u cases: %zu genomes, %zu trades compared, %zu genomes too long in warming up\n", cases,
                  all.genomes, all.trades, all.misfits);
    ts_strbuf_clear(&all.why);
    ts_engine_free(engine);
    assert_int_equal(failed, 0);
    assert_true(all.trades >= cases); /* else nothing was tested */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(random_strategies_on_random_candles)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

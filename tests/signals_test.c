/* Comparisons and crossings bar by bar, on every back end: neighbouring doubles, ties, signed zeros, numbers beyond
 * single precision at either end, and undefined values. A comparison with NaN is false; a crossing needs all four
 * defined. */
#define _POSIX_C_SOURCE 200809L /* setenv */
#include "common/philox.h"
#include "host/backend/backend.h"
#include "host/engine/engine.h"
#include "host/language/parser.h"
#include "tests/soak.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { CASES = 150, LONGEST = 1300 };

/* Values that lie close to one another, so that ties and neighbours are frequent. */
static double draw_value(ts_draws *draws)
{
    static const double around[] = {0,    -0.0,   1,    1.5,   -1,    61234.5, 1e-42,  -1e-42, 1e-310,
                                    3e38, 3.5e38, 1e39, -1e39, 1e300, -1e300,  1e-300, 5e-324, 16777217};
    double value = around[ts_draw_below(draws, sizeof around / sizeof *around)];
    for (uint32_t steps = ts_draw_below(draws, 3); steps > 0; steps--)
        value = nextafter(value, ts_draw_below(draws, 2) ? INFINITY : -INFINITY);
    return value;
}

/* `open` and `close` hold what is compared; `high` is 0 where open / high shall be undefined, `low` likewise for close.
 */
static void make_series(ts_draws *draws, ts_series *series)
{
    ts_error error = {0};
    uint32_t bars = 2 + ts_draw_below(draws, LONGEST), sticky = 1 + ts_draw_below(draws, 4);
    for (uint32_t t = 0; t < bars; t++) {
        ts_candle candle = {(int64_t)t * 60000, {draw_value(draws), 1, 1, draw_value(draws), 1}};
        if (ts_draw_below(draws, sticky) && t > 0) candle.value[TS_OPEN] = series->column[TS_OPEN][t - 1];
        if (ts_draw_below(draws, 3) == 0) candle.value[TS_CLOSE] = candle.value[TS_OPEN];
        candle.value[TS_HIGH] = ts_draw_below(draws, 9) != 0;
        candle.value[TS_LOW] = ts_draw_below(draws, 9) != 0;
        if (ts_series_append(series, &candle, &error)) fail_msg("%s", error.text);
    }
}

typedef struct pair {
    double a, b;
} pair;

static pair values(const ts_series *series, size_t t, const char *b)
{
    double x = series->column[TS_OPEN][t] / series->column[TS_HIGH][t];
    double y = b[0] == 'n' ? 1.5 : series->column[TS_CLOSE][t] / series->column[TS_LOW][t];
    if (series->column[TS_HIGH][t] == 0) x = NAN;
    if (b[0] != 'n' && series->column[TS_LOW][t] == 0) y = NAN;
    return (pair){x, y};
}

static bool below(pair now, pair before) { return (void)before, now.a < now.b; }
static bool at_most(pair now, pair before) { return (void)before, now.a <= now.b; }
static bool above(pair now, pair before) { return (void)before, now.a > now.b; }
static bool at_least(pair now, pair before) { return (void)before, now.a >= now.b; }
static bool up(pair now, pair before) { return now.a > now.b && before.a <= before.b; }
static bool down(pair now, pair before) { return now.a < now.b && before.a >= before.b; }
static bool not_below(pair now, pair before) { return !below(now, before); }

/* b: "series" or "number", which stands for 1.5. */
static const struct {
    const char *text, *b;
    bool (*holds)(pair now, pair before);
} signals[] = {
    {"open / high < close / low", "series", below},
    {"open / high <= close / low", "series", at_most},
    {"open / high > close / low", "series", above},
    {"open / high >= close / low", "series", at_least},
    {"not (open / high < close / low)", "series", not_below},
    {"crossed_up(open / high, close / low)", "series", up},
    {"crossed_down(open / high, close / low)", "series", down},
    {"open / high < 1.5", "number", below},
    {"open / high >= 1.5", "number", at_least},
    {"crossed_up(open / high, 1.5)", "number", up},
    {"crossed_down(open / high, 1.5)", "number", down},
};

enum { SIGNALS = sizeof signals / sizeof *signals };

static void check_series(ts_engine *engine, const ts_series *series, const ts_expression *const *trees)
{
    static double memory[SIGNALS][LONGEST + 2];
    double *rows[SIGNALS];
    ts_error error = {0};
    for (int i = 0; i < SIGNALS; i++) rows[i] = memory[i];
    if (ts_engine_rows(engine, series, trees, SIGNALS, rows, &error)) fail_msg("%s", error.text);
    for (int i = 0; i < SIGNALS; i++)
        for (size_t t = 0; t < series->bars; t++) {
            pair now = values(series, t, signals[i].b);
            pair before = t > 0 ? values(series, t - 1, signals[i].b) : (pair){NAN, NAN};
            if (rows[i][t] != signals[i].holds(now, before))
                fail_msg("%s on %s, bar %zu of %zu: %g for %.17g and %.17g after %.17g and %.17g", signals[i].text,
                         ts_engine_backend(engine), t, series->bars, rows[i][t], now.a, now.b, before.a, before.b);
        }
}

static void comparisons_and_crossings_are_those_of_doubles(void **state)
{
    (void)state;
    static const char *const tiles[] = {"64", "192", "512", "1024"};
    ts_error error = {0};
    ts_arena *arena = ts_arena_new();
    const ts_expression *trees[SIGNALS];
    ts_draws draws = ts_draws_at(0x7369676e, 0, 0, 0);
    for (int i = 0; i < SIGNALS; i++)
        if (!(trees[i] = ts_parse(signals[i].text, &(ts_scope){0}, arena, &error))) fail_msg("%s", error.text);
    for (int k = 0; k < ts_backend_count; k++) {
        if (!ts_backends[k].available()) continue;
        ts_engine *engine = ts_engine_new(ts_backends[k].name, 1, &error);
        if (!engine) fail_msg("%s", error.text);
        for (uint32_t i = 0; i < soak(CASES); i++) {
            ts_series series = {0};
            make_series(&draws, &series);
            setenv("TS_TILE", tiles[i % 4], 1);
            check_series(engine, &series, trees);
            ts_series_clear(&series);
        }
        ts_engine_free(engine);
    }
    unsetenv("TS_TILE");
    ts_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(comparisons_and_crossings_are_those_of_doubles)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The same bits everywhere: metrics do not depend on back end, threads, tile or the other genomes of a batch, and
 * `discover` writes the same results.jsonl whoever did the work. */
#define _POSIX_C_SOURCE 200809L /* setenv */
#include "host/backend/backend.h"
#include "host/language/catalogue.h"
#include "tests/agreement.h"
#include "tests/random_market.h"
#include "tests/random_strategy.h"
#include "tests/shell.h"
#include "tests/soak.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#ifdef __SANITIZE_THREAD__
enum { GENOMES = 200, CASES = 2 }; /* twenty times as slow */
#else
enum { GENOMES = 200, CASES = 12 };
#endif

/* One way to do the work. */
typedef struct manner {
    const char *backend, *tile; /* tile NULL: by the cache */
    int threads;
} manner;

static const manner manners[] = {{"scalar", "4096", 1}, {"scalar", "64", 2},  {"avx2", NULL, 1},
                                 {"avx2", "64", 1},     {"avx2", "192", 4},   {"avx512", NULL, 1},
                                 {"avx512", "64", 2},   {"avx512", "1024", 4}};

static bool available(const char *name)
{
    for (int i = 0; i < ts_backend_count; i++)
        if (strcmp(ts_backends[i].name, name) == 0) return ts_backends[i].available();
    return false;
}

static void evaluate(const manner *how, const ts_market *market, const ts_strategy *strategy, const ts_genome *genomes,
                     size_t count, ts_metrics *metrics)
{
    ts_error error = {0};
    if (how->tile) setenv("TS_TILE", how->tile, 1);
    else unsetenv("TS_TILE");
    ts_engine *engine = ts_engine_new(how->backend, how->threads, &error);
    if (!engine || ts_evaluate(engine, market, strategy, genomes, count, metrics, &error)) fail_msg("%s", error.text);
    ts_engine_free(engine);
}

static void expect_same(const ts_metrics *want, const ts_metrics *got, size_t count, const manner *how,
                        const char *what)
{
    for (size_t i = 0; i < count; i++)
        for (int m = 0; m < TS_METRICS; m++)
            if (memcmp(&want[i].value[m], &got[i].value[m], sizeof(double)) != 0)
                fail_msg("%s of genome %zu: %.17g, but %.17g on %s with %d threads, tile %s: %s",
                         ts_metric_table[m].name, i, want[i].value[m], got[i].value[m], how->backend, how->threads,
                         how->tile ? how->tile : "usual", what);
}

/* All manners over one strategy; then the genomes one by one and in reverse. */
static void compare(ts_draws *draws, const ts_market *market, const ts_strategy *strategy, const char *what)
{
    static ts_genome genomes[GENOMES], reversed[GENOMES];
    static ts_metrics want[GENOMES], got[GENOMES];
    for (size_t i = 0; i < GENOMES; i++) genomes[i] = random_point(draws, strategy);
    for (size_t i = 0; i < GENOMES; i++) reversed[i] = genomes[GENOMES - 1 - i];
    evaluate(&manners[0], market, strategy, genomes, GENOMES, want);
    for (size_t i = 1; i < sizeof manners / sizeof *manners; i++) {
        if (!available(manners[i].backend)) continue;
        evaluate(&manners[i], market, strategy, genomes, GENOMES, got);
        expect_same(want, got, GENOMES, &manners[i], what);
    }
    const manner usual = {"auto", NULL, 1};
    for (size_t i = 0; i < GENOMES; i += 17) {
        evaluate(&usual, market, strategy, &genomes[i], 1, got);
        expect_same(&want[i], got, 1, &usual, what);
    }
    evaluate(&usual, market, strategy, reversed, GENOMES, got);
    for (size_t i = 0; i < GENOMES; i++) expect_same(&want[i], &got[GENOMES - 1 - i], 1, &usual, what);
}

static void metrics_have_the_same_bits(void **state)
{
    (void)state;
    ts_draws draws = ts_draws_at(0x62697473, 0, 0, 0);
    ts_strbuf text = {0};
    for (uint32_t i = 0; i < soak(CASES); i++) {
        ts_error error = {0};
        ts_series series;
        ts_simulation simulation = usual_simulation();
        simulation.fill = i % 2 ? TS_FILL_CLOSE : TS_FILL_NEXT_OPEN;
        random_market(&draws, (market_kind)(i % MARKET_KINDS), 1500 + ts_draw_below(&draws, 100), &series);
        ts_market *market = ts_market_new(&series, &simulation, &error);
        ts_strategy *strategy = random_strategy(&draws, &text, &error);
        if (!market || !strategy) fail_msg("%s", error.text);
        compare(&draws, market, strategy, text.text);
        ts_strategy_free(strategy);
        ts_market_free(market);
        ts_series_clear(&series);
    }
    ts_strbuf_clear(&text);
    unsetenv("TS_TILE");
}

static void discover_with(const char *candles, const manner *how, const char *out)
{
    shell_expect(
        shell("%s TRADESTREAM_STRATEGIES='%s' " TRADESTREAM "discover --candles %s --strategies all --search ga "
              "--population 16 --generations 3 --seed 7 --min-trades 1 --threads %d --backend %s --out %s",
              how->tile ? how->tile : "", TS_SOURCE_DIR "/data/strategies", candles, how->threads, how->backend, out),
        0, "");
}

static void discover_writes_the_same_results(void **state)
{
    (void)state;
    if (access(TS_BINARY_DIR "/bin/tradestream", X_OK)) {
        print_message("skipped: %s/bin/tradestream has not been built\n", TS_BINARY_DIR);
        skip();
    }
    static const manner runs[] = {{"scalar", NULL, 1},
                                  {"scalar", NULL, 4},
                                  {"avx2", "TS_TILE=128", 2},
                                  {"avx512", NULL, 1},
                                  {"avx512", "TS_TILE=64", 2}};
    char candles[256], first[256], out[256];
    snprintf(candles, sizeof candles, "%s", ts_temporary("BTC-USD.csv"));
    snprintf(first, sizeof first, "%s", ts_temporary("first"));
    shell_expect(shell(TRADESTREAM "data generate --bars 3000 --seed 5 --out %s", candles), 0, "");
    discover_with(candles, &runs[0], first);
    shell_expect(shell("test $(wc -l < %s/results.jsonl) -ge 10", first), 0, "");
    for (size_t i = 1; i < sizeof runs / sizeof *runs; i++) {
        if (!available(runs[i].backend)) continue;
        snprintf(out, sizeof out, "%s%zu", ts_temporary("out"), i);
        discover_with(candles, &runs[i], out);
        shell_expect(shell("cmp %s/results.jsonl %s/results.jsonl", first, out), 0, "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(metrics_have_the_same_bits),
        cmocka_unit_test(discover_writes_the_same_results),
    };
    return cmocka_run_group_tests(tests, ts_temporary_make, ts_temporary_remove);
}

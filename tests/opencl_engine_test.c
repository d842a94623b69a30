/* The back end `opencl` gives the bits of scalar: in every row of every kernel, every mask, every total of every walk
 * and every trade of a backtest, whatever the tile and however a batch is divided. Skipped where there is no device. */
#define _POSIX_C_SOURCE 200809L /* setenv */
#include "common/memory.h"
#include "host/backend/backend.h"
#include "host/backend/opencl/device.h"
#include "host/engine/engine_internal.h"
#include "host/plan/kernel_table.h"
#include "tests/agreement.h"
#include "tests/hard_values.h"
#include "tests/opencl_machine.h"
#include "tests/random_market.h"
#include "tests/random_strategy.h"
#include "tests/shell.h"
#include "tests/soak.h"
#include "tests/temporary.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { BARS = 1100, LONGEST = 200, GENOMES = 100, CASES = 18, PADDED = (BARS / 64 + 2) * 64 };

static ts_engine *scalar, *opencl;

static const ts_backend *backend_named(const char *name)
{
    for (int i = 0; i < ts_backend_count; i++)
        if (strcmp(ts_backends[i].name, name) == 0) return &ts_backends[i];
    return NULL;
}

static int open_engines(void **state)
{
    ts_error error = {0};
    if (opencl_set_up(state)) return -1;
    scalar = ts_engine_new("scalar", 1, &error);
    opencl = ts_engine_new("opencl", 1, &error);
    if (!opencl) print_message("no device: %s\n", error.text);
    return scalar && (opencl || error.code == TS_UNAVAILABLE) ? 0 : -1;
}

static int close_engines(void **state)
{
    ts_engine_free(scalar);
    ts_engine_free(opencl);
    return ts_temporary_remove(state);
}

static void need_device(void)
{
    if (opencl) return;
    print_message("skipped: this machine has no OpenCL device that can be used\n");
    skip();
}

static bool same(double a, double b) { return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b)); }

/* One row of a kernel over columns, late columns and, where a second input may be one, a number. */
static int32_t add_row(ts_dag *dag, ts_draws *draws, int kernel, int instance, ts_error *error)
{
    const ts_kernel_row *known = &ts_kernel_table[kernel];
    ts_row_key key = {.kind = TS_ROW_KERNEL, .which = kernel};
    for (int i = 0; i < TS_KERNEL_INPUTS; i++) {
        int from = i < known->inputs ? i : 0;
        ts_row_key input = {.kind = TS_ROW_COLUMN, .which = (instance + from) % TS_COLUMNS};
        bool number = from == 1 && known->shape == TS_ELEMENTWISE && instance % 3 == 0;
        if (number) input = (ts_row_key){.kind = TS_ROW_NUMBER, .parameter = {0.37}};
        key.in[i] = i < known->inputs ? (ts_source){ts_dag_row(dag, &input, error), number ? 0 : instance % 4 * from}
                                      : key.in[0];
    }
    for (int i = 0; i < known->parameters; i++) key.parameter[i] = 1 + ts_draw_below(draws, LONGEST);
    if (instance == 0) key.parameter[0] = known->shape == TS_SPAN ? 2 : 1; /* a span of 1 has no steps */
    if (!known->parameters) key.parameter[0] = 0;
    return ts_dag_row(dag, &key, error);
}

/* Values of one demand on both back ends. */
static void compare_values(const ts_demand *demand, double *column[TS_COLUMNS], const int *kernel, const char *what)
{
    static double want[2 * TS_KERNELS][BARS], got[2 * TS_KERNELS][BARS];
    static const char *const tiles[] = {"4096", "64", "320"};
    double *into[2 * TS_KERNELS];
    ts_error error = {0};
    const ts_backend *reference = backend_named("scalar"), *device = backend_named("opencl");
    for (size_t i = 0; i < demand->values; i++) into[i] = want[i];
    unsetenv("TS_TILE");
    if (reference->values(reference, NULL, &(ts_values_job){demand, column, BARS, into}, &error))
        fail_msg("%s", error.text);
    for (size_t t = 0; t < sizeof tiles / sizeof *tiles; t++) {
        setenv("TS_TILE", tiles[t], 1);
        for (size_t i = 0; i < demand->values; i++) into[i] = got[i];
        if (device->values(device, opencl->opened, &(ts_values_job){demand, column, BARS, into}, &error))
            fail_msg("%s", error.text);
        for (size_t i = 0; i < demand->values; i++)
            for (size_t bar = 0; bar < BARS; bar++)
                if (!same(want[i][bar], got[i][bar]))
                    fail_msg("%s, %s, tile %s, bar %zu: %.17g, scalar %.17g", ts_kernel_table[kernel[i]].name, what,
                             tiles[t], bar, got[i][bar], want[i][bar]);
    }
    unsetenv("TS_TILE");
}

static void every_row_has_the_bits_of_scalar(void **state)
{
    (void)state;
    need_device();
    static const char *const kinds[] = {"a walk", "constant", "holes", "small", "huge", "signed"};
    ts_draws draws = ts_draws_at(0x636c726f, 0, 0, 0);
    double *column[TS_COLUMNS];
    for (int c = 0; c < TS_COLUMNS; c++) assert_non_null(column[c] = ts_alloc(PADDED, sizeof *column[c]));
    for (int kind = 0; kind < 6; kind++) {
        for (int c = 0; c < TS_COLUMNS; c++)
            for (size_t t = 0; t < PADDED; t++)
                column[c][t] = t >= BARS ? NAN : draw_value(&draws, (input_kind)kind, t ? column[c][t - 1] : 50 + c);
        ts_planned_value value[2 * TS_KERNELS];
        int kernel[2 * TS_KERNELS];
        ts_error error = {0};
        ts_dag *dag = ts_dag_new(&error);
        assert_non_null(dag);
        for (int i = 0; i < 2 * TS_KERNELS; i++) {
            kernel[i] = i / 2;
            value[i] = (ts_planned_value){.type = TS_SERIES, .row = {add_row(dag, &draws, i / 2, i % 2, &error), 0}};
        }
        assert_int_equal(error.code, TS_OK);
        for (int i = 0; i < 2 * TS_KERNELS; i++) ts_dag_reads(dag, value[i].row, 0);
        compare_values(&(ts_demand){.dag = dag, .value = value, .values = 2 * TS_KERNELS}, column, kernel, kinds[kind]);
        ts_dag_free(dag);
    }
    for (int c = 0; c < TS_COLUMNS; c++) free(column[c]);
    print_message("%d kernels\n", TS_KERNELS);
}

static void expect_same_metrics(const ts_metrics *want, const ts_metrics *got, size_t count, const char *how,
                                const char *what)
{
    for (size_t i = 0; i < count; i++)
        for (int m = 0; m < TS_METRICS; m++)
            if (!same(want[i].value[m], got[i].value[m]))
                fail_msg("%s of genome %zu, %s: %.17g, scalar %.17g: %s", ts_metric_table[m].name, i, how,
                         got[i].value[m], want[i].value[m], what);
}

static void evaluate(ts_engine *engine, const ts_market *market, const ts_strategy *strategy, const ts_genome *genomes,
                     ts_metrics *metrics)
{
    ts_error error = {0};
    if (ts_evaluate(engine, market, strategy, genomes, GENOMES, metrics, &error)) fail_msg("%s", error.text);
}

static void expect_same_trades(const ts_market *market, const ts_strategy *strategy, const ts_genome *genome,
                               const char *what)
{
    ts_backtest want, got;
    ts_error first = {0}, second = {0};
    int status = ts_backtest_run(scalar, market, strategy, genome, &want, &first);
    assert_int_equal(ts_backtest_run(opencl, market, strategy, genome, &got, &second), status);
    if (status) return;
    if (got.trades != want.trades) fail_msg("%zu trades, scalar %zu: %s", got.trades, want.trades, what);
    for (size_t i = 0; i < want.trades; i++) {
        const ts_trade *a = &want.trade[i], *b = &got.trade[i];
        if (a->entry_bar != b->entry_bar || a->exit_bar != b->exit_bar || a->side != b->side ||
            !same(a->change, b->change) || strcmp(a->reason, b->reason) != 0)
            fail_msg("trade %zu: bars %zu to %zu, %s; scalar %zu to %zu, %s: %s", i, b->entry_bar, b->exit_bar,
                     b->reason, a->entry_bar, a->exit_bar, a->reason, what);
    }
    ts_backtest_clear(&want);
    ts_backtest_clear(&got);
}

static uint64_t divided; /* batches beyond one, for want of room */

/* One strategy in every manner: tiles, and a device with room for a few genomes only. */
static void compare_walks(ts_draws *draws, const ts_market *market, const ts_strategy *strategy, const char *what)
{
    static ts_genome genomes[GENOMES];
    static ts_metrics want[GENOMES], got[GENOMES];
    static const char *const tiles[] = {"64", "448"};
    ts_cl_engine *engine = opencl->opened;
    const ts_cl_room room = engine->room;
    for (size_t i = 0; i < GENOMES; i++) genomes[i] = random_point(draws, strategy);
    evaluate(scalar, market, strategy, genomes, want);
    evaluate(opencl, market, strategy, genomes, got);
    expect_same_metrics(want, got, GENOMES, "the usual tile", what);
    for (size_t t = 0; t < sizeof tiles / sizeof *tiles; t++) {
        setenv("TS_TILE", tiles[t], 1);
        evaluate(opencl, market, strategy, genomes, got);
        expect_same_metrics(want, got, GENOMES, tiles[t], what);
    }
    unsetenv("TS_TILE");
    engine->room = (ts_cl_room){1 << 20, 20000, 1024};
    divided -= engine->batches;
    evaluate(opencl, market, strategy, genomes, got);
    divided += engine->batches - 1;
    expect_same_metrics(want, got, GENOMES, "little room", what);
    engine->room = room;
    for (size_t i = 0; i < GENOMES; i += 25) expect_same_trades(market, strategy, &genomes[i], what);
}

static void every_walk_has_the_bits_of_scalar(void **state)
{
    (void)state;
    need_device();
    ts_draws draws = ts_draws_at(0x636c776b, 0, 0, 0);
    ts_strbuf text = {0};
    int directions[3] = {0}, ruled = 0;
    for (uint32_t i = 0; i < soak_whole(CASES); i++) {
        ts_error error = {0};
        ts_series series;
        ts_simulation simulation = usual_simulation();
        simulation.fill = i % 2 ? TS_FILL_CLOSE : TS_FILL_NEXT_OPEN;
        random_market(&draws, (market_kind)(i % MARKET_KINDS), 1200 + ts_draw_below(&draws, 100), &series);
        if (i % 3 == 2) simulation.from_ms = series.time[300], simulation.to_ms = series.time[1000];
        ts_market *market = ts_market_new(&series, &simulation, &error);
        ts_strategy *strategy = random_strategy(&draws, &text, &error);
        if (!market || !strategy) fail_msg("%s", error.text);
        directions[strategy->direction]++;
        ruled += strstr(text.text, "stop") || strstr(text.text, "profit") || strstr(text.text, "held");
        compare_walks(&draws, market, strategy, text.text);
        ts_strategy_free(strategy);
        ts_market_free(market);
        ts_series_clear(&series);
    }
    ts_strbuf_clear(&text);
    print_message("%d long, %d short, %d both, %d with rules\n", directions[TS_LONG], directions[TS_SHORT],
                  directions[TS_BOTH], ruled);
    assert_true(divided > 0);
    assert_true(directions[TS_LONG] && directions[TS_SHORT] && directions[TS_BOTH] && ruled);
}

static void discover_writes_the_same_results(void **state)
{
    (void)state;
    need_device();
    if (access(TS_BINARY_DIR "/bin/tradestream", X_OK)) {
        print_message("skipped: %s/bin/tradestream has not been built\n", TS_BINARY_DIR);
        skip();
    }
    static const char *const backends[] = {"scalar", "opencl"};
    shell_expect(shell(TRADESTREAM "data generate --bars 3000 --seed 5 --out %s/BTC-USD.csv", opencl_folder), 0, "");
    for (int i = 0; i < 2; i++)
        shell_expect(shell("TRADESTREAM_STRATEGIES='%s' " TRADESTREAM
                           "discover --candles %s/BTC-USD.csv --strategies all --search ga --population 16 "
                           "--generations 3 --seed 7 --min-trades 1 --threads 2 --backend %s --out %s/%s",
                           TS_SOURCE_DIR "/data/strategies", opencl_folder, backends[i], opencl_folder, backends[i]),
                     0, "");
    shell_expect(shell("test $(wc -l < %s/scalar/results.jsonl) -ge 10", opencl_folder), 0, "");
    shell_expect(shell("cmp %s/scalar/results.jsonl %s/opencl/results.jsonl", opencl_folder, opencl_folder), 0, "");
    shell_expect(shell("grep -q '\"rows_on_host\": 0[,}]' %s/opencl/run.json", opencl_folder), 0, "");
    shell_expect(shell("grep -q '\"kernel_launches\": 0[,}]' %s/opencl/run.json", opencl_folder), 1, "");
    shell_expect(shell("grep -q '\"rows_on_host\": 0[,}]' %s/scalar/run.json", opencl_folder), 1, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_has_the_bits_of_scalar),
        cmocka_unit_test(every_walk_has_the_bits_of_scalar),
        cmocka_unit_test(discover_writes_the_same_results),
    };
    return cmocka_run_group_tests(tests, open_engines, close_engines);
}

/* A device that fails in the middle: the processor goes on with the same results, one warning, and shares that add up;
 * a device that fails while it is opened, or that we call wrongly, is an error. Skipped where there is no device. */
#define _POSIX_C_SOURCE 200809L /* setenv */
#include "bench/device.h"
#include "common/json.h"
#include "host/engine/engine.h"
#include "host/language/parser.h"
#include "tests/agreement.h"
#include "tests/opencl_machine.h"
#include "tests/random_market.h"
#include "tests/random_strategy.h"
#include "tests/shell.h"
#include "tests/stderr_lines.h"
#include "tests/temporary.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { BARS = 1200, GENOMES = 100, FEW = 10, ROUNDS = 3 };

static ts_series series;
static ts_market *market;
static ts_strategy *strategy;
static ts_engine *scalar;
static ts_genome genomes[GENOMES];
static ts_metrics wanted[GENOMES];

static int set_up(void **state)
{
    ts_error error = {0};
    ts_strbuf text = {0};
    ts_draws draws = ts_draws_at(0x66616c6c, 0, 0, 0);
    ts_simulation simulation = usual_simulation();
    if (opencl_set_up(state)) return -1;
    setenv("TS_TILE", "256", 1); /* so that a batch has many launches */
    random_market(&draws, MARKET_WALK, BARS, &series);
    market = ts_market_new(&series, &simulation, &error);
    strategy = random_strategy(&draws, &text, &error);
    scalar = ts_engine_new("scalar", 1, &error);
    ts_strbuf_clear(&text);
    if (!market || !strategy || !scalar) return -1;
    for (size_t i = 0; i < GENOMES; i++) genomes[i] = random_point(&draws, strategy);
    return ts_evaluate(scalar, market, strategy, genomes, GENOMES, wanted, &error);
}

static int tear_down(void **state)
{
    unsetenv("TS_TILE");
    ts_engine_free(scalar);
    ts_strategy_free(strategy);
    ts_market_free(market);
    ts_series_clear(&series);
    return ts_temporary_remove(state);
}

/* An engine on a device that works until a fault is asked for. */
static ts_engine *open_engine(void)
{
    ts_error error = {0};
    if (access(OPENCL_FAULTS, R_OK)) {
        print_message("skipped: %s is not there: no OpenCL library was found when this was built\n", OPENCL_FAULTS);
        skip();
    }
    unsetenv("OPENCL_FAULT");
    ts_engine *engine = ts_engine_open("opencl", "auto", OPENCL_FAULTS, 1, &error);
    if (engine) return engine;
    if (error.code != TS_UNAVAILABLE) fail_msg("%s", error.text);
    print_message("skipped: %s\n", error.text);
    skip();
    return NULL;
}

static void expect_one_warning(const char *fault, const char *lines, const char *says)
{
    static const char begins[] = "warning: back end opencl failed: OpenCL device ";
    const char *first = strstr(lines, begins);
    if (!first || strstr(first + 1, "warning:") || !strstr(first, says) || !strstr(first, "goes on in its place"))
        fail_msg("%s: expected one warning with \"%s\", got: %s", fault, says, lines);
}

static void expect_shares(const char *fault, const ts_engine *engine, uint64_t device, uint64_t processor)
{
    ts_share share[TS_SHARES] = {0};
    size_t shares = ts_engine_shares(engine, share);
    if (shares != 2 || share[0].genome_bars != device || share[1].genome_bars != processor)
        fail_msg("%s: %zu shares, %llu by the device instead of %llu, %llu by the processor instead of %llu", fault,
                 shares, (unsigned long long)share[0].genome_bars, (unsigned long long)device,
                 (unsigned long long)share[1].genome_bars, (unsigned long long)processor);
    assert_string_equal(share[0].backend, "opencl");
    assert_string_equal(ts_engine_backend(engine), "opencl");
    assert_string_not_equal(share[1].backend, "opencl");
    assert_int_equal(ts_engine_genome_bars(engine), device + processor);
}

/* A fault, after how many rounds it is asked for, and how many rounds the device finishes in all. The first round has
 * few genomes: in the next the buffers grow. */
static const struct {
    const char *fault, *says;
    size_t after, finished;
} faults[] = {{"memory", "CL_MEM_OBJECT_ALLOCATION_FAILURE (-4)", 0, 0},
              {"memory:9", "CL_MEM_OBJECT_ALLOCATION_FAILURE (-4)", 0, 0},
              {"memory", "CL_MEM_OBJECT_ALLOCATION_FAILURE (-4)", 1, 1},
              {"write", "copying to the device: CL_OUT_OF_RESOURCES (-5)", 0, 0},
              {"write:7", "copying to the device: CL_OUT_OF_RESOURCES (-5)", 0, 0},
              {"write", "copying to the device: CL_OUT_OF_RESOURCES (-5)", 1, 1},
              {"write:4", "copying to the device: CL_OUT_OF_RESOURCES (-5)", 2, 2},
              {"launch", "CL_OUT_OF_RESOURCES (-5)", 0, 0},
              {"launch:2", "CL_OUT_OF_RESOURCES (-5)", 1, 1},
              {"launch:12", "CL_OUT_OF_RESOURCES (-5)", 2, 2},
              {"read", "copying from the device: CL_OUT_OF_RESOURCES (-5)", 0, 0},
              {"read:2", "copying from the device: CL_OUT_OF_RESOURCES (-5)", 1, 2},
              {"timeout", "copying from the device: CL_OUT_OF_RESOURCES (-5)", 1, 1},
              {"timeout:3", "copying from the device: CL_OUT_OF_RESOURCES (-5)", 0, 2}};

static size_t genomes_of(size_t round) { return round ? GENOMES : FEW; }

/* Undefined values are all alike. */
static bool same(const ts_metrics *a, const ts_metrics *b)
{
    for (int m = 0; m < TS_METRICS; m++)
        if (memcmp(&a->value[m], &b->value[m], sizeof *a->value) && !(isnan(a->value[m]) && isnan(b->value[m])))
            return false;
    return true;
}

/* What a round gave; compared when stderr is the test's again. */
typedef struct outcome {
    ts_metrics got[GENOMES];
    ts_error error;
} outcome;

static void evaluate_rounds(ts_engine *engine, const char *fault, size_t after, outcome *rounds)
{
    memset(rounds, 0, ROUNDS * sizeof *rounds);
    for (size_t round = 0; round < ROUNDS; round++) {
        if (round == after) setenv("OPENCL_FAULT", fault, 1);
        ts_evaluate(engine, market, strategy, genomes, genomes_of(round), rounds[round].got, &rounds[round].error);
    }
    unsetenv("OPENCL_FAULT");
}

static void expect_scalar(const char *fault, const outcome *rounds)
{
    for (size_t round = 0; round < ROUNDS; round++) {
        if (rounds[round].error.code) fail_msg("%s: %s", fault, rounds[round].error.text);
        for (size_t i = 0; i < genomes_of(round); i++)
            if (!same(&rounds[round].got[i], &wanted[i]))
                fail_msg("%s: genome %zu of round %zu is not scalar's", fault, i, round);
    }
}

static void the_processor_goes_on_where_a_device_fails(void **state)
{
    (void)state;
    static outcome rounds[ROUNDS];
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        ts_engine *engine = open_engine();
        uint64_t share[2] = {0, 0};
        for (size_t round = 0; round < ROUNDS; round++)
            share[round >= faults[i].finished] += genomes_of(round) * ts_market_bars(market);
        stderr_lines_begin();
        evaluate_rounds(engine, faults[i].fault, faults[i].after, rounds);
        expect_one_warning(faults[i].fault, stderr_lines_end(), faults[i].says);
        expect_scalar(faults[i].fault, rounds);
        expect_shares(faults[i].fault, engine, share[0], share[1]);
        ts_engine_free(engine);
    }
}

static void a_backtest_and_rows_go_on_as_well(void **state)
{
    (void)state;
    static const char *const causes[] = {"memory", "write:3", "launch:5", "read", "read:2", "timeout"};
    static double rows[2][BARS];
    const ts_scope scope = {0};
    ts_error error = {0};
    ts_arena *arena = ts_arena_new();
    const ts_expression *tree = ts_parse("crossed_up(ema(close, 5), sma(close, 9))", &scope, arena, &error);
    assert_non_null(tree);
    assert_int_equal(ts_engine_rows(scalar, &series, &tree, 1, (double *[]){rows[0]}, &error), 0);
    for (size_t i = 0; i < sizeof causes / sizeof *causes; i++) {
        ts_backtest want, got;
        ts_engine *first = open_engine(), *second = open_engine();
        setenv("OPENCL_FAULT", causes[i], 1);
        stderr_lines_begin();
        int status = ts_engine_rows(first, &series, &tree, 1, (double *[]){rows[1]}, &error);
        expect_one_warning(causes[i], stderr_lines_end(), "");
        assert_int_equal(status, 0);
        assert_memory_equal(rows[0], rows[1], sizeof rows[0]);
        unsetenv("OPENCL_FAULT");
        assert_int_equal(ts_backtest_run(scalar, market, strategy, genomes, &want, &error), 0);
        setenv("OPENCL_FAULT", causes[i], 1);
        stderr_lines_begin();
        status = ts_backtest_run(second, market, strategy, genomes, &got, &error);
        expect_one_warning(causes[i], stderr_lines_end(), "");
        unsetenv("OPENCL_FAULT");
        assert_int_equal(status, 0);
        assert_int_equal(got.trades, want.trades);
        assert_true(same(&got.metrics, &want.metrics));
        assert_memory_equal(got.equity, want.equity, ts_market_bars(market) * sizeof *want.equity);
        expect_shares(causes[i], second, 0, 0); /* what is looked at again is not evaluated */
        ts_backtest_clear(&want), ts_backtest_clear(&got);
        ts_engine_free(first), ts_engine_free(second);
    }
    ts_arena_free(arena);
}

/* A rate of the processor must not be taken for the device's. */
static void a_benchmark_ends_where_the_device_fails(void **state)
{
    (void)state;
    static ts_metrics got[GENOMES];
    ts_error error = {0};
    ts_bench bench = {0};
    ts_bench_line line = ts_bench_line_empty();
    ts_engine *engine = open_engine();
    const ts_device_batch batch = {engine, market, strategy, genomes, got, GENOMES};
    setenv("OPENCL_FAULT", "launch", 1);
    stderr_lines_begin();
    int status = ts_evaluate(engine, market, strategy, genomes, GENOMES, got, &error);
    expect_one_warning("launch", stderr_lines_end(), "");
    unsetenv("OPENCL_FAULT");
    assert_int_equal(status, 0);
    assert_int_equal(ts_bench_device(&bench, &batch, &line, &error), -1);
    opencl_expect(&error, TS_UNAVAILABLE, "what was measured is the processor");
    ts_engine_free(engine);
}

/* It would be met in every batch, and hidden by the processor's answers. */
static void a_wrong_call_of_ours_is_an_error(void **state)
{
    (void)state;
    ts_error error = {0};
    ts_metrics got[GENOMES];
    ts_share share[TS_SHARES];
    ts_engine *engine = open_engine();
    setenv("OPENCL_FAULT", "argument:9", 1);
    stderr_lines_begin();
    int status = ts_evaluate(engine, market, strategy, genomes, GENOMES, got, &error);
    assert_string_equal(stderr_lines_end(), "");
    unsetenv("OPENCL_FAULT");
    assert_int_equal(status, -1);
    opencl_expect(&error, TS_FAILED, "CL_INVALID_ARG_SIZE (-51)");
    assert_int_equal(ts_engine_shares(engine, share), 1);
    ts_engine_free(engine);
}

/* Faults of a whole program are counted from its start: the self-check has 8 of each, but 2 of memory. */
enum { FIRST_OF_WORK = 9 };

#define DISCOVER                                                                                                       \
    TRADESTREAM "discover --candles %s/BTC-USD.csv --strategies MACD_CROSSOVER,ATR_TRAILING_STOP,PIVOT --search ga "   \
                "--population 16 --generations 4 --seed 7 --min-trades 1 --threads 2 --out %s/%s "

/* Shares add up; whether both back ends have one. */
static bool expect_run_json(const char *fault)
{
    ts_error error = {0};
    json_t *run = ts_json_load(ts_temporary("opencl/run.json"), 1 << 24, &error);
    if (!run) fail_msg("%s", error.text);
    json_t *by = json_object_get(run, "genome_bars_by_backend"), *share;
    json_int_t sum = 0, device = json_integer_value(json_object_get(by, "opencl"));
    const char *name;
    assert_string_equal(json_string_value(json_object_get(run, "backend")), "opencl");
    if (json_object_size(by) != 2) fail_msg("%s: %zu shares", fault, json_object_size(by));
    json_object_foreach(by, name, share) sum += json_integer_value(share);
    assert_int_equal(json_integer_value(json_object_get(run, "genome_bars")), sum);
    assert_int_equal(json_integer_value(json_object_get(run, "evaluations")) * 3000, sum);
    json_decref(run);
    return device > 0 && device < sum;
}

/* Ever later, until the run ends before the fault comes: whether some run was of both back ends. */
static bool strike(const char *kind)
{
    char fault[32];
    bool both = false;
    for (int n = FIRST_OF_WORK;; n *= 2) {
        snprintf(fault, sizeof fault, "%s:%d", kind, n);
        int status = shell("OPENCL_FAULT=%s " DISCOVER "--backend opencl --opencl-library '%s'", fault, opencl_folder,
                           opencl_folder, "opencl", OPENCL_FAULTS);
        shell_expect(status, 0, "");
        if (!strstr(shell_err, "warning: back end")) return both;
        expect_one_warning(fault, shell_err, "CL_");
        shell_expect(shell("cmp %s/scalar/results.jsonl %s/opencl/results.jsonl", opencl_folder, opencl_folder), 0, "");
        if (expect_run_json(fault)) both = true;
    }
}

static void discover_writes_the_same_results_when_the_device_fails(void **state)
{
    (void)state;
    static const char *const kinds[] = {"write", "launch", "read", "timeout"};
    if (access(TS_BINARY_DIR "/bin/tradestream", X_OK)) {
        print_message("skipped: %s/bin/tradestream has not been built\n", TS_BINARY_DIR);
        skip();
    }
    ts_engine_free(open_engine());
    unsetenv("TS_TILE");
    shell_expect(shell(TRADESTREAM "data generate --bars 3000 --seed 5 --out %s/BTC-USD.csv", opencl_folder), 0, "");
    shell_expect(shell(DISCOVER "--backend scalar", opencl_folder, opencl_folder, "scalar"), 0, "");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (!strike(kinds[i])) fail_msg("%s: no run of both back ends", kinds[i]);
    strike("memory"); /* buffers may all be had for the first batch */
}

/* A device that is asked for by name and cannot be opened is not replaced. */
static void a_device_that_fails_to_open_is_exit_69(void **state)
{
    (void)state;
    static const char *const opening[] = {"no_platform", "no_device", "no_fp64", "context", "memory",     "write",
                                          "launch:8",    "read:3",    "timeout", "build",   "arithmetic", "zero"};
    ts_engine_free(open_engine());
    if (access(TS_BINARY_DIR "/bin/tradestream", X_OK)) skip();
    shell_expect(shell(TRADESTREAM "data generate --bars 3000 --seed 5 --out %s/BTC-USD.csv", opencl_folder), 0, "");
    for (size_t i = 0; i < sizeof opening / sizeof *opening; i++) {
        int status = shell("rm -rf %s/opencl; XDG_CACHE_HOME=%s/%s OPENCL_FAULT=%s " DISCOVER
                           "--backend opencl --opencl-library '%s'",
                           opencl_folder, opencl_folder, strcmp(opening[i], "build") ? "." : "empty", opening[i],
                           opencl_folder, opencl_folder, "opencl", OPENCL_FAULTS);
        shell_expect(status, TS_UNAVAILABLE, "OpenCL");
        if (strstr(shell_err, "goes on")) fail_msg("%s: replaced: %s", opening[i], shell_err);
        assert_int_not_equal(access(ts_temporary("opencl/results.jsonl"), F_OK), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_processor_goes_on_where_a_device_fails),
        cmocka_unit_test(a_backtest_and_rows_go_on_as_well),
        cmocka_unit_test(a_benchmark_ends_where_the_device_fails),
        cmocka_unit_test(a_wrong_call_of_ours_is_an_error),
        cmocka_unit_test(discover_writes_the_same_results_when_the_device_fails),
        cmocka_unit_test(a_device_that_fails_to_open_is_exit_69),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

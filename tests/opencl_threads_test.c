/* Lanes of a device: several threads have batches on it at once, with the bits of scalar; and when it fails under them,
 * one warning is given and every batch is finished. Skipped where there is no device. */
#define _POSIX_C_SOURCE 200809L /* setenv */
#include "common/memory.h"
#include "host/backend/opencl/device.h"
#include "host/engine/engine_internal.h"
#include "tests/agreement.h"
#include "tests/opencl_machine.h"
#include "tests/random_market.h"
#include "tests/random_strategy.h"
#include "tests/stderr_lines.h"
#include "tests/temporary.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* Enough genomes for several batches; PATIENCE: evaluations until two threads meet. */
enum { BARS = 400, GENOMES = 20000, THREADS = 3, PATIENCE = 20 };

static ts_series series;
static ts_market *market;
static ts_strategy *strategy;
static ts_genome *genomes;
static ts_metrics *wanted, *got;

static int set_up(void **state)
{
    ts_error error = {0};
    ts_strbuf text = {0};
    ts_draws draws = ts_draws_at(0x6c616e65, 0, 0, 0);
    ts_simulation simulation = usual_simulation();
    if (opencl_set_up(state)) return -1;
    random_market(&draws, MARKET_WALK, BARS, &series);
    market = ts_market_new(&series, &simulation, &error);
    strategy = random_strategy(&draws, &text, &error);
    ts_strbuf_clear(&text);
    genomes = ts_alloc(GENOMES, sizeof *genomes);
    wanted = ts_alloc(GENOMES, sizeof *wanted);
    got = ts_alloc(GENOMES, sizeof *got);
    ts_engine *scalar = ts_engine_new("scalar", 1, &error);
    if (!market || !strategy || !genomes || !wanted || !got || !scalar) return -1;
    for (size_t i = 0; i < GENOMES; i++) genomes[i] = random_point(&draws, strategy);
    int status = ts_evaluate(scalar, market, strategy, genomes, GENOMES, wanted, &error);
    ts_engine_free(scalar);
    return status;
}

static int tear_down(void **state)
{
    free(got), free(wanted), free(genomes);
    ts_strategy_free(strategy);
    ts_market_free(market);
    ts_series_clear(&series);
    return ts_temporary_remove(state);
}

static ts_engine *open_engine(const char *library)
{
    ts_error error = {0};
    ts_engine *engine = ts_engine_open("opencl", "auto", library, THREADS, &error);
    if (engine) return engine;
    if (error.code != TS_UNAVAILABLE) fail_msg("%s", error.text);
    print_message("skipped: %s\n", error.text);
    skip();
    return NULL;
}

static void evaluate(ts_engine *engine, size_t count, ts_error *error)
{
    memset(got, 0, count * sizeof *got);
    ts_evaluate(engine, market, strategy, genomes, count, got, error);
}

static void expect_scalar(size_t count, const ts_error *error)
{
    if (error->code) fail_msg("%s", error->text);
    for (size_t i = 0; i < count; i++)
        for (int m = 0; m < TS_METRICS; m++) {
            double a = wanted[i].value[m], b = got[i].value[m];
            if (memcmp(&a, &b, sizeof a) && !(isnan(a) && isnan(b)))
                fail_msg("%s of genome %zu: %.17g, scalar %.17g", ts_metric_table[m].name, i, b, a);
        }
}

/* A lane that is at work keeps nobody from another, and the market is there once for both. */
static void a_lane_works_beside_one_that_is_taken(void **state)
{
    (void)state;
    ts_error error = {0};
    ts_engine *engine = open_engine(NULL);
    ts_cl_engine *device = engine->opened;
    ts_cl_lane *first = ts_cl_lane_take(device);
    ts_cl_market *held = ts_cl_market_hold(first, market, &error);
    assert_non_null(held);
    assert_int_equal(held->users, 1);
    evaluate(engine, 100, &error);
    expect_scalar(100, &error);
    assert_null(first->part[TS_CL_TOTALS]);
    assert_non_null(device->lane[1].part[TS_CL_TOTALS]);
    assert_int_equal(held->users, 1);
    for (int i = 0; i < TS_CL_MARKETS; i++) assert_true(&device->market[i] == held || !device->market[i].serial);
    ts_cl_market_release(first, held);
    ts_cl_lane_give_back(first);
    ts_engine_free(engine);
}

/* More threads than lanes: the second lane is used while the first is taken, which two threads may miss in one go. */
static void threads_share_the_lanes(void **state)
{
    (void)state;
    ts_error error = {0};
    ts_engine *engine = open_engine(NULL);
    ts_cl_engine *device = engine->opened;
    size_t genomes_done = 0;
    for (int times = 0; times < PATIENCE && !device->lane[1].part[TS_CL_TOTALS]; times++, genomes_done += GENOMES) {
        evaluate(engine, GENOMES, &error);
        expect_scalar(GENOMES, &error);
    }
    assert_non_null(device->lane[1].part[TS_CL_TOTALS]);
    for (int i = 0; i < TS_CL_LANES; i++) assert_false(device->lane[i].taken);
    for (int i = 0; i < TS_CL_MARKETS; i++) assert_int_equal(device->market[i].users, 0);
    assert_int_equal(ts_engine_genome_bars(engine), genomes_done * ts_market_bars(market));
    ts_engine_free(engine);
}

/* A market that a lane works with stays, however many others come. */
static void markets_in_use_are_not_replaced(void **state)
{
    (void)state;
    ts_error error = {0};
    ts_simulation simulation = usual_simulation();
    ts_engine *engine = open_engine(NULL);
    ts_cl_lane *lane = ts_cl_lane_take(engine->opened);
    ts_cl_market *held = ts_cl_market_hold(lane, market, &error);
    assert_non_null(held);
    for (int i = 0; i < 3 * TS_CL_MARKETS; i++) {
        ts_market *other = ts_market_new(&series, &simulation, &error);
        ts_cl_market *passing = other ? ts_cl_market_hold(lane, other, &error) : NULL;
        if (!passing) fail_msg("%s", error.text);
        assert_ptr_not_equal(passing, held);
        ts_cl_market_release(lane, passing);
        ts_market_free(other);
    }
    assert_int_equal(held->serial, market->serial);
    ts_cl_market_release(lane, held);
    ts_cl_lane_give_back(lane);
    ts_engine_free(engine);
}

static void one_warning_whatever_the_threads(void **state)
{
    (void)state;
    static const char *const causes[] = {"launch:9", "write:30", "read:2", "timeout:2", "memory:9"};
    if (access(OPENCL_FAULTS, R_OK)) {
        print_message("skipped: %s is not there: no OpenCL library was found when this was built\n", OPENCL_FAULTS);
        skip();
    }
    for (size_t i = 0; i < sizeof causes / sizeof *causes; i++) {
        unsetenv("OPENCL_FAULT");
        ts_engine *engine = open_engine(OPENCL_FAULTS);
        ts_share share[TS_SHARES];
        ts_error error = {0};
        setenv("OPENCL_FAULT", causes[i], 1);
        stderr_lines_begin();
        evaluate(engine, GENOMES, &error);
        const char *lines = stderr_lines_end(), *warning = strstr(lines, "warning: back end opencl failed: ");
        unsetenv("OPENCL_FAULT");
        if (!warning || strstr(warning + 1, "warning:"))
            fail_msg("%s: expected one warning, got: %s", causes[i], lines);
        expect_scalar(GENOMES, &error);
        assert_int_equal(ts_engine_shares(engine, share), 2);
        assert_true(share[1].genome_bars > 0);
        assert_int_equal(share[0].genome_bars + share[1].genome_bars, GENOMES * ts_market_bars(market));
        ts_engine_free(engine);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lane_works_beside_one_that_is_taken),
        cmocka_unit_test(threads_share_the_lanes),
        cmocka_unit_test(markets_in_use_are_not_replaced),
        cmocka_unit_test(one_warning_whatever_the_threads),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

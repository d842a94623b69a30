/* The stationary bootstrap: known coverage of the intervals, block lengths against those of the PyPI package
 * arch 6.3.0, cells against walking bar by bar, and bits that depend on the key alone. `bootstrap_test --bench` times
 * it. */
#define _POSIX_C_SOURCE 200809L /* clock_gettime */
#include "host/validation/bootstrap.h"

#include "common/memory.h"
#include "host/validation/cells.h"
#include "tests/gaussian.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Returns with this mean, and deviation 0.01 before what x_t = memory x_{t-1} + e_t adds to it. */
static void autoregressive(double *returns, size_t n, uint64_t seed, double mean, double memory)
{
    ts_draws draws = ts_draws_at(seed, 3, 0, 0);
    double x = gaussian(&draws) / sqrt(1 - memory * memory);
    for (size_t i = 0; i < n; i++) {
        returns[i] = mean + 0.01 * x;
        x = memory * x + gaussian(&draws);
    }
}

static ts_bootstrap run_with(const double *returns, size_t n, const ts_bootstrap_settings *settings,
                             ts_threads *threads)
{
    ts_bootstrap result;
    ts_error error = {0};
    int status = ts_bootstrap_run(returns, n, settings, threads, &result, &error);
    if (status) print_error("%s\n", error.text);
    assert_int_equal(status, 0);
    return result;
}

static bool covers(ts_interval interval, double value) { return interval.low <= value && value <= interval.high; }

/* Of 300 series of 1,000 bars, the 90 % interval covers the process's Sharpe ratio in 85 to 95 %; an interval that
 * ignored the memory of 0.4 would be 1.5 times too narrow and cover it in 71 %. The drawdown's interval is about
 * another stretch of the same process, whose own is not known: it covers that of the next series in 80 to 95 %. */
static void coverage(void **state)
{
    (void)state;
    enum { SERIES = 300, BARS = 1000, RESAMPLES = 250 };
    static double returns[BARS], next[BARS];
    const double memory[] = {0, 0.4};
    for (int m = 0; m < 2; m++) {
        double mean = 0.0005, sharpe = mean / (0.01 / sqrt(1 - memory[m] * memory[m])), blocks = 0;
        int covered = 0, fallen = 0, ignoring = 0;
        ts_bootstrap_settings settings = ts_bootstrap_defaults, single;
        settings.resamples = RESAMPLES;
        single = settings, single.block = 1;
        for (uint64_t i = 0; i < SERIES; i++) {
            settings.key = single.key = i;
            autoregressive(returns, BARS, 10 + i, mean, memory[m]);
            autoregressive(next, BARS, 11 + i, mean, memory[m]);
            ts_bootstrap result = run_with(returns, BARS, &settings, NULL);
            covered += covers(result.sharpe_interval, sharpe);
            single.resamples = 2; /* for its drawdown alone */
            fallen += covers(result.drawdown_interval, run_with(next, BARS, &single, NULL).drawdown);
            single.resamples = RESAMPLES;
            if (m) ignoring += covers(run_with(returns, BARS, &single, NULL).sharpe_interval, sharpe);
            blocks += result.block;
        }
        print_message("memory %.1f: mean block %5.2f bars, covered: Sharpe ratio %d, next drawdown %d of %d\n",
                      memory[m], blocks / SERIES, covered, fallen, SERIES);
        assert_in_range(covered, SERIES * 85 / 100, SERIES * 95 / 100);
        assert_in_range(fallen, SERIES * 70 / 100, SERIES * 95 / 100);
        if (m) assert_true(ignoring < SERIES * 80 / 100);
    }
}

/* Series that a test can make anywhere: x_t = memory x_{t-1} + (a number of 31 bits of a linear congruential sequence,
 * from -1/2 to 1/2). The block lengths are those of optimal_block_length(x)["stationary"] of arch 6.3.0; below 1, ours
 * are 1. */
static void congruential(double *x, size_t n, double memory)
{
    uint32_t number = 12345;
    double last = 0;
    for (size_t i = 0; i < n; i++) {
        number = (number * 1103515245u + 12345u) & 0x7fffffffu;
        last = memory * last + ((double)number / 2147483648.0 - 0.5);
        x[i] = last;
    }
}

static void block_lengths(void **state)
{
    (void)state;
    static const struct {
        size_t n;
        double memory, block;
    } known[] = {{100, 0, 2.64398610578},      {100, 0.2, 0.8857109453963},  {100, 0.5, 3.913472882523},
                 {100, 0.9, 9.935790611133},   {100, -0.3, 5.316573779664},  {1000, 0, 1.90404839851},
                 {1000, 0.2, 3.940843487988},  {1000, 0.5, 11.15583755046},  {1000, 0.9, 25.32507702852},
                 {1000, -0.3, 7.125312266299}, {5000, 0, 2.527575930858},    {5000, 0.2, 7.10995117606},
                 {5000, 0.5, 17.34967864258},  {5000, 0.9, 59.56313206267},  {5000, -0.3, 16.1512039259},
                 {10000, 0, 0.8282968890424},  {10000, 0.2, 10.82869418797}, {10000, 0.5, 28.02729518167},
                 {10000, 0.9, 75.69754469587}, {10000, -0.3, 15.43778681978}};
    static double x[10000];
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        ts_error error = {0};
        congruential(x, known[i].n, known[i].memory);
        double block = ts_bootstrap_block(x, known[i].n, &error);
        double want = known[i].block > 1 ? known[i].block : 1;
        if (fabs(block / want - 1) < 1e-9) continue;
        print_error("n %zu, memory %g: %.12g, want %.12g\n", known[i].n, known[i].memory, block, want);
        fail();
    }
    ts_error error = {0};
    for (size_t i = 0; i < 100; i++) x[i] = 0.1;
    assert_true(ts_bootstrap_block(x, 100, &error) == 1);
    assert_true(ts_bootstrap_block(x, 0, &error) == 1);
}

/* Any sequence of cells has the mean, deviation and drawdown that walking through its bars gives. */
static void cells_are_exact_to_the_bar(void **state)
{
    (void)state;
    enum { BARS = 3000, CELLS = 500, MOST = 5 };
    static double returns[BARS], walked[CELLS * MOST];
    ts_draws draws = ts_draws_at(7, 0, 0, 0);
    for (size_t round = 0; round < 20; round++) {
        size_t bars = 0;
        double mean = 0.001, equity = 1, peak = 1, deepest = 0, sum = 0, squares = 0;
        autoregressive(returns, BARS, round, mean, 0);
        ts_cells_walk walk = {.level = 1};
        for (size_t i = 0; i < CELLS; i++) {
            size_t n = 1 + ts_draw_below(&draws, MOST), first = ts_draw_below(&draws, BARS - MOST);
            ts_cell cell = ts_cell_of(returns, first, n, mean);
            ts_cells_step(&walk, &cell);
            memcpy(walked + bars, returns + first, n * sizeof *walked);
            bars += n;
        }
        for (size_t i = 0; i < bars; i++) {
            equity *= 1 + walked[i];
            if (equity > peak) peak = equity;
            if (1 - equity / peak > deepest) deepest = 1 - equity / peak;
            sum += walked[i] - mean;
            squares += (walked[i] - mean) * (walked[i] - mean);
        }
        assert_true(walk.bars == (double)bars);
        assert_true(fabs(walk.drawdown - deepest) < 1e-12 && deepest > 0.05);
        assert_true(fabs(walk.level - equity / peak) < 1e-12);
        assert_true(fabs(walk.sum - sum) < 1e-12 && fabs(walk.squares - squares) < 1e-12);
    }
}

/* Long series are cut into cells: the interval is that of the bars, within the error of 1,000 resamples. */
static void long_series_agree_with_short_ones(void **state)
{
    (void)state;
    enum { BARS = 5 * TS_BOOTSTRAP_CELLS + 3 };
    static double returns[BARS];
    autoregressive(returns, BARS, 5, 0.0001, 0);
    ts_bootstrap_settings settings = ts_bootstrap_defaults;
    ts_bootstrap result = run_with(returns, BARS, &settings, NULL);
    assert_int_equal(result.cell, 6);
    /* Independent returns: the Sharpe ratio's deviation is 1 / sqrt(n), the interval 2 x 1.645 of it wide. */
    double wide = (result.sharpe_interval.high - result.sharpe_interval.low) * sqrt(BARS);
    print_message("width of the interval: %.3f deviations, 3.290 expected\n", wide);
    assert_true(fabs(wide / 3.29 - 1) < 0.1);
    assert_true(covers(result.sharpe_interval, result.sharpe));
    assert_true(result.drawdown_interval.low > 0 && result.drawdown_interval.high < 1);
}

static void the_key_alone_decides(void **state)
{
    (void)state;
    enum { BARS = 20000 };
    static double returns[BARS];
    ts_error error = {0};
    autoregressive(returns, BARS, 1, 0.0001, 0.2);
    ts_bootstrap_settings settings = ts_bootstrap_defaults;
    settings.resamples = 101, settings.key = 9;
    ts_bootstrap first = run_with(returns, BARS, &settings, NULL), again = run_with(returns, BARS, &settings, NULL);
    assert_memory_equal(&first, &again, sizeof first);
    for (int count = 1; count <= 4; count += 3) {
        ts_threads *threads = ts_threads_new(count, &error);
        assert_non_null(threads);
        again = run_with(returns, BARS, &settings, threads);
        assert_memory_equal(&first, &again, sizeof first);
        ts_threads_free(threads);
    }
    settings.key = 10;
    again = run_with(returns, BARS, &settings, NULL);
    assert_true(again.sharpe_interval.low != first.sharpe_interval.low);
    assert_true(again.sharpe == first.sharpe);
}

/* Everything in one block of the mean length of the series is nearly the series itself; risk-free returns shift it. */
static void settings_count(void **state)
{
    (void)state;
    enum { BARS = 500 };
    static double returns[BARS];
    autoregressive(returns, BARS, 2, 0.001, 0);
    ts_bootstrap_settings settings = ts_bootstrap_defaults;
    settings.block = 1e9;
    ts_bootstrap whole = run_with(returns, BARS, &settings, NULL);
    assert_true(fabs(whole.sharpe_interval.low - whole.sharpe) < 1e-9);
    assert_true(fabs(whole.sharpe_interval.high - whole.sharpe) < 1e-9);
    assert_true(whole.block == 1e9);
    settings.block = 1;
    ts_bootstrap narrow, wide = run_with(returns, BARS, &settings, NULL);
    settings.confidence = 0.5;
    narrow = run_with(returns, BARS, &settings, NULL);
    assert_true(narrow.sharpe_interval.low > wide.sharpe_interval.low);
    assert_true(narrow.drawdown_interval.high < wide.drawdown_interval.high);
    settings.risk_free = 0.001;
    ts_bootstrap less = run_with(returns, BARS, &settings, NULL);
    assert_true(fabs(less.sharpe - (narrow.sharpe - 0.1)) < 0.01);
    assert_true(less.sharpe_interval.low < narrow.sharpe_interval.low - 0.08);
}

static void little_has_answers(void **state)
{
    (void)state;
    ts_bootstrap_settings settings = ts_bootstrap_defaults;
    double returns[100] = {0};
    ts_bootstrap none = run_with(NULL, 0, &settings, NULL), flat = run_with(returns, 100, &settings, NULL);
    assert_true(isnan(none.sharpe) && isnan(none.drawdown) && isnan(none.drawdown_interval.low));
    assert_true(isnan(flat.sharpe) && isnan(flat.sharpe_interval.low));
    assert_true(flat.drawdown == 0 && flat.drawdown_interval.high == 0);
    returns[50] = -1; /* ruin */
    ts_bootstrap ruin = run_with(returns, 100, &settings, NULL);
    assert_true(ruin.drawdown == 1 && ruin.drawdown_interval.high == 1 && ruin.sharpe_interval.high == 0);
    returns[50] = 0.5;
    ts_bootstrap one = run_with(returns + 50, 1, &settings, NULL);
    assert_true(isnan(one.sharpe) && one.drawdown == 0);
    for (int i = 0; i < 100; i++) returns[i] = 1e100; /* equity beyond all doubles, never below its peak */
    returns[99] = -0.25;
    ts_bootstrap vast = run_with(returns, 100, &settings, NULL);
    assert_true(vast.drawdown == 0.25 && vast.drawdown_interval.high >= 0.25);
}

static void expect_error(double first, ts_bootstrap_settings settings, int code, const char *part)
{
    double returns[] = {0, first, 0.1};
    ts_bootstrap result;
    ts_error error = {0};
    assert_int_equal(ts_bootstrap_run(returns, 3, &settings, NULL, &result, &error), -1);
    assert_int_equal(error.code, code);
    if (!strstr(error.text, part)) fail_msg("'%s' lacks '%s'", error.text, part);
}

static void what_cannot_be_is_named(void **state)
{
    (void)state;
    ts_bootstrap_settings fine = ts_bootstrap_defaults, wrong = fine;
    expect_error(NAN, fine, TS_BAD_DATA, "bar 2");
    expect_error(INFINITY, fine, TS_BAD_DATA, "bar 2");
    expect_error(-1.01, fine, TS_BAD_DATA, "bar 2");
    wrong.resamples = 1, expect_error(0, wrong, TS_USAGE, "2 to 1000000");
    wrong = fine, wrong.confidence = 1, expect_error(0, wrong, TS_USAGE, "between 0 and 1");
    wrong = fine, wrong.block = 0.5, expect_error(0, wrong, TS_USAGE, "1 or more");
    wrong = fine, wrong.block = NAN, expect_error(0, wrong, TS_USAGE, "1 or more");
    wrong = fine, wrong.risk_free = NAN, expect_error(0, wrong, TS_USAGE, "finite");
}

static int bench(void)
{
    static const size_t sizes[] = {1000, 8192, 100000, 1300000};
    const double blocks[] = {1, 20, 0};
    double *returns = ts_alloc(1300000, sizeof *returns);
    if (!returns) return 1;
    autoregressive(returns, 1300000, 1, 0.00001, 0.1);
    for (size_t i = 0; i < 12; i++) {
        ts_bootstrap_settings settings = ts_bootstrap_defaults;
        settings.block = blocks[i % 3];
        struct timespec began, ended;
        clock_gettime(CLOCK_MONOTONIC, &began);
        ts_bootstrap r = run_with(returns, sizes[i / 3], &settings, NULL);
        clock_gettime(CLOCK_MONOTONIC, &ended);
        double took = (double)(ended.tv_sec - began.tv_sec) * 1e3 + (double)(ended.tv_nsec - began.tv_nsec) * 1e-6;
        printf("%7zu bars, blocks of %8.2f bars: %7.1f ms\n", sizes[i / 3], r.block, took);
    }
    free(returns);
    return 0;
}

int main(int count, char **arguments)
{
    if (count > 1 && strcmp(arguments[1], "--bench") == 0) return bench();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(coverage),
        cmocka_unit_test(block_lengths),
        cmocka_unit_test(cells_are_exact_to_the_bar),
        cmocka_unit_test(long_series_agree_with_short_ones),
        cmocka_unit_test(the_key_alone_decides),
        cmocka_unit_test(settings_count),
        cmocka_unit_test(little_has_answers),
        cmocka_unit_test(what_cannot_be_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

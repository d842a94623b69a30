/* The probability of backtest overfitting: a case worked by hand, pure noise, a planted signal, and a naive
 * implementation on random cases; on every back end that this machine has and any number of threads.
 * `overfitting_test --bench` times the back ends. */
#define _POSIX_C_SOURCE 200809L /* clock_gettime */
#include "host/validation/overfitting.h"

#include "common/memory.h"
#include "host/backend/backend.h"
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

enum { BLOCKS = 16, MOST_HALVES = 12870 };

/* ---- trials made up ---- */

typedef struct sample {
    ts_trial_blocks trials;
    double *returns, *squares;
    uint64_t bars[BLOCKS];
} sample;

static sample sample_new(size_t trials, int blocks, uint64_t bars)
{
    sample s = {.trials = {.trials = trials, .blocks = blocks}};
    s.returns = ts_alloc(trials, (size_t)blocks * sizeof(double));
    s.squares = ts_alloc(trials, (size_t)blocks * sizeof(double));
    assert_non_null(s.returns);
    assert_non_null(s.squares);
    for (int b = 0; b < BLOCKS; b++) s.bars[b] = bars;
    return s;
}

static void sample_clear(sample *s) { free(s->returns), free(s->squares); }

static const ts_trial_blocks *trials_of(sample *s)
{
    s->trials.returns = s->returns;
    s->trials.squares = s->squares;
    s->trials.bars = s->bars;
    return &s->trials;
}

/* Normal returns bar by bar; trial 0 has this mean, the others 0. */
static void fill_normal(sample *s, uint64_t seed, double mean)
{
    ts_draws draws = ts_draws_at(seed, 1, 0, 0);
    for (size_t t = 0; t < s->trials.trials; t++)
        for (int b = 0; b < s->trials.blocks; b++) {
            size_t at = t * (size_t)s->trials.blocks + (size_t)b;
            for (uint64_t i = 0; i < s->bars[b]; i++) {
                double r = gaussian(&draws) + (t ? 0 : mean);
                s->returns[at] += r;
                s->squares[at] += r * r;
            }
        }
}

/* Small whole numbers, so that many Sharpe ratios are equal and all arithmetic is exact; blocks without a position. */
static void fill_whole(sample *s, uint64_t seed, double idle)
{
    ts_draws draws = ts_draws_at(seed, 2, 0, 0);
    for (size_t t = 0; t < s->trials.trials; t++) {
        bool rarely = ts_draw_unit(&draws) < 0.3;
        for (int b = 0; b < s->trials.blocks; b++) {
            size_t at = t * (size_t)s->trials.blocks + (size_t)b;
            if (ts_draw_unit(&draws) < (rarely ? 0.9 : idle)) continue;
            s->returns[at] = (double)ts_draw_below(&draws, 7) - 3;
            s->squares[at] = 9 + (double)ts_draw_below(&draws, 4);
        }
    }
}

/* ---- the naive implementation ---- */

static double naive_sum(const double *blocks, int count, unsigned half)
{
    double sum = 0;
    for (int b = 0; b < count; b++)
        if (half >> b & 1) sum += blocks[b];
    return sum;
}

/* What ranks a trial in a half: its Sharpe ratio, or (`plain`) s |s| / q, exact for small whole numbers; -1e300 without
 * a position. */
static double naive_score(const sample *s, size_t t, unsigned half, bool plain)
{
    int blocks = s->trials.blocks;
    double sum = naive_sum(s->returns + t * (size_t)blocks, blocks, half), n = 0;
    double squares = naive_sum(s->squares + t * (size_t)blocks, blocks, half);
    for (int b = 0; b < blocks; b++)
        if (half >> b & 1) n += (double)s->bars[b];
    if (squares == 0) return -1e300;
    return plain ? sum * fabs(sum) / squares : sum / n / sqrt((squares - sum * sum / n) / (n - 1));
}

static double naive_rank(const double *score, size_t trials, size_t of)
{
    double less = 0, equal = 0;
    for (size_t t = 0; t < trials; t++) less += score[t] < score[of], equal += score[t] == score[of];
    return less + (equal + 1) / 2;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static ts_overfitting naive(const sample *s, bool plain)
{
    static double logits[MOST_HALVES], in[MOST_HALVES], out[MOST_HALVES];
    size_t trials = s->trials.trials, count = 0;
    unsigned all = (1u << s->trials.blocks) - 1;
    double *score[2] = {ts_alloc(trials, sizeof(double)), ts_alloc(trials, sizeof(double))};
    ts_overfitting r = {0, 0, NAN, 0, NAN};
    for (unsigned half = 1; half < all; half++) {
        if (__builtin_popcount(half) != s->trials.blocks / 2) continue;
        size_t best = 0;
        for (size_t t = 0; t < trials; t++) {
            score[0][t] = naive_score(s, t, half, plain), score[1][t] = naive_score(s, t, all ^ half, plain);
            if (score[0][t] > score[0][best]) best = t;
        }
        if (score[0][best] == -1e300) continue;
        double w = naive_rank(score[1], trials, best) / ((double)trials + 1);
        logits[count] = w == 0.5 ? 0 : log(w / (1 - w));
        r.probability += w <= 0.5;
        r.loss += score[1][best] < 0 && score[1][best] != -1e300;
        in[count] = naive_score(s, best, half, false), out[count] = naive_score(s, best, all ^ half, false);
        if (out[count] == -1e300) out[count] = NAN;
        count++;
    }
    free(score[0]), free(score[1]);
    r.combinations = count;
    r.probability /= (double)count, r.loss /= (double)count;
    double n = 0, x = 0, y = 0, xx = 0, xy = 0;
    for (size_t i = 0; i < count; i++) {
        if (isnan(in[i] + out[i])) continue;
        n++, x += in[i], y += out[i], xx += in[i] * in[i], xy += in[i] * out[i];
    }
    r.slope = (n * xy - x * y) / (n * xx - x * x);
    qsort(logits, count, sizeof *logits, by_size);
    if (count) r.median_logit = (logits[(count - 1) / 2] + logits[count / 2]) / 2;
    return r;
}

/* ---- running ours ---- */

static ts_overfitting measure_with(sample *s, const ts_cpu_kernels *kernels, ts_threads *threads)
{
    ts_overfitting result;
    ts_error error = {0};
    int status = ts_overfitting_measure(trials_of(s), kernels, threads, &result, &error);
    if (status) print_error("%s\n", error.text);
    assert_int_equal(status, 0);
    return result;
}

/* On the first back end; all others and the threads must give the same bits. */
static ts_overfitting measured(sample *s)
{
    ts_error error = {0};
    ts_overfitting first = measure_with(s, ts_backends[0].kernels, NULL);
    ts_threads *threads = ts_threads_new(3, &error);
    assert_non_null(threads);
    for (int i = 0; i < ts_backend_count; i++) {
        if (!ts_backends[i].kernels || !ts_backends[i].available()) continue;
        for (int pool = 0; pool < 2; pool++) {
            ts_overfitting other = measure_with(s, ts_backends[i].kernels, pool ? threads : NULL);
            assert_memory_equal(&first, &other, sizeof first);
        }
    }
    ts_threads_free(threads);
    return first;
}

static void assert_near(double got, double want, const char *what)
{
    if (isnan(want) ? isnan(got) : fabs(got - want) <= 1e-9 * (1 + fabs(want))) return;
    print_error("%s: %.17g, want %.17g\n", what, got, want);
    fail();
}

static void assert_same(const ts_overfitting *got, const ts_overfitting *want)
{
    assert_int_equal(got->combinations, want->combinations);
    assert_near(got->probability, want->probability, "probability");
    assert_near(got->median_logit, want->median_logit, "median logit");
    assert_near(got->loss, want->loss, "loss");
    assert_near(got->slope, want->slope, "slope");
}

/* ---- tests ---- */

/* Three trials, four blocks of ten bars; all squares are 1, so that the sum of a half ranks. In eighths:
 *            block  0  1  2  3
 *   A               3  1 -1  0      in-sample  A  B  C  best   out  A  B  C  rank of the best   logit
 *   B               1  2  2  1      0 1        4  3 -2  A      2 3 -1  3  6  1                  -ln 3
 *   C              -2  0  4  2      2 3       -1  3  6  C      0 1  4  3 -2  1                  -ln 3
 *                                   0 2        2  3  2  B      1 3  1  3  2  3                   ln 3
 *                                   1 3        1  3  2  B      0 2  2  3  2  3                   ln 3
 *                                   0 3        3  2  0  A      1 2  0  4  4  1                  -ln 3
 *                                   1 2        0  4  4  B      0 3  3  2  0  2                   0
 * B is the first of equals in the last line. Four of six logits are <= 0, two winners lose (A in the first line, C in
 * the second: 0 in the fifth is no loss). */
static void a_case_by_hand(void **state)
{
    (void)state;
    const double eighths[] = {3, 1, -1, 0, 1, 2, 2, 1, -2, 0, 4, 2};
    sample s = sample_new(3, 4, 10);
    for (int i = 0; i < 12; i++) s.returns[i] = eighths[i] / 8, s.squares[i] = 1;
    ts_overfitting r = measured(&s);
    assert_int_equal(r.combinations, 6);
    assert_near(r.probability, 4.0 / 6, "probability");
    assert_near(r.median_logit, -log(3) / 2, "median logit");
    assert_near(r.loss, 2.0 / 6, "loss");
    /* Sharpe ratios of the pairs 4 -1, 6 -2, 3 3, 3 3, 3 0, 4 2 (eighths, 20 bars, squares 2). */
    double in[] = {4, 6, 3, 3, 3, 4}, out[] = {-1, -2, 3, 3, 0, 2}, x = 0, y = 0, xx = 0, xy = 0;
    for (int i = 0; i < 6; i++) {
        in[i] = in[i] / 160 / sqrt((2 - in[i] * in[i] / 1280) / 19);
        out[i] = out[i] / 160 / sqrt((2 - out[i] * out[i] / 1280) / 19);
        x += in[i], y += out[i], xx += in[i] * in[i], xy += in[i] * out[i];
    }
    assert_near(r.slope, (6 * xy - x * y) / (6 * xx - x * x), "slope");
    assert_true(r.slope < -1);
    sample_clear(&s);
}

static void equals_and_idle_halves_as_the_naive_way(void **state)
{
    (void)state;
    static const struct {
        size_t trials;
        int blocks;
        double idle;
    } cases[] = {{2, 2, 0},     {5, 2, 0.5},   {9, 4, 0.3},     {40, 6, 0.6},   {3, 8, 0.8},
                 {130, 8, 0.4}, {17, 10, 0.2}, {600, 10, 0.85}, {1100, 8, 0.5}, {25, 16, 0.7}};
    for (uint64_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sample s = sample_new(cases[i].trials, cases[i].blocks, 100);
        fill_whole(&s, i, cases[i].idle);
        ts_overfitting got = measured(&s), want = naive(&s, true);
        assert_same(&got, &want);
        sample_clear(&s);
    }
}

static void normal_returns_as_the_naive_way(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 6; seed++) {
        sample s = sample_new(30 + 50 * (seed % 3), seed < 5 ? 8 : 14, 20);
        for (int b = 0; b < BLOCKS; b++) s.bars[b] = 10 + (uint64_t)(7 * b) % 13; /* of different lengths */
        fill_normal(&s, seed, 0.1);
        ts_overfitting got = measured(&s), want = naive(&s, false);
        assert_same(&got, &want);
        sample_clear(&s);
    }
}

/* The share over one sample scatters widely, as the combinations overlap; the mean over samples is the claim. */
static void noise_is_a_coin(void **state)
{
    (void)state;
    enum { SEEDS = 60 };
    double sum = 0, square = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        sample s = sample_new(200, 16, 64);
        fill_normal(&s, 1000 + seed, 0);
        ts_overfitting r = measure_with(&s, ts_backends[0].kernels, NULL);
        assert_int_equal(r.combinations, MOST_HALVES);
        sum += r.probability, square += r.probability * r.probability;
        sample_clear(&s);
    }
    double mean = sum / SEEDS, deviation = sqrt((square - sum * mean) / (SEEDS - 1));
    print_message("%d samples of noise: mean %.3f, deviation %.3f\n", SEEDS, mean, deviation);
    assert_true(fabs(mean - 0.5) < 0.1);
    assert_true(deviation < 0.3);
}

static void a_signal_is_found(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        sample s = sample_new(200, 16, 64);
        fill_normal(&s, 2000 + seed, 0.35); /* 7.9 deviations in a half: the luck of 199 reaches about 3 */
        ts_overfitting r = measure_with(&s, ts_backends[0].kernels, NULL);
        assert_true(r.probability < 0.01);
        assert_true(r.median_logit > 3 && r.loss < 0.01);
        sample_clear(&s);
    }
}

static void too_little_is_undefined(void **state)
{
    (void)state;
    for (size_t trials = 0; trials < 4; trials++) { /* none, one, two and three that never trade */
        sample s = sample_new(trials, 4, 10);
        if (trials == 1) s.returns[0] = s.squares[0] = 1;
        ts_overfitting r = measured(&s);
        assert_int_equal(r.combinations, 0);
        assert_true(isnan(r.probability) && isnan(r.median_logit) && isnan(r.loss) && isnan(r.slope));
        sample_clear(&s);
    }
}

static void expect_error(const ts_trial_blocks *trials, int code, const char *part)
{
    ts_overfitting result;
    ts_error error = {0};
    assert_int_equal(ts_overfitting_measure(trials, ts_backends[0].kernels, NULL, &result, &error), -1);
    assert_int_equal(error.code, code);
    if (!strstr(error.text, part)) fail_msg("'%s' lacks '%s'", error.text, part);
}

static void what_cannot_be_is_named(void **state)
{
    (void)state;
    sample s = sample_new(3, 4, 10);
    fill_whole(&s, 1, 0);
    ts_trial_blocks odd = *trials_of(&s);
    const int wrong[] = {-2, 0, 1, 3, 17, 18};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        odd.blocks = wrong[i];
        expect_error(&odd, TS_USAGE, "an even number from 2 to 16");
    }
    s.returns[6] = NAN;
    expect_error(trials_of(&s), TS_BAD_DATA, "trial 2, block 3: ");
    s.returns[6] = 1, s.squares[6] = 0;
    expect_error(trials_of(&s), TS_BAD_DATA, "trial 2, block 3: ");
    s.squares[6] = -1;
    expect_error(trials_of(&s), TS_BAD_DATA, "trial 2, block 3: ");
    s.squares[6] = INFINITY;
    expect_error(trials_of(&s), TS_BAD_DATA, "trial 2, block 3: ");
    sample_clear(&s);
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int bench(void)
{
    static const size_t sizes[] = {200, 2000, 20000};
    for (size_t n = 0; n < 3; n++) {
        sample s = sample_new(sizes[n], 16, 8);
        fill_normal(&s, 1, 0.1);
        for (int i = 0; i < ts_backend_count; i++) {
            if (!ts_backends[i].kernels || !ts_backends[i].available()) continue;
            double began = seconds();
            ts_overfitting r = measure_with(&s, ts_backends[i].kernels, NULL);
            double took = seconds() - began;
            printf("%6zu trials, %-6s: %8.2f ms, %.3f ns a trial and combination; %.4f\n", sizes[n],
                   ts_backends[i].name, took * 1e3, took * 1e9 / (double)sizes[n] / MOST_HALVES, r.probability);
        }
        sample_clear(&s);
    }
    return 0;
}

int main(int count, char **arguments)
{
    if (count > 1 && strcmp(arguments[1], "--bench") == 0) return bench();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_case_by_hand),
        cmocka_unit_test(equals_and_idle_halves_as_the_naive_way),
        cmocka_unit_test(normal_returns_as_the_naive_way),
        cmocka_unit_test(noise_is_a_coin),
        cmocka_unit_test(a_signal_is_found),
        cmocka_unit_test(too_little_is_undefined),
        cmocka_unit_test(what_cannot_be_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

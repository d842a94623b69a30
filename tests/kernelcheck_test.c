/* The kernel harness: every row kernel of every back end that this machine has, on random and extreme input, must give
 * the bits of the scalar back end; `kernelcheck_test --bench` times the same calls. A kernel added to kernels.def or a
 * back end added to the list needs no change here. */
#define _POSIX_C_SOURCE 200809L /* clock_gettime */
#include "common/memory.h"
#include "common/philox.h"
#include "host/backend/backend.h"
#include "host/plan/kernel_table.h"
#include "tests/hard_values.h"
#include "tests/soak.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum { BEFORE = 256, BARS = 1024, INSTANCES = 19, LONGEST = 200, ROUNDS = 2 };

/* What a kernel is given, and what comes back: rows with BEFORE undefined bars ahead of them. */
typedef struct bench {
    double *input[TS_KERNEL_INPUTS][INSTANCES], *out[INSTANCES], *state, number[8];
    ts_row row[INSTANCES];
} bench;

static double *new_row(void)
{
    double *row = ts_alloc(BEFORE + BARS + 8, sizeof *row);
    assert_non_null(row);
    for (size_t i = 0; i < BEFORE + BARS + 8; i++) row[i] = NAN;
    return row + BEFORE;
}

static void bench_open(bench *b)
{
    for (int i = 0; i < INSTANCES; i++) {
        for (int k = 0; k < TS_KERNEL_INPUTS; k++) b->input[k][i] = new_row();
        b->out[i] = new_row();
    }
    b->state = ts_alloc(INSTANCES * TS_KERNEL_STATE, sizeof *b->state);
    assert_non_null(b->state);
}

static void bench_close(bench *b)
{
    for (int i = 0; i < INSTANCES; i++) {
        for (int k = 0; k < TS_KERNEL_INPUTS; k++) free(b->input[k][i] - BEFORE);
        free(b->out[i] - BEFORE);
    }
    free(b->state);
}

/* Draw the inputs; `shared`: all instances read one row, as `ema(close, n)` of many n does; else each its own. */
static void bench_draw(bench *b, ts_draws *draws, int kernel, input_kind kind, bool shared)
{
    const ts_kernel_row *known = &ts_kernel_table[kernel];
    for (int k = 0; k < TS_KERNEL_INPUTS; k++)
        for (int i = 0; i < INSTANCES; i++) {
            double last = 50 + k;
            for (size_t t = 0; t < BARS; t++) last = b->input[k][i][t] = draw_value(draws, kind, last);
        }
    for (int i = 0; i < 8; i++) b->number[i] = 0.37;
    bool second_is_number = shared && known->shape == TS_ELEMENTWISE;
    for (int i = 0; i < INSTANCES; i++) {
        ts_row *row = &b->row[i];
        row->in[0] = (ts_operand){b->input[0][shared ? 0 : i], SIZE_MAX};
        row->in[1] = (ts_operand){second_is_number ? b->number : b->input[1][i], second_is_number ? 0 : SIZE_MAX};
        row->in[2] = (ts_operand){b->input[2][i], SIZE_MAX};
        for (int p = 0; p < TS_KERNEL_PARAMETERS; p++) row->parameter[p] = 1 + ts_draw_below(draws, LONGEST);
        row->parameter[0] = i == 0 ? 1 : row->parameter[0];
        row->out = b->out[i];
        row->state = b->state + i * TS_KERNEL_STATE;
    }
}

/* Run `count` instances over `bars` bars, cut into tiles; states begin as garbage and must be set up by the first tile.
 */
static void bench_run(bench *b, const ts_cpu_kernels *kernels, int kernel, size_t count, size_t bars, size_t tile)
{
    ts_row row[INSTANCES];
    for (size_t i = 0; i < INSTANCES * TS_KERNEL_STATE; i++) b->state[i] = 12345.678;
    for (size_t from = 0; from < bars; from += tile) {
        size_t length = bars - from < tile ? bars - from : tile;
        memcpy(row, b->row, sizeof row);
        for (size_t i = 0; i < count; i++) {
            row[i].out += from;
            for (int k = 0; k < TS_KERNEL_INPUTS; k++)
                if (row[i].in[k].mask) row[i].in[k].at += from;
        }
        kernels->rows[kernel](&(ts_rows){row, count, length, from == 0});
    }
}

static bool same(double a, double b) { return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b)); }

/* Compare one back end with scalar over several tiles and numbers of instances. */
static void check(bench *b, const ts_backend *backend, int kernel, const char *what)
{
    static const size_t counts[] = {1, 3, 8, INSTANCES}, tiles[] = {BARS, 64, 192};
    static double want[INSTANCES][BARS];
    bench_run(b, ts_backends[0].kernels, kernel, INSTANCES, BARS, BARS);
    for (int i = 0; i < INSTANCES; i++) memcpy(want[i], b->out[i], sizeof want[i]);
    for (size_t c = 0; c < 4; c++)
        for (size_t k = 0; k < 3; k++) {
            bench_run(b, backend->kernels, kernel, counts[c], BARS, tiles[k]);
            for (size_t i = 0; i < counts[c]; i++)
                for (size_t t = 0; t < BARS; t++)
                    if (!same(want[i][t], b->out[i][t]))
                        fail_msg("%s of %s, %s input, instance %zu of %zu, tile %zu, bar %zu: %.17g, scalar %.17g",
                                 ts_kernel_table[kernel].name, backend->name, what, i, counts[c], tiles[k], t,
                                 b->out[i][t], want[i][t]);
        }
}

static void every_kernel_gives_the_bits_of_scalar(void **state)
{
    (void)state;
    static const char *const kinds[] = {"random walk", "constant", "holes", "denormal", "huge", "signed"};
    ts_draws draws = ts_draws_at(0x6b65726e, 0, 0, 0);
    bench b;
    int checked = 0;
    bench_open(&b);
    for (int kernel = 0; kernel < TS_KERNELS; kernel++)
        for (int kind = 0; kind < INPUT_KINDS; kind++)
            for (uint32_t round = 0; round < soak(ROUNDS); round++) {
                bench_draw(&b, &draws, kernel, (input_kind)kind, round % 2);
                for (int i = 0; i < ts_backend_count; i++) {
                    if (!ts_backends[i].kernels || !ts_backends[i].available()) continue;
                    check(&b, &ts_backends[i], kernel, kinds[kind]);
                    checked++;
                }
            }
    bench_close(&b);
    print_message("%d kernels, %d checks\n", TS_KERNELS, checked);
}

/* One bar, and rows whose first defined bar comes late. */
static void short_and_late_rows_give_the_bits_of_scalar(void **state)
{
    (void)state;
    ts_draws draws = ts_draws_at(0x6b65726e, 1, 0, 0);
    bench b;
    bench_open(&b);
    for (int kernel = 0; kernel < TS_KERNELS; kernel++)
        for (size_t first = 0; first < 130; first += 13) {
            bench_draw(&b, &draws, kernel, INPUT_WALK, false);
            for (int i = 0; i < INSTANCES; i++)
                for (size_t t = 0; t < BARS; t++)
                    if (t < first || (first % 2 && t > first)) b.input[0][i][t] = NAN; /* odd: one bar is defined */
            for (int i = 0; i < ts_backend_count; i++)
                if (ts_backends[i].kernels && ts_backends[i].available()) check(&b, &ts_backends[i], kernel, "late");
        }
    bench_close(&b);
}

/* The position as a state machine: an entry opens, an exit closes, a bar with both toggles. */
static size_t latch_bar_by_bar(const uint64_t *entry, const uint64_t *exit, size_t words, bool open, uint32_t *change)
{
    size_t changes = 0;
    for (uint32_t t = 0; t < words * 64; t++) {
        bool enters = entry[t / 64] >> (t % 64) & 1, leaves = exit[t / 64] >> (t % 64) & 1;
        bool next = open ? !leaves : enters;
        if (next != open) change[changes++] = 1000 + t;
        open = next;
    }
    return changes;
}

static void the_latch_is_a_state_machine(void **state)
{
    (void)state;
    enum { WORDS = 16 };
    ts_draws draws = ts_draws_at(0x6b65726e, 2, 0, 0);
    static uint32_t want[WORDS * 64 + 8], got[WORDS * 64 + 8];
    for (int i = 0; i < 2000; i++) {
        uint64_t entry[WORDS], exit[WORDS];
        uint32_t sparse = ts_draw_below(&draws, 6);
        for (int w = 0; w < WORDS; w++) {
            entry[w] = exit[w] = ~0ull;
            for (uint32_t k = 0; k <= sparse; k++) {
                entry[w] &= (uint64_t)ts_draw_u32(&draws) << 32 | ts_draw_u32(&draws);
                exit[w] &= (uint64_t)ts_draw_u32(&draws) << 32 | ts_draw_u32(&draws);
            }
        }
        for (int k = 0; k < ts_backend_count; k++) {
            if (!ts_backends[k].kernels || !ts_backends[k].available()) continue;
            bool open = i % 2;
            size_t changes = latch_bar_by_bar(entry, exit, WORDS, open, want);
            assert_int_equal(ts_backends[k].kernels->latch(entry, exit, WORDS, 1000, &open, got), changes);
            assert_memory_equal(got, want, changes * sizeof *want);
            assert_int_equal(open, (i % 2 + changes) % 2);
        }
    }
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Nanoseconds for a bar of one instance, the best of many calls. */
static double nanoseconds(bench *b, const ts_cpu_kernels *kernels, int kernel)
{
    double best = INFINITY;
    for (int i = 0; i < 30; i++) {
        double start = seconds();
        kernels->rows[kernel](&(ts_rows){b->row, 16, BARS, true});
        double took = seconds() - start;
        if (took < best) best = took;
    }
    return best * 1e9 / (16 * BARS);
}

static int time_kernels(void)
{
    ts_draws draws = ts_draws_at(0x6b65726e, 3, 0, 0);
    bench b;
    bench_open(&b);
    printf("ns a bar and instance (16 instances, %d bars)\n%-20s", BARS, "kernel");
    for (int i = 0; i < ts_backend_count; i++)
        if (ts_backends[i].kernels && ts_backends[i].available()) printf("%10s", ts_backends[i].name);
    for (int kernel = 0; kernel < TS_KERNELS; kernel++) {
        printf("\n%-20s", ts_kernel_table[kernel].name);
        bench_draw(&b, &draws, kernel, INPUT_WALK, ts_kernel_table[kernel].shape != TS_ELEMENTWISE);
        for (int i = 0; i < INSTANCES; i++) b.row[i].parameter[0] = 14;
        for (int i = 0; i < ts_backend_count; i++)
            if (ts_backends[i].kernels && ts_backends[i].available())
                printf("%10.3f", nanoseconds(&b, ts_backends[i].kernels, kernel));
    }
    printf("\n");
    bench_close(&b);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--bench") == 0) return time_kernels();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kernel_gives_the_bits_of_scalar),
        cmocka_unit_test(short_and_late_rows_give_the_bits_of_scalar),
        cmocka_unit_test(the_latch_is_a_state_machine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

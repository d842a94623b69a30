/* Does a device compute what the host computes? The rules of OpenCL promise exactly rounded + - * / sqrt and fma in
 * double precision; here it is measured, on operands where roundings, signs, infinities and denormals go wrong first,
 * because results are compared bit for bit. Any NaN equals any NaN. */
#include "common/memory.h"
#include "common/philox.h"
#include "host/backend/opencl/handles.h"
#include "host/backend/opencl/texts.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TS_CHECK(name, expression, shown) {#name, shown},
static const struct {
    const char *name, *shown;
} checks[] = {
#include "kernels/opencl/self_check.def"
};
#undef TS_CHECK

/* SPECIALS^3 triples of special numbers, then random ones; a launch takes BLOCK triples. */
enum { COUNT = sizeof checks / sizeof *checks, SPECIALS = 36, BLOCK = 1 << 14, TRIPLES = 8 * BLOCK };
_Static_assert(SPECIALS *SPECIALS *SPECIALS < TRIPLES, "room for random operands");

static const double specials[SPECIALS] = {
    0.0, -0.0, 1.0, -1.0, 2.0, 3.0, 0.5, 1.0 / 3, 0.1, -0.7, 10, 49, INFINITY, -INFINITY, NAN, DBL_MAX, -DBL_MAX,
    DBL_MIN, -DBL_MIN, DBL_MIN / 2, DBL_TRUE_MIN, -DBL_TRUE_MIN, DBL_MIN - DBL_TRUE_MIN, 3 * DBL_TRUE_MIN,
    /* neighbours of 1 and of powers of two, where rounding turns on the last bit */
    1 + DBL_EPSILON, 1 - DBL_EPSILON / 2, 2 - DBL_EPSILON, 4 + 4 * DBL_EPSILON, 0x1p52 + 0.5, 0x1p53, 0x1p53 + 2,
    -0x1p53 - 2,
    /* halves and roots of the range, so that products and squares end at its borders */
    0x1.fffffffffffffp511, 0x1p-537, 0x1.8p-511, 0x1p1023};

static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static double of_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* Random doubles in turns: any bits; 11 binades around 1; prices and volumes of few decimals; the borders of the range.
 */
static double draw(ts_draws *draws, unsigned turn)
{
    const uint64_t high = ts_draw_u32(draws), bits = high << 32 | ts_draw_u32(draws);
    const uint64_t sign = bits & 1ull << 63, fraction = bits >> 12;
    switch (turn % 4) {
    case 0: return of_bits(bits);
    case 1: return of_bits(sign | (1018 + (bits & 0xfff) % 11) << 52 | fraction);
    case 2: return (double)(bits >> 40) / ((bits & 1) ? 100 : 1000000);
    default: return of_bits(sign | ((bits & 1) ? (bits & 0xfe) >> 1 : 460 + (bits & 0x7e)) << 52 | fraction);
    }
}

static void fill(double *operands)
{
    ts_draws draws = ts_draws_at(1, 2, 3, 4);
    for (size_t i = 0; i < TRIPLES; i++) {
        size_t at = i;
        const bool special = i < SPECIALS * SPECIALS * SPECIALS;
        for (size_t k = 0; k < 3; k++, at /= SPECIALS)
            operands[3 * i + k] = special ? specials[at % SPECIALS] : draw(&draws, (unsigned)i);
    }
}

#define ROOT(x)                           __builtin_sqrt(x)
#define FMA(x, y, z)                      __builtin_fma(x, y, z)
#define MAGNITUDE(x)                      __builtin_fabs(x)
#define LOW(x)                            ((uint32_t)bits_of(x))
#define TS_CHECK(name, expression, shown) results[k++] = (expression);
static void compute(const double operands[3], double results[COUNT])
{
    const double a = operands[0], b = operands[1], c = operands[2];
    size_t k = 0;
#include "kernels/opencl/self_check.def"
}

static bool same(double host, uint64_t device)
{
    const double is = of_bits(device);
    return (host != host && is != is) || bits_of(host) == device;
}

/* Compare the results of a block. */
static int compare(const ts_cl_context *context, const double *operands, const uint64_t *results, ts_error *error)
{
    char name[TS_CL_REFUSAL];
    double expected[COUNT];
    for (size_t i = 0; i < BLOCK; i++) {
        const double *is = operands + 3 * i;
        compute(is, expected);
        for (size_t k = 0; k < COUNT; k++)
            if (!same(expected[k], results[i * COUNT + k]))
                return ts_fail(error, TS_UNAVAILABLE,
                               "%s cannot be used: its arithmetic differs from the processor's: %s is %a instead of %a "
                               "for a = %a, b = %a, c = %a",
                               ts_cl_named(context, name), checks[k].shown, of_bits(results[i * COUNT + k]),
                               expected[k], is[0], is[1], is[2]);
    }
    return 0;
}

typedef struct check {
    ts_cl_queue *queue;
    ts_cl_buffer *operands, *results;
    ts_cl_program *program;
    ts_cl_kernel *kernel;
    double *host_operands;
    uint64_t *host_results;
} check;

static int set_up(check *all, ts_cl_context *context, ts_error *error)
{
    char options[32];
    snprintf(options, sizeof options, "-D COUNT=%d", (int)COUNT);
    all->host_operands = ts_alloc(3 * TRIPLES, sizeof(double));
    all->host_results = ts_alloc(BLOCK * COUNT, sizeof(uint64_t));
    if (!all->host_operands || !all->host_results) return ts_no_memory(error, "the self-check");
    all->queue = ts_cl_queue_new(context, error);
    all->operands = all->queue ? ts_cl_buffer_new(context, 3 * BLOCK * sizeof(double), error) : NULL;
    all->results = all->operands ? ts_cl_buffer_new(context, BLOCK * COUNT * sizeof(uint64_t), error) : NULL;
    all->program =
        all->results ? ts_cl_program_new(context, "self_check", ts_cl_text_self_check, options, error) : NULL;
    all->kernel = all->program ? ts_cl_kernel_new(all->program, "self_check", error) : NULL;
    return all->kernel ? 0 : -1;
}

static void tear_down(check *all)
{
    ts_cl_kernel_free(all->kernel);
    ts_cl_program_free(all->program);
    ts_cl_buffer_free(all->results);
    ts_cl_buffer_free(all->operands);
    ts_cl_queue_free(all->queue);
    free(all->host_results);
    free(all->host_operands);
}

static int check_block(check *all, ts_cl_context *context, const double *operands, ts_error *error)
{
    const ts_cl_argument arguments[] = {TS_CL_BUFFER(all->operands), TS_CL_BUFFER(all->results)};
    const ts_cl_range range = {.dimensions = 1, .items = {BLOCK}};
    if (ts_cl_write(all->queue, all->operands, 0, operands, 3 * BLOCK * sizeof(double), false, error) ||
        ts_cl_launch(all->queue, all->kernel, arguments, 2, &range, error) ||
        ts_cl_read(all->queue, all->results, 0, all->host_results, BLOCK * COUNT * sizeof(uint64_t), true, error))
        return -1;
    return compare(context, operands, all->host_results, error);
}

int ts_cl_self_check(ts_cl_context *context, ts_error *error)
{
    check all = {0};
    int status = set_up(&all, context, error);
    if (!status) fill(all.host_operands);
    for (size_t i = 0; i < TRIPLES && !status; i += BLOCK)
        status = check_block(&all, context, all.host_operands + 3 * i, error);
    if (status && all.queue) ts_cl_finish(all.queue, &(ts_error){0}); /* what was sent must stay until it has gone */
    tear_down(&all);
    return status;
}

/* Streams of loads with the widest vectors that the processor has; four accumulators keep the loads independent. */
#include "bench/cache_limit.h"

#include "common/memory.h"
#include "host/plan/tile.h"

#include <immintrin.h>
#include <stdint.h>
#include <stdlib.h>

enum { STEP = 32 }; /* doubles of each row a turn: four of the widest vectors */

struct ts_cache_limit {
    double *a, *b;
    size_t count;
    uint64_t (*pass)(const double *a, const double *b, size_t count);
};

static volatile uint64_t sink; /* so that no pass is left out */

static uint64_t pass_128(const double *a, const double *b, size_t count)
{
    __m128i sum[4] = {0};
    for (size_t i = 0; i < count; i += STEP)
        for (size_t k = 0; k < STEP; k += 2) {
            sum[k / 2 % 2] = _mm_xor_si128(sum[k / 2 % 2], _mm_load_si128((const __m128i *)(a + i + k)));
            sum[k / 2 % 2 + 2] = _mm_xor_si128(sum[k / 2 % 2 + 2], _mm_load_si128((const __m128i *)(b + i + k)));
        }
    __m128i all = _mm_xor_si128(_mm_xor_si128(sum[0], sum[1]), _mm_xor_si128(sum[2], sum[3]));
    return (uint64_t)_mm_cvtsi128_si64(all);
}

__attribute__((target("avx2"))) static uint64_t pass_256(const double *a, const double *b, size_t count)
{
    __m256i sum[4] = {0};
    for (size_t i = 0; i < count; i += STEP)
        for (size_t k = 0; k < STEP; k += 4) {
            sum[k / 4 % 2] = _mm256_xor_si256(sum[k / 4 % 2], _mm256_load_si256((const __m256i *)(a + i + k)));
            sum[k / 4 % 2 + 2] = _mm256_xor_si256(sum[k / 4 % 2 + 2], _mm256_load_si256((const __m256i *)(b + i + k)));
        }
    __m256i all = _mm256_xor_si256(_mm256_xor_si256(sum[0], sum[1]), _mm256_xor_si256(sum[2], sum[3]));
    return (uint64_t)_mm256_extract_epi64(all, 0);
}

__attribute__((target("avx512f"))) static uint64_t pass_512(const double *a, const double *b, size_t count)
{
    __m512i sum[4] = {0};
    for (size_t i = 0; i < count; i += STEP)
        for (size_t k = 0; k < STEP; k += 8) {
            sum[k / 8 % 2] = _mm512_xor_si512(sum[k / 8 % 2], _mm512_load_si512(a + i + k));
            sum[k / 8 % 2 + 2] = _mm512_xor_si512(sum[k / 8 % 2 + 2], _mm512_load_si512(b + i + k));
        }
    __m512i all = _mm512_xor_si512(_mm512_xor_si512(sum[0], sum[1]), _mm512_xor_si512(sum[2], sum[3]));
    return (uint64_t)_mm512_reduce_or_epi64(all);
}

ts_cache_limit *ts_cache_limit_new(ts_error *error)
{
    size_t count = ts_tile_cache() / 4 / sizeof(double) / STEP * STEP;
    ts_cache_limit *limit = ts_alloc(1, sizeof *limit);
    if (limit) limit->a = ts_alloc(count * 2, sizeof *limit->a); /* one block: neighbours do not share cache sets */
    if (!limit || !limit->a) {
        ts_no_memory(error, "the cache's rows");
        ts_cache_limit_free(limit);
        return NULL;
    }
    for (size_t i = 0; i < 2 * count; i++) limit->a[i] = (double)i;
    limit->b = limit->a + count;
    limit->count = count;
    limit->pass = pass_128;
    if (__builtin_cpu_supports("avx2")) limit->pass = pass_256;
    if (__builtin_cpu_supports("avx512f")) limit->pass = pass_512;
    return limit;
}

void ts_cache_limit_free(ts_cache_limit *limit)
{
    if (limit) free(limit->a);
    free(limit);
}

double ts_cache_limit_measure(ts_cache_limit *limit, double seconds, ts_lap *lap)
{
    sink ^= limit->pass(limit->a, limit->b, limit->count);
    ts_lap start = ts_stopwatch();
    double pairs = 0;
    while (pairs == 0 || lap->wall < seconds) {
        for (int i = 0; i < 16; i++) sink ^= limit->pass(limit->a, limit->b, limit->count);
        pairs += 16 * (double)limit->count;
        *lap = ts_stopwatch_since(start);
    }
    return pairs;
}

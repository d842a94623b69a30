/* The vocabulary with four lanes: AVX2 and FMA. */
#include "kernels/dialect.h"

#include <immintrin.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define LANES 4

typedef __m256d vd;
typedef __m256d vm; /* all bits of a lane set or clear */
typedef uint32_t vu __attribute__((vector_size(16)));

TS_LANES unsigned first_bit(uint64_t x) { return (unsigned)_tzcnt_u64(x); }

TS_LANES vd v_load(const double *p) { return _mm256_loadu_pd(p); }
TS_LANES void v_store(double *p, vd x) { _mm256_storeu_pd(p, x); }
TS_LANES vd v_set(double x) { return _mm256_set1_pd(x); }
TS_LANES vd v_select(vm m, vd a, vd b) { return _mm256_blendv_pd(b, a, m); }
TS_LANES vd v_count(vd count, vm m) { return _mm256_add_pd(count, _mm256_and_pd(m, _mm256_set1_pd(1))); }
TS_LANES vd v_abs(vd x) { return _mm256_andnot_pd(_mm256_set1_pd(-0.0), x); }
TS_LANES vd v_sqrt(vd x) { return _mm256_sqrt_pd(x); }
TS_LANES vd v_fma(vd a, vd b, vd c) { return _mm256_fmadd_pd(a, b, c); }

TS_LANES vm v_lt(vd a, vd b) { return _mm256_cmp_pd(a, b, _CMP_LT_OQ); }
TS_LANES vm v_le(vd a, vd b) { return _mm256_cmp_pd(a, b, _CMP_LE_OQ); }
TS_LANES vm v_gt(vd a, vd b) { return _mm256_cmp_pd(a, b, _CMP_GT_OQ); }
TS_LANES vm v_ge(vd a, vd b) { return _mm256_cmp_pd(a, b, _CMP_GE_OQ); }
TS_LANES vm v_eq(vd a, vd b) { return _mm256_cmp_pd(a, b, _CMP_EQ_OQ); }
TS_LANES vm v_unordered(vd a, vd b) { return _mm256_cmp_pd(a, b, _CMP_UNORD_Q); }

TS_LANES vm m_and(vm a, vm b) { return _mm256_and_pd(a, b); }
TS_LANES vm m_or(vm a, vm b) { return _mm256_or_pd(a, b); }
TS_LANES vm m_not(vm a) { return _mm256_xor_pd(a, _mm256_castsi256_pd(_mm256_set1_epi64x(-1))); }
TS_LANES unsigned m_bits(vm a) { return (unsigned)_mm256_movemask_pd(a); }

TS_LANES void v_transpose(vd row[LANES])
{
    vd a = _mm256_unpacklo_pd(row[0], row[1]), b = _mm256_unpackhi_pd(row[0], row[1]);
    vd c = _mm256_unpacklo_pd(row[2], row[3]), d = _mm256_unpackhi_pd(row[2], row[3]);
    row[0] = _mm256_permute2f128_pd(a, c, 0x20);
    row[1] = _mm256_permute2f128_pd(b, d, 0x20);
    row[2] = _mm256_permute2f128_pd(a, c, 0x31);
    row[3] = _mm256_permute2f128_pd(b, d, 0x31);
}

TS_LANES void v_records(vd field[8], double *const at[LANES])
{
    for (int i = 0; i < LANES; i++) {
        field[i] = v_load(at[i]);
        field[i + 4] = v_load(at[i] + 4);
    }
    v_transpose(field);
    v_transpose(field + 4);
}

TS_LANES void v_put_records(vd field[8], double *const at[LANES])
{
    v_transpose(field);
    v_transpose(field + 4);
    for (int i = 0; i < LANES; i++) {
        v_store(at[i], field[i]);
        v_store(at[i] + 4, field[i + 4]);
    }
}

TS_LANES vu u_load(const uint32_t *p) { return (vu)_mm_loadu_si128((const __m128i *)p); }
TS_LANES void u_store(uint32_t *p, vu x) { _mm_storeu_si128((__m128i *)p, (__m128i)x); }
TS_LANES vu u_set(uint32_t x) { return (vu)_mm_set1_epi32((int)x); }

/* The low halves of four 64-bit lanes. */
TS_LANES __m128i narrow(__m256i x)
{
    return _mm256_castsi256_si128(_mm256_permutevar8x32_epi32(x, _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6)));
}

TS_LANES vu u_select(vm m, vu a, vu b)
{
    return (vu)_mm_blendv_epi8((__m128i)b, (__m128i)a, narrow(_mm256_castpd_si256(m)));
}

TS_LANES vd v_from(vu x) { return _mm256_cvtepi32_pd((__m128i)x); }

/* The exponent of the number as a double. */
TS_LANES vu u_log2(vu x) { return (vu)narrow(_mm256_srli_epi64(_mm256_castpd_si256(v_from(x)), 52)) - 1023; }

/* Numbers of the lanes in memory. The compiler must not take them from the register one by one: that costs more than
 * to load them. */
#define LANES_OF(i, at)                                                                                                \
    uint32_t i[LANES];                                                                                                 \
    u_store(i, at);                                                                                                    \
    __asm__("" : "+m"(i))

/* Loads one by one: the gathers of these processors have become slower than that. */
TS_LANES vd v_gather(const double *base, vu at)
{
    LANES_OF(i, at);
    return _mm256_set_pd(base[i[3]], base[i[2]], base[i[1]], base[i[0]]);
}

TS_LANES void v_spans(vd field[8], const double *base, vu from, vu to)
{
    LANES_OF(i, from);
    LANES_OF(k, to);
    for (int l = 0; l < LANES; l++) {
        field[l] = v_load(base + k[l]) - v_load(base + i[l]);
        field[l + 4] = v_load(base + i[l] + 4);
    }
    v_transpose(field);
    v_transpose(field + 4);
}

TS_LANES vu u_gather(const uint32_t *base, vu at)
{
    LANES_OF(i, at);
    return (vu)_mm_setr_epi32((int)base[i[0]], (int)base[i[1]], (int)base[i[2]], (int)base[i[3]]);
}

TS_LANES __m256d two_pairs(const double *a, const double *b)
{
    return _mm256_insertf128_pd(_mm256_castpd128_pd256(_mm_loadu_pd(a)), _mm_loadu_pd(b), 1);
}

TS_LANES void v_gather_pairs(const double *base, vu at, vd *a, vd *b)
{
    LANES_OF(i, at);
    vd even = two_pairs(base + 2 * i[0], base + 2 * i[2]), odd = two_pairs(base + 2 * i[1], base + 2 * i[3]);
    *a = _mm256_unpacklo_pd(even, odd);
    *b = _mm256_unpackhi_pd(even, odd);
}

TS_LANES void u_pairs(const uint32_t *const list[LANES], size_t k, vu *a, vu *b)
{
    uint64_t pair[LANES];
    for (int i = 0; i < LANES; i++) memcpy(&pair[i], list[i] + 2 * k, sizeof *pair);
    __m256i all = _mm256_set_epi64x((long long)pair[3], (long long)pair[2], (long long)pair[1], (long long)pair[0]);
    *a = (vu)narrow(all);
    *b = (vu)narrow(_mm256_srli_epi64(all, 32));
}

/* Conditions of CHUNK bars in a row, as bits that are stored together. Packing 64-bit lanes to bytes leaves each
 * condition twice and the halves of the registers apart. */
enum { CHUNK = 16 };
typedef uint16_t v_chunk;

TS_LANES v_chunk m_chunk(const vm m[CHUNK / LANES])
{
    __m256i a = _mm256_packs_epi32(_mm256_castpd_si256(m[0]), _mm256_castpd_si256(m[1]));
    __m256i b = _mm256_packs_epi32(_mm256_castpd_si256(m[2]), _mm256_castpd_si256(m[3]));
    __m256i bytes = _mm256_permutevar8x32_epi32(_mm256_packs_epi16(a, b), _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
    return (v_chunk)_pext_u32((unsigned)_mm256_movemask_epi8(bytes), 0x55555555);
}

/* Rows as levels of 16 bits: store LANES whole numbers; over 64 bars, where is a above b, where equal? */
TS_LANES void l_store(int16_t *p, vd x)
{
    __m128i level = _mm256_cvttpd_epi32(x);
    _mm_storel_epi64((__m128i *)p, _mm_packs_epi32(level, level));
}

TS_LANES __m256i l_load(const int16_t *p, int k) { return _mm256_loadu_si256((const __m256i *)p + k); }

/* Packing works within the halves of the registers: the permutation puts them in order. */
TS_LANES uint64_t l_bits(__m256i low, __m256i high)
{
    return (uint32_t)_mm256_movemask_epi8(_mm256_permute4x64_epi64(_mm256_packs_epi16(low, high), 0xd8));
}

TS_LANES void l_order(const int16_t *a, const int16_t *b, uint64_t *above, uint64_t *equal)
{
    __m256i more[4], same[4];
    for (int k = 0; k < 4; k++) {
        more[k] = _mm256_cmpgt_epi16(l_load(a, k), l_load(b, k));
        same[k] = _mm256_cmpeq_epi16(l_load(a, k), l_load(b, k));
    }
    *above = l_bits(more[0], more[1]) | l_bits(more[2], more[3]) << 32;
    *equal = l_bits(same[0], same[1]) | l_bits(same[2], same[3]) << 32;
}

/* Where is a above b; true when they are nowhere equal. */
TS_LANES bool l_above(const int16_t *a, const int16_t *b, uint64_t *above)
{
    __m256i more[4], same = _mm256_setzero_si256();
    for (int k = 0; k < 4; k++) {
        more[k] = _mm256_cmpgt_epi16(l_load(a, k), l_load(b, k));
        same = _mm256_or_si256(same, _mm256_cmpeq_epi16(l_load(a, k), l_load(b, k)));
    }
    *above = l_bits(more[0], more[1]) | l_bits(more[2], more[3]) << 32;
    return _mm256_testz_si256(same, same);
}

/* The vocabulary with eight lanes: AVX-512 F, BW, DQ and VL. */
#include "kernels/dialect.h"

#include <immintrin.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define LANES 8

typedef __m512d vd;
typedef __mmask8 vm;
typedef uint32_t vu __attribute__((vector_size(32)));

TS_LANES unsigned first_bit(uint64_t x) { return (unsigned)_tzcnt_u64(x); }

TS_LANES vd v_load(const double *p) { return _mm512_loadu_pd(p); }
TS_LANES void v_store(double *p, vd x) { _mm512_storeu_pd(p, x); }
TS_LANES vd v_set(double x) { return _mm512_set1_pd(x); }
TS_LANES vd v_select(vm m, vd a, vd b) { return _mm512_mask_blend_pd(m, b, a); }
TS_LANES vd v_count(vd count, vm m) { return _mm512_mask_add_pd(count, m, count, _mm512_set1_pd(1)); }
TS_LANES vd v_abs(vd x) { return _mm512_abs_pd(x); }
TS_LANES vd v_sqrt(vd x) { return _mm512_sqrt_pd(x); }
TS_LANES vd v_fma(vd a, vd b, vd c) { return _mm512_fmadd_pd(a, b, c); }

TS_LANES vm v_lt(vd a, vd b) { return _mm512_cmp_pd_mask(a, b, _CMP_LT_OQ); }
TS_LANES vm v_le(vd a, vd b) { return _mm512_cmp_pd_mask(a, b, _CMP_LE_OQ); }
TS_LANES vm v_gt(vd a, vd b) { return _mm512_cmp_pd_mask(a, b, _CMP_GT_OQ); }
TS_LANES vm v_ge(vd a, vd b) { return _mm512_cmp_pd_mask(a, b, _CMP_GE_OQ); }
TS_LANES vm v_eq(vd a, vd b) { return _mm512_cmp_pd_mask(a, b, _CMP_EQ_OQ); }
TS_LANES vm v_unordered(vd a, vd b) { return _mm512_cmp_pd_mask(a, b, _CMP_UNORD_Q); }

TS_LANES vm m_and(vm a, vm b) { return (vm)(a & b); }
TS_LANES vm m_or(vm a, vm b) { return (vm)(a | b); }
TS_LANES vm m_not(vm a) { return (vm)~a; }
TS_LANES unsigned m_bits(vm a) { return a; }

TS_LANES void v_transpose(vd row[LANES])
{
    vd pair[8], quad[8];
    for (int i = 0; i < 8; i += 2) {
        pair[i] = _mm512_unpacklo_pd(row[i], row[i + 1]);
        pair[i + 1] = _mm512_unpackhi_pd(row[i], row[i + 1]);
    }
    for (int i = 0; i < 8; i += 4) {
        quad[i] = _mm512_shuffle_f64x2(pair[i], pair[i + 2], 0x88);
        quad[i + 1] = _mm512_shuffle_f64x2(pair[i + 1], pair[i + 3], 0x88);
        quad[i + 2] = _mm512_shuffle_f64x2(pair[i], pair[i + 2], 0xdd);
        quad[i + 3] = _mm512_shuffle_f64x2(pair[i + 1], pair[i + 3], 0xdd);
    }
    for (int i = 0; i < 4; i++) {
        row[i] = _mm512_shuffle_f64x2(quad[i], quad[i + 4], 0x88);
        row[i + 4] = _mm512_shuffle_f64x2(quad[i], quad[i + 4], 0xdd);
    }
}

TS_LANES void v_records(vd field[8], double *const at[LANES])
{
    for (int i = 0; i < 8; i++) field[i] = v_load(at[i]);
    v_transpose(field);
}

TS_LANES void v_put_records(vd field[8], double *const at[LANES])
{
    v_transpose(field);
    for (int i = 0; i < 8; i++) v_store(at[i], field[i]);
}

TS_LANES vu u_load(const uint32_t *p) { return (vu)_mm256_loadu_si256((const __m256i *)p); }
TS_LANES void u_store(uint32_t *p, vu x) { _mm256_storeu_si256((__m256i *)p, (__m256i)x); }
TS_LANES vu u_set(uint32_t x) { return (vu)_mm256_set1_epi32((int)x); }
TS_LANES vu u_select(vm m, vu a, vu b) { return (vu)_mm256_mask_blend_epi32(m, (__m256i)b, (__m256i)a); }
TS_LANES vd v_from(vu x) { return _mm512_cvtepu32_pd((__m256i)x); }
TS_LANES vu u_log2(vu x) { return (vu)_mm512_cvtpd_epi32(_mm512_getexp_pd(v_from(x))); }

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
    return _mm512_set_pd(base[i[7]], base[i[6]], base[i[5]], base[i[4]], base[i[3]], base[i[2]], base[i[1]],
                         base[i[0]]);
}

TS_LANES void v_spans(vd field[8], const double *base, vu from, vu to)
{
    LANES_OF(i, from);
    LANES_OF(k, to);
    for (int l = 0; l < LANES; l++) {
        vd first = v_load(base + i[l]);
        field[l] = _mm512_mask_sub_pd(first, 0x0f, v_load(base + k[l]), first);
    }
    v_transpose(field);
}

TS_LANES vu u_gather(const uint32_t *base, vu at)
{
    LANES_OF(i, at);
    return (vu)_mm256_setr_epi32((int)base[i[0]], (int)base[i[1]], (int)base[i[2]], (int)base[i[3]], (int)base[i[4]],
                                 (int)base[i[5]], (int)base[i[6]], (int)base[i[7]]);
}

TS_LANES __m512d four_pairs(const double *a, const double *b, const double *c, const double *d)
{
    __m256d low = _mm256_insertf128_pd(_mm256_castpd128_pd256(_mm_loadu_pd(a)), _mm_loadu_pd(b), 1);
    __m256d high = _mm256_insertf128_pd(_mm256_castpd128_pd256(_mm_loadu_pd(c)), _mm_loadu_pd(d), 1);
    return _mm512_insertf64x4(_mm512_castpd256_pd512(low), high, 1);
}

TS_LANES void v_gather_pairs(const double *base, vu at, vd *a, vd *b)
{
    LANES_OF(i, at);
    vd even = four_pairs(base + 2 * i[0], base + 2 * i[2], base + 2 * i[4], base + 2 * i[6]);
    vd odd = four_pairs(base + 2 * i[1], base + 2 * i[3], base + 2 * i[5], base + 2 * i[7]);
    *a = _mm512_unpacklo_pd(even, odd);
    *b = _mm512_unpackhi_pd(even, odd);
}

TS_LANES void u_pairs(const uint32_t *const list[LANES], size_t k, vu *a, vu *b)
{
    uint64_t pair[LANES];
    for (int i = 0; i < LANES; i++) memcpy(&pair[i], list[i] + 2 * k, sizeof *pair);
    __m512i all = _mm512_set_epi64((long long)pair[7], (long long)pair[6], (long long)pair[5], (long long)pair[4],
                                   (long long)pair[3], (long long)pair[2], (long long)pair[1], (long long)pair[0]);
    *a = (vu)_mm512_cvtepi64_epi32(all);
    *b = (vu)_mm512_cvtepi64_epi32(_mm512_srli_epi64(all, 32));
}

/* Conditions of CHUNK bars in a row, as bits that are stored together. */
enum { CHUNK = 8 };
typedef uint8_t v_chunk;

TS_LANES v_chunk m_chunk(const vm m[CHUNK / LANES]) { return m[0]; }

/* Rows as levels of 16 bits: store LANES whole numbers; over 64 bars, where is a above b, where equal? */
TS_LANES void l_store(int16_t *p, vd x)
{
    _mm_storeu_si128((__m128i *)p, _mm256_cvtepi32_epi16(_mm512_cvttpd_epi32(x)));
}

typedef struct l_word {
    __m512i low, high;
} l_word;

TS_LANES l_word l_load(const int16_t *p)
{
    return (l_word){_mm512_loadu_si512((const __m512i *)p), _mm512_loadu_si512((const __m512i *)p + 1)};
}

TS_LANES uint64_t l_bits(__mmask32 low, __mmask32 high)
{
    return _cvtmask32_u32(low) | (uint64_t)_cvtmask32_u32(high) << 32;
}

TS_LANES void l_order(const int16_t *a, const int16_t *b, uint64_t *above, uint64_t *equal)
{
    l_word x = l_load(a), y = l_load(b);
    *above = l_bits(_mm512_cmpgt_epi16_mask(x.low, y.low), _mm512_cmpgt_epi16_mask(x.high, y.high));
    *equal = l_bits(_mm512_cmpeq_epi16_mask(x.low, y.low), _mm512_cmpeq_epi16_mask(x.high, y.high));
}

/* Where is a above b; true when they are nowhere equal. */
TS_LANES bool l_above(const int16_t *a, const int16_t *b, uint64_t *above)
{
    l_word x = l_load(a), y = l_load(b);
    *above = l_bits(_mm512_cmpgt_epi16_mask(x.low, y.low), _mm512_cmpgt_epi16_mask(x.high, y.high));
    return _kortestz_mask32_u8(_mm512_cmpeq_epi16_mask(x.low, y.low), _mm512_cmpeq_epi16_mask(x.high, y.high));
}

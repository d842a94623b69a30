/* The vocabulary with eight lanes: AVX-512 F, DQ and VL. */
#include <immintrin.h>
#include <stdint.h>

#define LANES 8

typedef __m512d vd;
typedef __mmask8 vm;
typedef uint32_t vu __attribute__((vector_size(32)));

static inline vd v_load(const double *p) { return _mm512_loadu_pd(p); }
static inline void v_store(double *p, vd x) { _mm512_storeu_pd(p, x); }
static inline vd v_set(double x) { return _mm512_set1_pd(x); }
static inline vd v_select(vm m, vd a, vd b) { return _mm512_mask_blend_pd(m, b, a); }
static inline vd v_abs(vd x) { return _mm512_abs_pd(x); }
static inline vd v_sqrt(vd x) { return _mm512_sqrt_pd(x); }
static inline vd v_fma(vd a, vd b, vd c) { return _mm512_fmadd_pd(a, b, c); }

static inline vm v_lt(vd a, vd b) { return _mm512_cmp_pd_mask(a, b, _CMP_LT_OQ); }
static inline vm v_le(vd a, vd b) { return _mm512_cmp_pd_mask(a, b, _CMP_LE_OQ); }
static inline vm v_gt(vd a, vd b) { return _mm512_cmp_pd_mask(a, b, _CMP_GT_OQ); }
static inline vm v_ge(vd a, vd b) { return _mm512_cmp_pd_mask(a, b, _CMP_GE_OQ); }
static inline vm v_eq(vd a, vd b) { return _mm512_cmp_pd_mask(a, b, _CMP_EQ_OQ); }
static inline vm v_unordered(vd a, vd b) { return _mm512_cmp_pd_mask(a, b, _CMP_UNORD_Q); }

static inline vm m_and(vm a, vm b) { return (vm)(a & b); }
static inline vm m_or(vm a, vm b) { return (vm)(a | b); }
static inline vm m_not(vm a) { return (vm)~a; }
static inline unsigned m_bits(vm a) { return a; }

static inline void v_transpose(vd row[LANES])
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

static inline void v_records(vd field[8], const double *const at[LANES])
{
    for (int i = 0; i < 8; i++) field[i] = v_load(at[i]);
    v_transpose(field);
}

static inline vu u_load(const uint32_t *p) { return (vu)_mm256_loadu_si256((const __m256i *)p); }
static inline void u_store(uint32_t *p, vu x) { _mm256_storeu_si256((__m256i *)p, (__m256i)x); }
static inline vu u_set(uint32_t x) { return (vu)_mm256_set1_epi32((int)x); }
static inline vu u_select(vm m, vu a, vu b) { return (vu)_mm256_mask_blend_epi32(m, (__m256i)b, (__m256i)a); }
static inline vd v_from(vu x) { return _mm512_cvtepu32_pd((__m256i)x); }
static inline vu u_log2(vu x) { return (vu)_mm512_cvtpd_epi32(_mm512_getexp_pd(v_from(x))); }
static inline vd v_gather(const double *base, vu at) { return _mm512_i32gather_pd((__m256i)at, base, 8); }

static inline void u_gather_pairs(const uint32_t *base, vu at, vu *a, vu *b)
{
    __m512i pair = _mm512_i32gather_epi64((__m256i)at, base, 4);
    *a = (vu)_mm512_cvtepi64_epi32(pair);
    *b = (vu)_mm512_cvtepi64_epi32(_mm512_srli_epi64(pair, 32));
}

/* Conditions of CHUNK bars in a row, as bits that are stored together. */
enum { CHUNK = 8 };
typedef uint8_t v_chunk;

static inline v_chunk m_chunk(const vm m[CHUNK / LANES]) { return m[0]; }

/* Rows in single precision, 64 bars: where is a above, where below b? */
static inline void s_store(float *p, vd x) { _mm256_storeu_ps(p, _mm512_cvtpd_ps(x)); }

static inline void s_order(const float *a, const float *b, uint64_t *above, uint64_t *below)
{
    uint64_t more = 0, less = 0;
    for (int i = 0; i < 64; i += 16) {
        __m512 x = _mm512_loadu_ps(a + i), y = _mm512_loadu_ps(b + i);
        more |= (uint64_t)_mm512_cmp_ps_mask(x, y, _CMP_GT_OQ) << i;
        less |= (uint64_t)_mm512_cmp_ps_mask(x, y, _CMP_LT_OQ) << i;
    }
    *above = more;
    *below = less;
}

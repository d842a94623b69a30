/* The vocabulary with four lanes: AVX2 and FMA. */
#include <immintrin.h>
#include <stdint.h>

#define LANES 4

typedef __m256d vd;
typedef __m256d vm; /* all bits of a lane set or clear */
typedef uint32_t vu __attribute__((vector_size(16)));

static inline vd v_load(const double *p) { return _mm256_loadu_pd(p); }
static inline void v_store(double *p, vd x) { _mm256_storeu_pd(p, x); }
static inline vd v_set(double x) { return _mm256_set1_pd(x); }
static inline vd v_select(vm m, vd a, vd b) { return _mm256_blendv_pd(b, a, m); }
static inline vd v_abs(vd x) { return _mm256_andnot_pd(_mm256_set1_pd(-0.0), x); }
static inline vd v_sqrt(vd x) { return _mm256_sqrt_pd(x); }
static inline vd v_fma(vd a, vd b, vd c) { return _mm256_fmadd_pd(a, b, c); }

static inline vm v_lt(vd a, vd b) { return _mm256_cmp_pd(a, b, _CMP_LT_OQ); }
static inline vm v_le(vd a, vd b) { return _mm256_cmp_pd(a, b, _CMP_LE_OQ); }
static inline vm v_gt(vd a, vd b) { return _mm256_cmp_pd(a, b, _CMP_GT_OQ); }
static inline vm v_ge(vd a, vd b) { return _mm256_cmp_pd(a, b, _CMP_GE_OQ); }
static inline vm v_eq(vd a, vd b) { return _mm256_cmp_pd(a, b, _CMP_EQ_OQ); }
static inline vm v_unordered(vd a, vd b) { return _mm256_cmp_pd(a, b, _CMP_UNORD_Q); }

static inline vm m_and(vm a, vm b) { return _mm256_and_pd(a, b); }
static inline vm m_or(vm a, vm b) { return _mm256_or_pd(a, b); }
static inline vm m_not(vm a) { return _mm256_xor_pd(a, _mm256_castsi256_pd(_mm256_set1_epi64x(-1))); }
static inline unsigned m_bits(vm a) { return (unsigned)_mm256_movemask_pd(a); }

static inline void v_transpose(vd row[LANES])
{
    vd a = _mm256_unpacklo_pd(row[0], row[1]), b = _mm256_unpackhi_pd(row[0], row[1]);
    vd c = _mm256_unpacklo_pd(row[2], row[3]), d = _mm256_unpackhi_pd(row[2], row[3]);
    row[0] = _mm256_permute2f128_pd(a, c, 0x20);
    row[1] = _mm256_permute2f128_pd(b, d, 0x20);
    row[2] = _mm256_permute2f128_pd(a, c, 0x31);
    row[3] = _mm256_permute2f128_pd(b, d, 0x31);
}

static inline void v_records(vd field[8], const double *const at[LANES])
{
    for (int i = 0; i < LANES; i++) {
        field[i] = v_load(at[i]);
        field[i + 4] = v_load(at[i] + 4);
    }
    v_transpose(field);
    v_transpose(field + 4);
}

static inline vu u_load(const uint32_t *p) { return (vu)_mm_loadu_si128((const __m128i *)p); }
static inline void u_store(uint32_t *p, vu x) { _mm_storeu_si128((__m128i *)p, (__m128i)x); }
static inline vu u_set(uint32_t x) { return (vu)_mm_set1_epi32((int)x); }

/* The low halves of four 64-bit lanes. */
static inline __m128i narrow(__m256i x)
{
    return _mm256_castsi256_si128(_mm256_permutevar8x32_epi32(x, _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6)));
}

static inline vu u_select(vm m, vu a, vu b)
{
    return (vu)_mm_blendv_epi8((__m128i)b, (__m128i)a, narrow(_mm256_castpd_si256(m)));
}

static inline vd v_from(vu x) { return _mm256_cvtepi32_pd((__m128i)x); }

/* The exponent of the number as a double. */
static inline vu u_log2(vu x) { return (vu)narrow(_mm256_srli_epi64(_mm256_castpd_si256(v_from(x)), 52)) - 1023; }

static inline vd v_gather(const double *base, vu at) { return _mm256_i32gather_pd(base, (__m128i)at, 8); }

static inline void u_gather_pairs(const uint32_t *base, vu at, vu *a, vu *b)
{
    __m256i pair = _mm256_i32gather_epi64((const long long *)base, (__m128i)at, 4);
    *a = (vu)narrow(pair);
    *b = (vu)narrow(_mm256_srli_epi64(pair, 32));
}

/* Conditions of CHUNK bars in a row, as bits that are stored together. Packing 64-bit lanes to bytes leaves each
 * condition twice and the halves of the registers apart. */
enum { CHUNK = 16 };
typedef uint16_t v_chunk;

static inline v_chunk m_chunk(const vm m[CHUNK / LANES])
{
    __m256i a = _mm256_packs_epi32(_mm256_castpd_si256(m[0]), _mm256_castpd_si256(m[1]));
    __m256i b = _mm256_packs_epi32(_mm256_castpd_si256(m[2]), _mm256_castpd_si256(m[3]));
    __m256i bytes = _mm256_permutevar8x32_epi32(_mm256_packs_epi16(a, b), _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
    return (v_chunk)_pext_u32((unsigned)_mm256_movemask_epi8(bytes), 0x55555555);
}

/* Conditions of 32 bars as bits. Packing works within the halves of the registers: the last step puts them in order. */
static inline uint32_t s_bits(__m256 a, __m256 b, __m256 c, __m256 d)
{
    __m256i low = _mm256_packs_epi32(_mm256_castps_si256(a), _mm256_castps_si256(b));
    __m256i high = _mm256_packs_epi32(_mm256_castps_si256(c), _mm256_castps_si256(d));
    __m256i bytes = _mm256_packs_epi16(low, high);
    return (uint32_t)_mm256_movemask_epi8(
        _mm256_permutevar8x32_epi32(bytes, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7)));
}

/* Rows in single precision, 64 bars: where is a above, where below b? */
static inline void s_store(float *p, vd x) { _mm_storeu_ps(p, _mm256_cvtpd_ps(x)); }

static inline void s_order(const float *a, const float *b, uint64_t *above, uint64_t *below)
{
    uint64_t more = 0, less = 0;
    for (int i = 0; i < 64; i += 32) {
        __m256 up[4], down[4];
        for (int k = 0; k < 4; k++) {
            __m256 x = _mm256_loadu_ps(a + i + 8 * k), y = _mm256_loadu_ps(b + i + 8 * k);
            up[k] = _mm256_cmp_ps(x, y, _CMP_GT_OQ);
            down[k] = _mm256_cmp_ps(x, y, _CMP_LT_OQ);
        }
        more |= (uint64_t)s_bits(up[0], up[1], up[2], up[3]) << i;
        less |= (uint64_t)s_bits(down[0], down[1], down[2], down[3]) << i;
    }
    *above = more;
    *below = less;
}

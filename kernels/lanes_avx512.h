/* The vocabulary with eight lanes: AVX-512 F, DQ and VL. */
#include <immintrin.h>

#define LANES 8

typedef __m512d vd;
typedef __mmask8 vm;

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

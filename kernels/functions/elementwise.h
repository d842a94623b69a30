/* Functions of one bar. A quotient by 0 is undefined, except in `ratio`, where it is 0 as in TA-Lib. */
#include "kernels/vocabulary.h"

TS_INLINE vd ts_add(vd a, vd b) { return a + b; }
TS_INLINE vd ts_subtract(vd a, vd b) { return a - b; }
TS_INLINE vd ts_multiply(vd a, vd b) { return a * b; }
TS_INLINE vd ts_divide(vd a, vd b) { return v_select(v_eq(b, v_set(0)), v_nan(), a / b); }
TS_INLINE vd ts_ratio(vd a, vd b) { return v_select(v_eq(b, v_set(0)), v_select(v_undefined(a), a, v_set(0)), a / b); }
TS_INLINE vd ts_minimum(vd a, vd b) { return v_select(v_undefined(a), a, v_min(a, b)); }
TS_INLINE vd ts_maximum(vd a, vd b) { return v_select(v_undefined(a), a, v_max(a, b)); }
TS_INLINE vd ts_coalesce(vd a, vd b) { return v_select(v_undefined(a), b, a); }

TS_INLINE vd ts_dominant(vd a, vd b)
{
    vd chosen = v_select(m_and(v_gt(a, v_set(0)), v_gt(a, b)), a, v_set(0));
    return v_select(v_unordered(a, b), v_nan(), chosen);
}

TS_INLINE vd ts_negate(vd a, vd unused) { return (void)unused, v_set(0) - a; }
TS_INLINE vd ts_absolute(vd a, vd unused) { return (void)unused, v_abs(a); }
TS_INLINE vd ts_square_root(vd a, vd unused) { return (void)unused, v_sqrt(a); }

TS_INLINE vd ts_sign(vd a, vd unused)
{
    (void)unused;
    vd sign = v_select(v_gt(a, v_set(0)), v_set(1), v_select(v_lt(a, v_set(0)), v_set(-1), v_set(0)));
    return v_select(v_undefined(a), a, sign);
}

/* The vocabulary with one lane: plain C, the reference that the others must equal bit for bit.
 * fma is IEEE's fused multiply-add, rounded once and so the same everywhere, in hardware or not. */
#include "kernels/dialect.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LANES 1

typedef double vd;
typedef _Bool vm;
typedef uint32_t vu;

/* The number of the lowest bit that is set; any number when none is. */
TS_LANES unsigned first_bit(uint64_t x) { return (unsigned)__builtin_ctzll(x | 1ull << 63); }

TS_LANES vd v_load(const double *p) { return *p; }
TS_LANES void v_store(double *p, vd x) { *p = x; }
TS_LANES vd v_set(double x) { return x; }
TS_LANES vd v_select(vm m, vd a, vd b) { return m ? a : b; }
TS_LANES vd v_count(vd count, vm m) { return count + m; }
TS_LANES vd v_abs(vd x) { return __builtin_fabs(x); }
TS_LANES vd v_sqrt(vd x) { return __builtin_sqrt(x); }
TS_LANES vd v_fma(vd a, vd b, vd c) { return __builtin_fma(a, b, c); }

TS_LANES vm v_lt(vd a, vd b) { return a < b; }
TS_LANES vm v_le(vd a, vd b) { return a <= b; }
TS_LANES vm v_gt(vd a, vd b) { return a > b; }
TS_LANES vm v_ge(vd a, vd b) { return a >= b; }
TS_LANES vm v_eq(vd a, vd b) { return a == b; }
TS_LANES vm v_unordered(vd a, vd b) { return a != a || b != b; }

TS_LANES vm m_and(vm a, vm b) { return a && b; }
TS_LANES vm m_or(vm a, vm b) { return a || b; }
TS_LANES vm m_not(vm a) { return !a; }
TS_LANES unsigned m_bits(vm a) { return a; }

TS_LANES void v_transpose(vd row[LANES]) { (void)row; }

TS_LANES void v_records(vd field[8], double *const at[LANES])
{
    for (int i = 0; i < 8; i++) field[i] = at[0][i];
}

TS_LANES void v_put_records(vd field[8], double *const at[LANES])
{
    for (int i = 0; i < 8; i++) at[0][i] = field[i];
}

TS_LANES void v_spans(vd field[8], const double *base, vu from, vu to)
{
    for (size_t i = 0; i < 8; i++) field[i] = i < 4 ? base[to + i] - base[from + i] : base[from + i];
}

TS_LANES vu u_load(const uint32_t *p) { return *p; }
TS_LANES void u_store(uint32_t *p, vu x) { *p = x; }
TS_LANES vu u_set(uint32_t x) { return x; }
TS_LANES vu u_select(vm m, vu a, vu b) { return m ? a : b; }
TS_LANES vu u_log2(vu x) { return 31 - (uint32_t)__builtin_clz(x); }
TS_LANES vd v_from(vu x) { return x; }
TS_LANES vd v_gather(const double *base, vu at) { return base[at]; }
TS_LANES vu u_gather(const uint32_t *base, vu at) { return base[at]; }

TS_LANES void v_gather_pairs(const double *base, vu at, vd *a, vd *b)
{
    *a = base[2 * (size_t)at];
    *b = base[2 * (size_t)at + 1];
}

TS_LANES void u_pairs(const uint32_t *const list[LANES], size_t k, vu *a, vu *b)
{
    *a = list[0][2 * k];
    *b = list[0][2 * k + 1];
}

/* Conditions of CHUNK bars in a row, as bits that are stored together. */
enum { CHUNK = 8 };
typedef uint8_t v_chunk;

TS_LANES v_chunk m_chunk(const vm m[CHUNK / LANES])
{
    v_chunk bits = 0;
    for (int i = 0; i < CHUNK; i++) bits = (v_chunk)(bits | m[i] << i);
    return bits;
}

/* Rows as levels of 16 bits: store LANES whole numbers; over 64 bars, where is a above b, where equal? */
TS_LANES void l_store(int16_t *p, vd x) { *p = (int16_t)x; }

TS_LANES void l_order(const int16_t *a, const int16_t *b, uint64_t *above, uint64_t *equal)
{
    uint64_t more = 0, same = 0;
    for (int i = 0; i < 64; i++) {
        more |= (uint64_t)(a[i] > b[i]) << i;
        same |= (uint64_t)(a[i] == b[i]) << i;
    }
    *above = more;
    *equal = same;
}

/* Where is a above b; true when they are nowhere equal. */
TS_LANES bool l_above(const int16_t *a, const int16_t *b, uint64_t *above)
{
    uint64_t equal;
    l_order(a, b, above, &equal);
    return !equal;
}

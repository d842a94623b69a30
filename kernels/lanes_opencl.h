/* The vocabulary of a device: a work-item is one lane, as in lanes_scalar.h. What goes through a pointer is a macro,
 * since the address space is part of the pointer's type. sqrt and fma of doubles are exactly rounded in OpenCL. */
#include "kernels/dialect.h"

#ifdef __OPENCL_VERSION__

#define LANES 1

typedef double vd;
typedef bool vm;
typedef uint32_t vu;

TS_LANES unsigned first_bit(uint64_t x) { return 63 - (unsigned)clz((x | 1ul << 63) & (0 - (x | 1ul << 63))); }

#define v_load(p)         (*(p))
#define v_store(p, x)     (*(p) = (x))
#define u_load(p)         (*(p))
#define u_store(p, x)     (*(p) = (x))
#define v_gather(base, i) ((base)[i])
#define u_gather(base, i) ((base)[i])

#define v_gather_pairs(base, i, a, b) (*(a) = (base)[2 * (size_t)(i)], *(b) = (base)[2 * (size_t)(i) + 1])
#define v_spans(field, base, from, to)                                                                                 \
    do {                                                                                                               \
        for (size_t i_ = 0; i_ < 8; i_++)                                                                              \
            (field)[i_] = i_ < 4 ? (base)[(to) + i_] - (base)[(from) + i_] : (base)[(from) + i_];                      \
    } while (0)
#define v_records(field, at)                                                                                           \
    do {                                                                                                               \
        for (int i_ = 0; i_ < 8; i_++) (field)[i_] = (at)[0][i_];                                                      \
    } while (0)

TS_LANES vd v_set(double x) { return x; }
TS_LANES vd v_select(vm m, vd a, vd b) { return m ? a : b; }
TS_LANES vd v_count(vd count, vm m) { return count + (m ? 1 : 0); }
TS_LANES vd v_abs(vd x) { return fabs(x); }
TS_LANES vd v_sqrt(vd x) { return sqrt(x); }
TS_LANES vd v_fma(vd a, vd b, vd c) { return fma(a, b, c); }

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

TS_LANES vu u_set(uint32_t x) { return x; }
TS_LANES vu u_select(vm m, vu a, vu b) { return m ? a : b; }
TS_LANES vu u_log2(vu x) { return 31 - clz(x); }
TS_LANES vd v_from(vu x) { return x; }

#endif

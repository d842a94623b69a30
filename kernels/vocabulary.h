/* The vocabulary that every kernel is written in: vd is LANES doubles, vu LANES unsigned numbers of 32 bits, vm a
 * condition a lane. + - * / and the like are the operators; min(a, b) is a < b ? a : b. Each lane does what a scalar
 * would do: the back ends differ in LANES and in nothing else.
 *
 * v_count                the count, one more where the condition holds
 * v_gather, u_gather     base[at] (at below 2^31, as in all that follow)
 * v_gather_pairs         base[2 at] and base[2 at + 1]
 * u_pairs                the k-th two numbers of each of LANES lists
 * v_records              the 8 doubles at each of LANES places, field by field; v_put_records writes them back
 * v_spans                fields 0..3 of the records at base[to] less those at base[from]; 4..7 of those at base[from]
 * u_log2                 the floor of the logarithm of a positive number
 * first_bit              the number of the lowest bit that is set; any number when none is
 * l_store, l_order, ...  rows as levels of 16 bits, see levels.h */
#ifndef TS_KERNELS_VOCABULARY_H
#define TS_KERNELS_VOCABULARY_H

#if defined __OPENCL_VERSION__
#include "kernels/lanes_opencl.h"
#elif defined TS_ISA_AVX512
#include "kernels/lanes_avx512.h"
#elif defined TS_ISA_AVX2
#include "kernels/lanes_avx2.h"
#else
#include "kernels/lanes_scalar.h"
#endif

TS_INLINE vd v_nan(void) { return v_set(TS_NAN); }
TS_INLINE vm v_undefined(vd x) { return v_unordered(x, x); }
TS_INLINE bool m_any(vm m) { return m_bits(m) != 0; }
TS_INLINE vm m_none(void) { return v_lt(v_set(0), v_set(0)); }
TS_INLINE vd v_min(vd a, vd b) { return v_select(v_lt(a, b), a, b); }
TS_INLINE vd v_max(vd a, vd b) { return v_select(v_gt(a, b), a, b); }

#endif

/* The kernels are C17 and OpenCL C 1.2 at once: what the two languages call by different names.
 *
 * TS_GLOBAL   where rows, masks and tables lie: a pointer to them has an address space of its own on a device
 * TS_INLINE   a kernel is built of small functions that must vanish: the compiler is not asked for its opinion, except
 *             by the sanitizers' builds about the single operations, where it would take minutes
 * TS_APART    what is rare and must not grow into what is not
 * usually(x), rarely(x)   conditions of which the compiler should know so
 * bits_of, double_of      a double as its 64 bits, and back */
#ifndef TS_KERNELS_DIALECT_H
#define TS_KERNELS_DIALECT_H

#ifdef __OPENCL_VERSION__

#define TS_GLOBAL global
#define TS_INLINE static inline __attribute__((always_inline))
#define TS_LANES  TS_INLINE
#define TS_APART  static
#define TS_UNROLL(times)
#define usually(x) (x)
#define rarely(x)  (x)

typedef uchar uint8_t;
typedef short int16_t;
typedef int int32_t;
typedef uint uint32_t;
typedef long int64_t;
typedef ulong uint64_t;

/* Is the sum of two numbers of 64 bits too large for them? */
static inline bool add_carries(uint64_t a, uint64_t b, uint64_t *sum)
{
    *sum = a + b;
    return *sum < a;
}

#define TS_INFINITY     ((double)INFINITY)
#define TS_NAN          nan(0ul)
#define bits_of(x)      as_ulong(x)
#define double_of(bits) as_double(bits)

#else

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TS_GLOBAL
#define TS_INLINE        static inline __attribute__((always_inline))
#define TS_APART         static __attribute__((noinline))
#define TS_UNROLL_(x)    _Pragma(#x)
#define TS_UNROLL(times) TS_UNROLL_(GCC unroll times)
#define usually(x)       __builtin_expect(x, 1)
#define rarely(x)        __builtin_expect(x, 0)

#define add_carries(a, b, sum) __builtin_add_overflow(a, b, sum)

#define TS_INFINITY __builtin_inf()
#define TS_NAN      __builtin_nan("")

TS_INLINE uint64_t bits_of(double x)
{
    uint64_t bits;
    __builtin_memcpy(&bits, &x, sizeof bits);
    return bits;
}

TS_INLINE double double_of(uint64_t bits)
{
    double x;
    __builtin_memcpy(&x, &bits, sizeof x);
    return x;
}

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define TS_LANES static inline
#else
#define TS_LANES TS_INLINE
#endif

#endif

#endif

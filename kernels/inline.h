/* Kernels are built of small functions that must vanish: the compiler is not asked for its opinion. */
#ifndef TS_KERNELS_INLINE_H
#define TS_KERNELS_INLINE_H

#define TS_INLINE static inline __attribute__((always_inline))

#endif

/* Kernels are built of small functions that must vanish: the compiler is not asked for its opinion, except by the
 * sanitizers' builds about the single operations, where it would take minutes. */
#ifndef TS_KERNELS_INLINE_H
#define TS_KERNELS_INLINE_H

#define TS_INLINE static inline __attribute__((always_inline))

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define TS_LANES static inline
#else
#define TS_LANES TS_INLINE
#endif

#endif

/* The numbers of the row kernels, from the table kernels.def. */
#ifndef TS_KERNELS_H
#define TS_KERNELS_H

typedef enum ts_kernel {
#define TS_KERNEL(name, shape, inputs, parameters, state, lookback) TS_KERNEL_##name,
#include "kernels/kernels.def"
#undef TS_KERNEL
    TS_KERNELS
} ts_kernel;

#endif

#include "host/plan/kernel_table.h"

const ts_kernel_row ts_kernel_table[TS_KERNELS] = {
#define TS_KERNEL(name, shape, inputs, parameters, state, lookback)                                                    \
    [TS_KERNEL_##name] = {#name, TS_##shape, inputs, parameters, state},
#include "kernels/kernels.def"
#undef TS_KERNEL
};

int64_t ts_kernel_lookback(int kernel, const double *p)
{
    switch ((ts_kernel)kernel) {
#define TS_KERNEL(name, shape, inputs, parameters, state, lookback)                                                    \
    case TS_KERNEL_##name:                                                                                             \
        return (int64_t)(lookback);
#include "kernels/kernels.def"
#undef TS_KERNEL
    case TS_KERNELS: break;
    }
    return 0;
}

int64_t ts_kernel_reach(int kernel, int input, const double *p)
{
    switch (ts_kernel_table[kernel].shape) {
    case TS_WINDOW: return input == 0 ? (int64_t)p[0] : 0;
    case TS_DIFFERENCE: return input < 2 ? (int64_t)p[0] : 0;
    case TS_SPAN: return input == 0 ? (int64_t)p[0] - 1 : 0;
    case TS_NEST: return (int64_t)p[0] - 1;
    default: return 0;
    }
}

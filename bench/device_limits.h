/* What an OpenCL device does at most, measured by small kernels: the limits of any engine on it. */
#ifndef TS_BENCH_DEVICE_LIMITS_H
#define TS_BENCH_DEVICE_LIMITS_H

#include "host/backend/opencl/opencl.h"

/* A second. A byte that is copied is read and written: it counts twice. A multiply-add is two operations; contraction
 * is off, as in the engine. */
typedef struct ts_device_limits {
    double memory_bytes, cache_bytes; /* copying what no cache holds; reading over and over what one does */
    double double_ops, word_ops;      /* sums and products; and, or, shift, sum of 64 bits */
    double unit_cycles;               /* compute units times clock, as the driver says */
} ts_device_limits;

/* Takes about a second. */
int ts_device_limits_measure(ts_cl_context *context, ts_device_limits *limits, ts_error *error);

#endif

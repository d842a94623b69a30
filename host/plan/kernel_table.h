/* What the planner knows of each kernel: the rows of kernels.def as data. */
#ifndef TS_HOST_KERNEL_TABLE_H
#define TS_HOST_KERNEL_TABLE_H

#include "kernels/kernels.h"

#include <stdint.h>

typedef enum ts_kernel_shape {
    TS_ELEMENTWISE,
    TS_RECURRENCE,
    TS_FAN,
    TS_WINDOW,
    TS_DIFFERENCE,
    TS_SPAN,
    TS_NEST
} ts_kernel_shape;

typedef struct ts_kernel_row {
    const char *name;
    ts_kernel_shape shape;
    int inputs, parameters, state;
} ts_kernel_row;

extern const ts_kernel_row ts_kernel_table[TS_KERNELS];

/* Bars added to the warm-up of the inputs. */
int64_t ts_kernel_lookback(int kernel, const double *p);

/* Earlier bars of an input that the kernel reads by itself: those of its window. */
int64_t ts_kernel_reach(int kernel, int input, const double *p);

#endif

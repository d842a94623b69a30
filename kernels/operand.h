/* Rows as kernels read them, and how two of them are compared. */
#ifndef TS_KERNELS_OPERAND_H
#define TS_KERNELS_OPERAND_H

#include "kernels/dialect.h"

/* A row or a number: element i is at[i & mask]. A number is 8 copies of itself with mask 0. */
typedef struct ts_operand {
    const TS_GLOBAL double *at;
    size_t mask;
} ts_operand;

typedef enum ts_relation { TS_IS_BELOW, TS_IS_AT_MOST, TS_IS_ABOVE, TS_IS_AT_LEAST } ts_relation;

/* How a mask is made. An UP is made together with the DOWN of the same rows. */
typedef enum ts_mask_kind {
    TS_MASK_COMPARE, /* a relation b */
    TS_MASK_DEFINED, /* a is not NaN; `level` receives a in levels of `scale` */
    TS_MASK_UP,      /* a > b now, a <= b at the bar before; `down`: the reverse */
    TS_MASK_DOWN,
    TS_MASK_AND, /* of x and y */
    TS_MASK_OR,
    TS_MASK_NOT /* of x */
} ts_mask_kind;

/* Two rows whose order is asked, with what their DEFINED masks made; `defined` and `level` are NULL where the doubles
 * are compared. */
typedef struct ts_pair {
    ts_operand a, b;
    const TS_GLOBAL uint64_t *defined[2];
    const TS_GLOBAL int16_t *level[2];
} ts_pair;

#endif

/* Rows that have broken kernels before: drawn value by value. */
#ifndef TS_TESTS_HARD_VALUES_H
#define TS_TESTS_HARD_VALUES_H

#include "common/philox.h"

typedef enum input_kind {
    INPUT_WALK,
    INPUT_CONSTANT,
    INPUT_HOLES,    /* undefined now and then */
    INPUT_DENORMAL, /* and zeros */
    INPUT_HUGE,     /* sums of which overflow */
    INPUT_SIGNED,   /* zeros of both signs */
    INPUT_KINDS
} input_kind;

/* The next value of a row of that kind after `last`. */
double draw_value(ts_draws *draws, input_kind kind, double last);

#endif

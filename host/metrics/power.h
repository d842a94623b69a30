/* Exponential, logarithm and power from + - * / alone, so that every machine stores the same bits (libm's differ by
 * CPU). Within 1 unit in the last place. */
#ifndef TS_HOST_POWER_H
#define TS_HOST_POWER_H

#include "host/metrics/pair.h"

/* x > 0 and finite, y finite. Infinity on overflow, 0 below the subnormals. */
double ts_power(double x, double y);

/* x finite. Infinity on overflow, 0 below the subnormals. */
double ts_exp(double x);

/* The natural logarithm; x > 0 and finite. */
double ts_log(double x);

/* e^v = value 2^*exponent with the value in (0.7, 1.42), for |v| below 2^20: what is to be multiplied further in two
 * doubles; ts_pair_scaled rounds it. */
ts_pair_real ts_pair_exp(ts_pair_real v, int *exponent);
double ts_pair_scaled(ts_pair_real value, int exponent);

#endif

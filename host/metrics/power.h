/* x to the power y from + - * / alone, so that every machine stores the same bits (libm's pow differs by CPU). */
#ifndef TS_HOST_POWER_H
#define TS_HOST_POWER_H

/* x > 0 and finite, y finite. Within 1 unit in the last place; infinity on overflow, 0 below the subnormals. */
double ts_power(double x, double y);

#endif

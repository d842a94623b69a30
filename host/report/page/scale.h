/* The scale of an axis: values to the share of the way along it, and the round values at which it is marked. */
#ifndef TS_HOST_SCALE_H
#define TS_HOST_SCALE_H

#include "host/report/page/calendar.h"

#include <stdbool.h>

typedef enum ts_unit { TS_UNIT_NUMBER, TS_UNIT_PERCENT, TS_UNIT_COUNT, TS_UNIT_TIME } ts_unit;

typedef struct ts_scale {
    double low, high;
    bool logarithmic; /* low > 0 */
    ts_unit unit;
} ts_scale;

/* Of values from low to high, which may be equal or undefined: widened a little. Logarithmic where the values are
 * positive and differ by more than 4 times, if that is wanted. */
ts_scale ts_scale_of(double low, double high, ts_unit unit, bool logarithmic);

/* 0 at `low`, 1 at `high`; beyond it, the nearest end. */
double ts_scale_at(const ts_scale *scale, double value);

/* Widen [*low, *high] to hold the defined ones of `count` values; begin with infinity and -infinity. */
void ts_range_of(const double *value, size_t count, double *low, double *high);

/* At most `most` marks, or one more where both ends are round, with their texts. */
size_t ts_scale_marks(const ts_scale *scale, size_t most, ts_mark *mark);

#endif

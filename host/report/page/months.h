/* Returns month by month, and a year each. */
#ifndef TS_HOST_MONTHS_H
#define TS_HOST_MONTHS_H

#include "common/error.h"
#include "common/strbuf.h"

#include <stddef.h>
#include <stdint.h>

enum { TS_MONTHS = 12 };

typedef struct ts_year {
    int year;
    double change[TS_MONTHS + 1]; /* of each month, the last of the year; NaN: no bar in it, or nothing was left */
} ts_year;

typedef struct ts_months {
    ts_year *year;
    size_t years;
} ts_months;

/* Of the equity at the close of `count` bars that open at time[i], 1 before the first. Freed with ts_months_clear. */
int ts_months_of(const int64_t *time, const double *equity, size_t count, ts_months *months, ts_error *error);
void ts_months_clear(ts_months *months);

/* A table, a line a year; each cell has its number, and is the stronger coloured the further it is from 0. */
void ts_months_html(ts_strbuf *out, const ts_months *months);

#endif

#include "host/report/page/scale.h"

#include "host/metrics/power.h"
#include "host/report/page/figures.h"

#include <math.h>
#include <stdio.h>

void ts_range_of(const double *value, size_t count, double *low, double *high)
{
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(value[i])) continue;
        if (value[i] < *low) *low = value[i];
        if (value[i] > *high) *high = value[i];
    }
}

ts_scale ts_scale_of(double low, double high, ts_unit unit, bool logarithmic)
{
    if (!isfinite(low) || !isfinite(high)) low = 0, high = 1;
    bool log = logarithmic && low > 0 && high / low > 4;
    double margin = log ? 0 : (high - low) * 0.04;
    if (!log && margin <= 0) margin = fabs(low) > 0 ? fabs(low) * 0.1 : 0.1;
    if (unit == TS_UNIT_TIME) margin = high > low ? 0 : 1;
    return (ts_scale){.low = low - margin, .high = high + margin, .logarithmic = log, .unit = unit};
}

double ts_scale_at(const ts_scale *scale, double value)
{
    if (!(value > scale->low)) return 0;
    if (value >= scale->high) return 1;
    if (!scale->logarithmic) return (value - scale->low) / (scale->high - scale->low);
    return ts_log(value / scale->low) / ts_log(scale->high / scale->low);
}

/* 10^exponent, exact enough for a mark. */
static double ten_to(int exponent)
{
    double value = 1;
    for (int i = 0; i < exponent; i++) value *= 10;
    for (int i = 0; i > exponent; i--) value /= 10;
    return value;
}

static int decade_of(double value)
{
    int exponent = -300;
    while (exponent < 300 && ten_to(exponent + 1) <= value) exponent++;
    return exponent;
}

static void label(const ts_scale *scale, double value, int digits, char text[TS_MARK_TEXT])
{
    char whole[TS_FIGURE_TEXT];
    double size = scale->unit == TS_UNIT_PERCENT ? value * 100 : value;
    int places = digits > 0 ? digits : 0;
    if (fabs(size) < 1e-12) size = 0;
    const char *sign = size < 0 ? "\xe2\x88\x92" : "", *unit = scale->unit == TS_UNIT_PERCENT ? "\xe2\x80\xaf%" : "";
    if (scale->unit == TS_UNIT_COUNT) snprintf(text, TS_MARK_TEXT, "%s", ts_figure_count(size, whole));
    else if (fabs(size) >= 1e6) snprintf(text, TS_MARK_TEXT, "%s%.3g%s", sign, fabs(size), unit);
    else snprintf(text, TS_MARK_TEXT, "%s%.*f%s", sign, places, fabs(size), unit);
}

static size_t linear_marks(const ts_scale *scale, size_t most, ts_mark *mark)
{
    static const double parts[] = {1, 2, 5, 10};
    double least = (scale->high - scale->low) / (double)most, step = 0;
    int decade = decade_of(least);
    for (int i = 0; i < 4 && step < least; i++) step = parts[i] * ten_to(decade);
    if (scale->unit == TS_UNIT_COUNT && step < 1) step = 1, decade = 0;
    int digits = -decade_of(step * 1.0000001) - (scale->unit == TS_UNIT_PERCENT ? 2 : 0);
    size_t count = 0;
    for (double k = ceil(scale->low / step); k * step <= scale->high && count < TS_MARKS_MOST; k++, count++) {
        mark[count].at = k * step;
        label(scale, k * step, digits, mark[count].text);
    }
    return count;
}

/* 1, 2, 5, 10, ...; the decades alone when those are too many, every other decade and so on when they still are. */
static size_t logarithmic_marks(const ts_scale *scale, size_t most, ts_mark *mark)
{
    int first = decade_of(scale->low), last = decade_of(scale->high);
    int decades = last - first + 1, parts = (size_t)decades * 3 <= most + 2 ? 3 : 1;
    int stride = parts == 3 ? 1 : (decades - 1) / (int)most + 1;
    size_t count = 0;
    for (int decade = first; decade <= last; decade += stride)
        for (int part = 0; part < parts && count < most; part++) {
            double at = ten_to(decade) * (part == 0 ? 1 : part == 1 ? 2 : 5);
            if (at < scale->low || at > scale->high) continue;
            mark[count].at = at;
            label(scale, at, -decade, mark[count].text);
            count++;
        }
    return count;
}

size_t ts_scale_marks(const ts_scale *scale, size_t most, ts_mark *mark)
{
    if (most > TS_MARKS_MOST - 1) most = TS_MARKS_MOST - 1;
    if (scale->unit == TS_UNIT_TIME) return ts_time_marks((int64_t)scale->low, (int64_t)scale->high, most, mark);
    return scale->logarithmic ? logarithmic_marks(scale, most, mark) : linear_marks(scale, most, mark);
}

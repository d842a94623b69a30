#include "host/report/page/calendar.h"

#include <stdbool.h>
#include <stdio.h>

#define MINUTE 60000LL
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

const char *const ts_month_names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

static int64_t floored(int64_t a, int64_t b) { return a / b - (a % b < 0); }

ts_date ts_date_of(int64_t time_ms)
{
    int64_t days = floored(time_ms, DAY) + 719468, era = floored(days, 146097), of_era = days - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100), month = (5 * of_year + 2) / 153;
    return (ts_date){.year = (int)(year + era * 400 + (month >= 10)),
                     .month = (int)(month < 10 ? month + 3 : month - 9),
                     .day = (int)(of_year - (153 * month + 2) / 5 + 1)};
}

int64_t ts_date_ms(ts_date date)
{
    int64_t month = (date.month - 1) % 12, year = date.year + (date.month - 1) / 12 - (month < 2);
    int64_t era = floored(year, 400), of_era = year - era * 400;
    int64_t of_year = (153 * (month < 2 ? month + 10 : month - 2) + 2) / 5 + date.day - 1;
    return (era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468) * DAY;
}

/* Steps of an axis, from fine to coarse: milliseconds, or months. */
static const struct step {
    int64_t ms;
    int months;
} steps[] = {{5 * MINUTE, 0}, {15 * MINUTE, 0}, {HOUR, 0},    {3 * HOUR, 0}, {6 * HOUR, 0}, {12 * HOUR, 0},
             {DAY, 0},        {2 * DAY, 0},     {7 * DAY, 0}, {0, 1},        {0, 2},        {0, 3},
             {0, 6},          {0, 12},          {0, 24},      {0, 60},       {0, 120},      {0, 600}};

/* Mark number `index` of a step: the first is not before `from`. */
static int64_t mark_at(const struct step *step, int64_t from, size_t index)
{
    if (step->ms) return (floored(from - 1, step->ms) + 1 + (int64_t)index) * step->ms;
    ts_date date = ts_date_of(from - 1);
    int64_t months = date.year * 12LL + date.month - 1, first = (floored(months, step->months) + 1) * step->months;
    first += (int64_t)index * step->months;
    return ts_date_ms(
        (ts_date){.year = (int)floored(first, 12), .month = (int)(first - floored(first, 12) * 12) + 1, .day = 1});
}

static void label(const struct step *step, int64_t at, bool first, char text[TS_MARK_TEXT])
{
    ts_date date = ts_date_of(at);
    const char *month = ts_month_names[date.month - 1];
    int64_t of_day = at - floored(at, DAY) * DAY;
    if (step->months >= 12) snprintf(text, TS_MARK_TEXT, "%d", date.year);
    else if (step->months && (first || date.month == 1)) snprintf(text, TS_MARK_TEXT, "%s %d", month, date.year);
    else if (step->months) snprintf(text, TS_MARK_TEXT, "%s", month);
    else if (step->ms >= DAY || of_day == 0) snprintf(text, TS_MARK_TEXT, "%d %s", date.day, month);
    else snprintf(text, TS_MARK_TEXT, "%02d:%02d", (int)(of_day / HOUR), (int)(of_day % HOUR / MINUTE));
}

size_t ts_time_marks(int64_t from_ms, int64_t to_ms, size_t most, ts_mark *mark)
{
    const struct step *step = steps, *last = steps + sizeof steps / sizeof *steps - 1;
    while (step < last && mark_at(step, from_ms, most) <= to_ms) step++;
    size_t count = 0;
    for (int64_t at; count < most && (at = mark_at(step, from_ms, count)) <= to_ms; count++) {
        mark[count].at = (double)at;
        label(step, at, count == 0, mark[count].text);
    }
    return count;
}

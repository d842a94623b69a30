/* Days, months and years of the proleptic Gregorian calendar, UTC; and where an axis of time has its marks.
 * Source: H. Hinnant, "chrono-compatible low-level date algorithms" (days_from_civil and its inverse). */
#ifndef TS_HOST_CALENDAR_H
#define TS_HOST_CALENDAR_H

#include <stddef.h>
#include <stdint.h>

typedef struct ts_date {
    int year, month, day; /* from 1 */
} ts_date;

ts_date ts_date_of(int64_t time_ms);
int64_t ts_date_ms(ts_date date); /* its first millisecond; a month beyond 12 belongs to later years */

extern const char *const ts_month_names[]; /* "Jan" ... "Dec" */

enum { TS_MARKS_MOST = 16, TS_MARK_TEXT = 24 };

typedef struct ts_mark {
    double at;
    char text[TS_MARK_TEXT];
} ts_mark;

/* At most `most` (2 to TS_MARKS_MOST) round times in [from, to], labelled as exactly as they need. Returns how many. */
size_t ts_time_marks(int64_t from_ms, int64_t to_ms, size_t most, ts_mark *mark);

#endif

/* Time: int64 milliseconds since 1970-01-01 UTC inside, RFC 3339 UTC outside. No time zones. */
#ifndef TS_COMMON_CLOCK_H
#define TS_COMMON_CLOCK_H

#include "common/error.h"

#include <stdint.h>
#include <time.h>

#define TS_TIME_TEXT 32 /* room for the text of a time */

/* "2024-06-25T23:59:00Z"; milliseconds are written when they are not 0. Returns `text`. Years 0000 to 9999. */
const char *ts_time_text(int64_t time_ms, char text[TS_TIME_TEXT]);

/* Read "2024-06-25", "2024-06-25T23:59", "2024-06-25T23:59:00[.123][Z]" (a blank may stand for the T), or a UTC offset
 * such as +02:00 after the time. TS_USAGE on anything else. */
int ts_time_parse(const char *text, int64_t *time_ms, ts_error *error);

/* Monotonic seconds, for measuring only. */
double ts_clock_seconds(void);
double ts_clock_thread_seconds(void); /* of the processor, taken by this thread */

/* `seconds` from now, for the functions of pthread that wait until a time. */
void ts_clock_deadline(double seconds, struct timespec *until);

/* The wall clock. */
int64_t ts_clock_now_ms(void);

#endif

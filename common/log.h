/* Logs and progress go to stderr, results to stdout. On a terminal the progress is one line that renews itself (5 Hz),
 * elsewhere a log line every 10 s. NO_COLOR is respected. Only one process of a job speaks (ts_log_silence the others).
 */
#ifndef TS_COMMON_LOG_H
#define TS_COMMON_LOG_H

#include <stdbool.h>
#include <stddef.h>

void ts_log_silence(bool silent);
void ts_log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void ts_log_error(const char *format, ...) __attribute__((format(printf, 1, 2))); /* what ends the program */
void ts_log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Show `text` as the progress line when it is due; `final` forces it and ends the line. Cheap to call often. */
void ts_progress(bool final, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* True when the next ts_progress would be shown: ask before computing an expensive text. */
bool ts_progress_due(void);

#endif

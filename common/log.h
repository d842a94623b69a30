/* Logs and progress go to stderr, results to stdout. On a terminal the progress is one line that renews itself (5 Hz),
 * elsewhere a log line every 10 s. NO_COLOR is respected. Only one process of a job speaks (ts_log_silence the others).
 *
 * A program that calls ts_log_open, as services do, has lines with the time and fields: JSON, one object a line, or
 * text. Every line is one write; secrets (common/secret.h) are blanked in all of them. */
#ifndef TS_COMMON_LOG_H
#define TS_COMMON_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum ts_log_level { TS_LOG_DEBUG, TS_LOG_INFO, TS_LOG_WARNING, TS_LOG_ERROR } ts_log_level;
typedef enum ts_log_format { TS_LOG_AUTO /* text on a terminal, else JSON */, TS_LOG_JSON, TS_LOG_TEXT } ts_log_format;

typedef struct ts_log_setup {
    ts_log_format format;
    ts_log_level level;            /* the lowest that is written */
    const char *service, *version; /* borrowed for ever */
    int rank;                      /* of the process in its job */
} ts_log_setup;

void ts_log_open(const ts_log_setup *setup);

/* What the process works on, in each line from now on; NULL: nothing. Copied, cut to 63 characters. */
void ts_log_run_id(const char *run_id);

/* One more member of a line. A real that is not a number is written null. */
typedef struct ts_log_field {
    const char *key; /* NULL ends a list */
    enum { TS_FIELD_TEXT, TS_FIELD_INT, TS_FIELD_REAL, TS_FIELD_BOOL } type;
    const char *text;
    int64_t whole;
    double real;
} ts_log_field;

#define TS_TEXT(name, value) ((ts_log_field){.key = (name), .type = TS_FIELD_TEXT, .text = (value)})
#define TS_INT(name, value)  ((ts_log_field){.key = (name), .type = TS_FIELD_INT, .whole = (value)})
#define TS_REAL(name, value) ((ts_log_field){.key = (name), .type = TS_FIELD_REAL, .real = (value)})
#define TS_BOOL(name, value) ((ts_log_field){.key = (name), .type = TS_FIELD_BOOL, .whole = (value)})

/* ts_log_event(TS_LOG_INFO, "batch stored", TS_INT("rows", rows), TS_TEXT("topic", topic)); at least one field. */
#define ts_log_event(level, message, ...) ts_log_fields(level, message, (const ts_log_field[]){__VA_ARGS__, {0}})
void ts_log_fields(ts_log_level level, const char *message, const ts_log_field *fields);

void ts_log_silence(bool silent);
void ts_log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void ts_log_error(const char *format, ...) __attribute__((format(printf, 1, 2))); /* what ends the program */
void ts_log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Show `text` as the progress line when it is due; `final` forces it and ends the line. Cheap to call often. */
void ts_progress(bool final, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* True when the next ts_progress would be shown: ask before computing an expensive text. */
bool ts_progress_due(void);

#endif

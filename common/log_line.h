/* The text of one log line; used by log.c only. */
#ifndef TS_COMMON_LOG_LINE_H
#define TS_COMMON_LOG_LINE_H

#include "common/log.h"
#include "common/strbuf.h"

typedef struct ts_log_line {
    const ts_log_setup *setup;
    const char *host, *run_id; /* "" when there is none */
    ts_log_level level;
    const char *message;
    const ts_log_field *fields; /* NULL, or ended by a row without key */
} ts_log_line;

/* {"ts": ..., "level": ..., "msg": ..., "service", "version", "host", "rank", "run_id", "trace_id", "span_id", fields}
 * and a newline. */
void ts_log_json(const ts_log_line *line, ts_strbuf *into);

/* The message and " key=value" for each field; control characters are shown as \xHH. */
void ts_log_plain(const ts_log_line *line, ts_strbuf *into);

#endif

/* The strings of JSON: where they end, whether they are right, and what their escapes stand for. */
#ifndef TS_INGEST_JSON_STRING_H
#define TS_INGEST_JSON_STRING_H

#include <stdbool.h>
#include <stddef.h>

typedef struct ts_json_span {
    const char *text; /* between the quotes, as it stands */
    size_t length;
    bool escaped; /* holds a backslash */
} ts_json_span;

/* Read a string whose opening quote was stepped over, and step over the closing one. NULL, or what is wrong at *at:
 * an end too early, a control character, an escape that is none, half a surrogate pair, bytes that are not UTF-8. */
const char *ts_json_span_read(const char **at, const char *end, ts_json_span *span);

/* Decode what was read; `into` is terminated, and cut to room - 1 bytes. Returns the length that it would have. */
size_t ts_json_span_decode(const ts_json_span *span, char *into, size_t room);

#endif

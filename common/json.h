/* Writing JSON: one writer for every document, so that reals are the same shortest text everywhere (NaN is null).
 * Reading is jansson's: ts_json_load gives errors that name the file, the line and the column. */
#ifndef TS_COMMON_JSON_H
#define TS_COMMON_JSON_H

#include "common/error.h"
#include "common/strbuf.h"

#include <jansson.h>
#include <stdint.h>

typedef struct ts_json {
    ts_strbuf out; /* the document so far; taken over or cleared by the caller */
    int indent;    /* spaces a level, 0 for one line */
    bool compact;  /* one line without blanks */
    int depth;
    bool first; /* nothing written yet on this level */
} ts_json;

/* Each takes the member's key, or NULL inside an array and for the document itself. */
void ts_json_object(ts_json *json, const char *key);
void ts_json_object_end(ts_json *json);
void ts_json_array(ts_json *json, const char *key);
void ts_json_array_end(ts_json *json);
void ts_json_text(ts_json *json, const char *key, const char *text); /* NULL is written null */
void ts_json_real(ts_json *json, const char *key, double value);
void ts_json_int(ts_json *json, const char *key, int64_t value);
void ts_json_bool(ts_json *json, const char *key, bool value);
void ts_json_null(ts_json *json, const char *key);

/* Parse a file of at most `limit` bytes. Returns a new reference, or NULL with TS_BAD_DATA naming file, line, column.
 */
json_t *ts_json_load(const char *path, size_t limit, ts_error *error);

#endif

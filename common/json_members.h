/* Members of a JSON object read into a struct by the rows of a table. */
#ifndef TS_COMMON_JSON_MEMBERS_H
#define TS_COMMON_JSON_MEMBERS_H

#include "common/json.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum ts_json_type {
    TS_JSON_TEXT,   /* const char *, borrowed from the object */
    TS_JSON_OBJECT, /* const json_t *, borrowed */
    TS_JSON_ARRAY,  /* the same */
    TS_JSON_NUMBER, /* double */
    TS_JSON_REAL,   /* double; null is NaN */
    TS_JSON_COUNT,  /* uint64_t: a whole number from 0 to 2^63 - 1 */
    TS_JSON_TRUTH   /* bool */
} ts_json_type;

typedef struct ts_json_member {
    const char *name; /* NULL ends a table */
    ts_json_type type;
    bool wanted; /* its absence is an error; otherwise the field stays as it was */
    size_t offset;
} ts_json_member;

/* Put one value where its row says. TS_BAD_DATA names the member, what was expected and what was found. */
int ts_json_take(const ts_json_member *row, const json_t *value, void *into, ts_error *error);

/* Fill `into` from the members of `object`, which must be one. Members that no row names are an error unless `others`
 * are allowed. */
int ts_json_members(const json_t *object, const ts_json_member *table, bool others, void *into, ts_error *error);

/* "an object", "a text", "null", ... */
const char *ts_json_kind(const json_t *value);

/* Always -1, with TS_BAD_DATA: `name` is not `wanted`. */
int ts_json_wrong(const char *name, const char *wanted, const json_t *value, ts_error *error);

#endif

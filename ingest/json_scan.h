/* JSON as exchanges send it, read once from its bytes, without allocation and as strictly as RFC 8259 and UTF-8 have
 * it.
 *
 * What is wanted of an object is a table of members; all others are checked and passed over. Errors are TS_BAD_DATA and
 * name the path: "events: trades: price: ...". Bytes need no terminator, and NUL is refused everywhere. */
#ifndef TS_INGEST_JSON_SCAN_H
#define TS_INGEST_JSON_SCAN_H

#include "common/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TS_SCAN_DEPTH = 32, TS_SCAN_MEMBERS = 32 };

typedef struct ts_scan {
    const char *start, *at, *end;
    int depth;
    ts_error *error;
} ts_scan;

ts_scan ts_scan_begin(const void *bytes, size_t size, ts_error *error);

/* Only blanks may be left. */
int ts_scan_end(ts_scan *scan);

/* One wanted member: `read` gets the place `into` + `offset`. At most TS_SCAN_MEMBERS in a table. */
typedef struct ts_member {
    const char *name;
    int (*read)(ts_scan *scan, void *into);
    size_t offset;
    bool required;
} ts_member;

/* An object; a wanted member that comes twice, or is required and missing, is an error. */
int ts_scan_object(ts_scan *scan, const ts_member *member, size_t count, void *into);

/* An object whose members are read one by one: `each` gets the decoded name, cut to 63 bytes. */
int ts_scan_members(ts_scan *scan, int (*each)(ts_scan *scan, const char *name, void *into), void *into);

/* An array; `item` reads each of its values. */
int ts_scan_array(ts_scan *scan, int (*item)(ts_scan *scan, void *into), void *into);

/* Any value, checked and passed over. */
int ts_scan_skip(ts_scan *scan);

/* A string, decoded and terminated; one that does not fit into `room` is an error, and with `cut` is cut. */
int ts_scan_string(ts_scan *scan, char *into, size_t room, bool cut);

/* A string without escapes, or a number: its characters as they stand in the message. */
int ts_scan_plain(ts_scan *scan, const char **text, size_t *length);

/* A whole number below 2^64, as a number or in a string. `into` is a uint64_t. */
int ts_scan_u64(ts_scan *scan, void *into);

/* Record what is wrong with the value that was just read: "byte 17: <text>". Always returns -1. */
int ts_scan_fail(ts_scan *scan, const char *text);

#endif

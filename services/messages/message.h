/* What all messages share: JSON in UTF-8 with a member "schema", small enough and shallow enough to be read without
 * thought. What a later version adds is passed over. docs/messages.md describes each. */
#ifndef TS_SERVICES_MESSAGE_H
#define TS_SERVICES_MESSAGE_H

#include "common/json.h"

enum {
    TS_MESSAGE_MAX = 1 << 20, /* bytes */
    TS_MESSAGE_DEPTH = 32     /* objects and arrays within each other, the outermost counted */
};

typedef enum ts_message_kind {
    TS_MESSAGE_REQUEST,
    TS_MESSAGE_DISCOVERED,
    TS_MESSAGE_OUTCOME,
    TS_MESSAGE_CANDLE
} ts_message_kind;

/* "discovery-request/1", ...: what the member "schema" says. */
const char *ts_message_schema(ts_message_kind kind);

/* Parse the text of a message. Returns a new reference, or NULL with TS_BAD_DATA: too long, nested too deep, a NUL
 * byte, no JSON in UTF-8, a name twice in one object. */
json_t *ts_message_parse(const char *text, size_t length, ts_error *error);

/* Which of the messages `message` says it is. TS_BAD_DATA when it is none. */
int ts_message_find(const json_t *message, ts_message_kind *kind, ts_error *error);

/* The message must be of this kind, or TS_BAD_DATA. */
int ts_message_expect(const json_t *message, ts_message_kind kind, ts_error *error);

/* The readers' last words, always -1: what was a wrong word is bad data, and what the error quotes of the message is
 * made printable, as it goes into logs, headers and tables. */
int ts_message_refused(ts_error *error);

#endif

#include "services/messages/message.h"

#include "common/json_members.h"

#include <string.h>

static const char *const schemas[] = {[TS_MESSAGE_REQUEST] = "discovery-request/1",
                                      [TS_MESSAGE_DISCOVERED] = "discovered-strategy/1",
                                      [TS_MESSAGE_OUTCOME] = "discovery-outcome/1",
                                      [TS_MESSAGE_CANDLE] = "candle/1"};

enum { KINDS = sizeof schemas / sizeof *schemas };

const char *ts_message_schema(ts_message_kind kind) { return schemas[kind]; }

/* Whether the value is nested no deeper than `levels`. */
static bool shallow(const json_t *value, int levels)
{
    const char *name;
    json_t *member;
    size_t i;
    if (!json_is_object(value) && !json_is_array(value)) return true;
    if (!levels) return false;
    json_object_foreach((json_t *)value, name, member)
    {
        if (!shallow(member, levels - 1)) return false;
    }
    json_array_foreach((json_t *)value, i, member)
    {
        if (!shallow(member, levels - 1)) return false;
    }
    return true;
}

static json_t *parse(const char *text, size_t length, ts_error *error)
{
    json_error_t where;
    json_t *message = json_loadb(text, length, JSON_REJECT_DUPLICATES, &where);
    if (!message)
        ts_fail(error, TS_BAD_DATA, "expected a message in JSON: line %d, column %d: %s", where.line, where.column,
                where.text);
    else if (!json_is_object(message))
        ts_fail(error, TS_BAD_DATA, "expected a message that is an object, found %s", ts_json_kind(message));
    else if (!shallow(message, TS_MESSAGE_DEPTH))
        ts_fail(error, TS_BAD_DATA, "expected a message nested at most %d deep", TS_MESSAGE_DEPTH);
    else return message;
    json_decref(message);
    return NULL;
}

json_t *ts_message_parse(const char *text, size_t length, ts_error *error)
{
    json_t *message = NULL;
    if (!length) ts_fail(error, TS_BAD_DATA, "expected a message, found nothing");
    else if (length > TS_MESSAGE_MAX)
        ts_fail(error, TS_BAD_DATA, "expected a message of at most %d bytes, found %zu", TS_MESSAGE_MAX, length);
    else if (memchr(text, '\0', length))
        ts_fail(error, TS_BAD_DATA, "expected a message in JSON, found a NUL at byte %zu",
                (size_t)((const char *)memchr(text, '\0', length) - text));
    else message = parse(text, length, error);
    if (!message) ts_message_refused(error);
    return message;
}

int ts_message_find(const json_t *message, ts_message_kind *kind, ts_error *error)
{
    const json_t *schema = json_object_get(message, "schema");
    const char *text = json_string_value(schema);
    for (int i = 0; text && i < KINDS; i++)
        if (!strcmp(text, schemas[i])) {
            *kind = (ts_message_kind)i;
            return 0;
        }
    if (!schema) ts_fail(error, TS_BAD_DATA, "schema: missing");
    else if (!text) ts_json_wrong("schema", "a text", schema, error);
    else ts_fail(error, TS_BAD_DATA, "schema: expected one such as %s, found '%.60s'", schemas[0], text);
    return ts_message_refused(error);
}

int ts_message_expect(const json_t *message, ts_message_kind kind, ts_error *error)
{
    ts_message_kind found;
    if (ts_message_find(message, &found, error)) return -1;
    if (found == kind) return 0;
    return ts_fail(error, TS_BAD_DATA, "schema: expected %s, found %s", schemas[kind], schemas[found]);
}

int ts_message_refused(ts_error *error)
{
    if (error->code == TS_USAGE) error->code = TS_BAD_DATA;
    for (char *c = error->text; *c; c++)
        if (*c < ' ' || *c > '~') *c = '?';
    return -1;
}

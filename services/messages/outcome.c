#define _GNU_SOURCE
#include "services/messages/outcome.h"

#include "services/messages/fields.h"

#include <string.h>

#define AT(field)   offsetof(ts_outcome_message, field)
#define ROOM(field) AT(field), sizeof((ts_outcome_message *)0)->field

const char *const ts_outcome_names[] = {"done", "no_winner", "insufficient_candles", "expired", "failed", NULL};

static int read_status(const char *text, size_t size, void *field, ts_error *error)
{
    (void)size;
    for (int i = 0; ts_outcome_names[i]; i++)
        if (!strcmp(ts_outcome_names[i], text)) {
            *(ts_outcome *)field = (ts_outcome)i;
            return 0;
        }
    return ts_fail(error, TS_BAD_DATA, "expected %s, found '%.60s'", TS_OUTCOMES, text);
}

static size_t characters(const char *text)
{
    size_t count = 0;
    for (; *text; text++) count += ((unsigned char)*text & 0xC0) != 0x80; /* not the rest of one in UTF-8 */
    return count;
}

static int read_reason(const char *text, size_t size, void *field, ts_error *error)
{
    size_t count = characters(text), bytes = strlen(text);
    if (count > TS_OUTCOME_REASON_MAX || bytes >= size)
        return ts_fail(error, TS_BAD_DATA, "expected at most %d characters, found %zu", TS_OUTCOME_REASON_MAX, count);
    memcpy(field, text, bytes + 1);
    return 0;
}

static const ts_stored_text texts[] = {{"request_id", true, ts_stored_hash, ROOM(request_id)},
                                       {"status", true, read_status, ROOM(status)},
                                       {"reason", false, read_reason, ROOM(reason)},
                                       {0}};
static const ts_field_bound numbers[] = {
    {"winners", TS_JSON_COUNT, AT(winners), 0, 10000}, {"evaluations", TS_JSON_COUNT, AT(evaluations), 0, 1e9}, {0}};

int ts_outcome_read(const json_t *message, ts_outcome_message *outcome, ts_error *error)
{
    *outcome = (ts_outcome_message){0};
    if (ts_message_expect(message, TS_MESSAGE_OUTCOME, error) || ts_stored_texts(message, texts, outcome, error) ||
        ts_field_numbers(message, numbers, outcome, error))
        return ts_message_refused(error);
    if ((outcome->status == TS_OUTCOME_DONE) == (outcome->winners > 0)) return 0;
    return ts_fail(error, TS_BAD_DATA, "winners: expected %s of a request that is %s, found %llu",
                   outcome->winners ? "0" : "at least 1", ts_outcome_names[outcome->status],
                   (unsigned long long)outcome->winners);
}

void ts_outcome_explain(ts_outcome_message *outcome, const char *text)
{
    size_t length = strnlen(text, TS_OUTCOME_REASON_MAX);
    for (size_t i = 0; i < length; i++) outcome->reason[i] = (char)(text[i] < ' ' || text[i] > '~' ? '?' : text[i]);
    outcome->reason[length] = '\0';
}

void ts_outcome_json(ts_json *json, const ts_outcome_message *outcome)
{
    ts_json_object(json, NULL);
    ts_json_text(json, "schema", ts_message_schema(TS_MESSAGE_OUTCOME));
    ts_json_text(json, "request_id", outcome->request_id);
    ts_json_text(json, "status", ts_outcome_names[outcome->status]);
    ts_json_int(json, "winners", (int64_t)outcome->winners);
    ts_json_int(json, "evaluations", (int64_t)outcome->evaluations);
    if (*outcome->reason) ts_json_text(json, "reason", outcome->reason);
    ts_json_object_end(json);
}

#include "services/messages/answer.h"

static int read_answer(const json_t *message, ts_answer *answer, ts_error *error)
{
    if (ts_message_find(message, &answer->kind, error)) return -1;
    switch (answer->kind) {
    case TS_MESSAGE_DISCOVERED: return ts_discovered_read(message, &answer->discovered, error);
    case TS_MESSAGE_OUTCOME: return ts_outcome_read(message, &answer->outcome, error);
    case TS_MESSAGE_REQUEST:
    case TS_MESSAGE_CANDLE: break;
    }
    return ts_fail(error, TS_BAD_DATA, "schema: expected %s or %s, found %s", ts_message_schema(TS_MESSAGE_DISCOVERED),
                   ts_message_schema(TS_MESSAGE_OUTCOME), ts_message_schema(answer->kind));
}

int ts_answer_parse(const char *text, size_t length, ts_answer *answer, ts_error *error)
{
    *answer = (ts_answer){0};
    json_t *message = ts_message_parse(text, length, error);
    int status = message ? read_answer(message, answer, error) : -1;
    json_decref(message);
    return status;
}

void ts_answer_clear(ts_answer *answer)
{
    ts_discovered_clear(&answer->discovered);
    *answer = (ts_answer){0};
}

/* A record of the topic discovered-strategies: a winner, or how a request ended. */
#ifndef TS_SERVICES_ANSWER_H
#define TS_SERVICES_ANSWER_H

#include "services/messages/discovered.h"
#include "services/messages/outcome.h"

typedef struct ts_answer {
    ts_message_kind kind; /* TS_MESSAGE_DISCOVERED or TS_MESSAGE_OUTCOME: which of the two is filled */
    ts_discovered discovered;
    ts_outcome_message outcome;
} ts_answer;

/* Read the text of a record; freed with ts_answer_clear. TS_BAD_DATA as the readers of both say; also when it is
 * another message. */
int ts_answer_parse(const char *text, size_t length, ts_answer *answer, ts_error *error);
void ts_answer_clear(ts_answer *answer);

#endif

/* How a request ended: exactly one for each, beside its winners. Message discovery-outcome/1. */
#ifndef TS_SERVICES_OUTCOME_H
#define TS_SERVICES_OUTCOME_H

#include "common/fingerprint.h"
#include "services/messages/message.h"

typedef enum ts_outcome {
    TS_OUTCOME_DONE,                 /* with at least one winner */
    TS_OUTCOME_NO_WINNER,            /* searched, and no genome was good enough */
    TS_OUTCOME_INSUFFICIENT_CANDLES, /* the store has not what the window needs */
    TS_OUTCOME_EXPIRED,              /* came to its turn after expires_at */
    TS_OUTCOME_FAILED                /* cannot be answered, and trying again would not help */
} ts_outcome;

extern const char *const ts_outcome_names[]; /* by ts_outcome, ended by NULL */
#define TS_OUTCOMES "done|no_winner|insufficient_candles|expired|failed"

enum {
    TS_OUTCOME_REASON_MAX = 500, /* characters */
    TS_OUTCOME_REASON = 4 * TS_OUTCOME_REASON_MAX + 1
};

typedef struct ts_outcome_message {
    char request_id[TS_FINGERPRINT_TEXT];
    ts_outcome status;
    uint64_t winners;               /* discovered-strategy records that answer the request: 0 unless done */
    uint64_t evaluations;           /* distinct genomes that were tried */
    char reason[TS_OUTCOME_REASON]; /* for people; "": none */
} ts_outcome_message;

/* Put a text into `reason`: cut to its length, whatever is no printable ASCII replaced, so that it may come from
 * anywhere. */
void ts_outcome_explain(ts_outcome_message *outcome, const char *text);

/* Write the message. */
void ts_outcome_json(ts_json *json, const ts_outcome_message *outcome);

/* Read a message. TS_BAD_DATA names the member, what was expected and what was found. */
int ts_outcome_read(const json_t *message, ts_outcome_message *outcome, ts_error *error);

#endif

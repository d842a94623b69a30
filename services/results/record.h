/* A record of a topic with what is stored of it, and what became of it. */
#ifndef TS_SERVICES_RESULTS_RECORD_H
#define TS_SERVICES_RESULTS_RECORD_H

#include "common/fingerprint.h"
#include "services/messages/discovered.h"
#include "services/messages/outcome.h"
#include "services/messages/request.h"

typedef enum ts_record_kind {
    TS_RECORD_RESULT,
    TS_RECORD_OUTCOME,
    TS_RECORD_REQUEST,
    TS_RECORD_DEAD /* already found to be no message: only counted; its `why` says what is wrong */
} ts_record_kind;

typedef enum ts_record_fate {
    TS_FATE_STORED,
    TS_FATE_DUPLICATE, /* the same was there already */
    TS_FATE_DEAD,      /* cannot be stored; `why` says why */
    TS_FATE_SKIPPED    /* below the ledger's next offset: was dealt with before */
} ts_record_fate;

enum { TS_RECORD_WHY = 512 };

/* One record of a topic, already read. Borrows its pointers. Ids are 32 hexadecimal digits; "" is none. A request that
 * comes again is a duplicate; the later of its times of expiry is kept. */
typedef struct ts_record {
    const char *topic; /* NULL: not from a topic, no ledger is kept */
    int32_t partition;
    int64_t offset;
    ts_record_kind kind;
    const char *text; /* the message as it came: an id that is there already must have come with the same text */
    size_t length;
    char request_id[TS_FINGERPRINT_TEXT], run_id[TS_FINGERPRINT_TEXT]; /* a result has one of the two */
    char result_id[TS_FINGERPRINT_TEXT], evaluation_id[TS_FINGERPRINT_TEXT];
    const ts_stored_result *result; /* of a result */
    const ts_request *request;      /* of a request */
    const char *status, *reason;    /* of an outcome: done, no_winner, ...; NULL or why */
    uint64_t winners, evaluations;
    /* filled by ts_results_store */
    ts_record_fate fate;
    char why[TS_RECORD_WHY];
} ts_record;

/* Fill what a record has of a message, which is borrowed. */
void ts_record_discovered(ts_record *record, const ts_discovered *discovered);
void ts_record_outcome(ts_record *record, const ts_outcome_message *outcome);
void ts_record_request(ts_record *record, const ts_request *request);

#endif

/* Results and outcomes into PostgreSQL, each once: however often a record is delivered, on whatever day, in whatever
 * order and by however many programs. See data/db/migrations for the tables. */
#ifndef TS_SERVICES_RESULTS_STORE_H
#define TS_SERVICES_RESULTS_STORE_H

#include "common/fingerprint.h"
#include "data/db/postgres.h"
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

typedef struct ts_results_settings {
    const char *cluster_id; /* the broker's, for the ledger; NULL: "" */

    /* NULL, or called for the dead of a batch just before it is committed, `count` of them in the order of the batch:
     * they must be kept durably before this returns 0, as their offsets will not be offered again. It may be called
     * again for the same records when the transaction is. */
    int (*bury)(const ts_record *const *dead, size_t count, void *context, ts_error *error);
    void *context;
} ts_results_settings;

typedef struct ts_results_counts {
    uint64_t stored, duplicate, dead_lettered, skipped;
} ts_results_counts;

/* Store a batch, in one transaction, or in several when PostgreSQL refuses some of it: then it is halved until the
 * refused record stands alone and is dead. The offsets of each partition must ascend within the batch. Adds to
 * `counts`, which may be NULL. On an error (the database is away: TS_UNAVAILABLE; burying failed) what was not
 * committed may be given again. */
int ts_results_store(ts_db *db, const ts_results_settings *settings, ts_record *records, size_t count,
                     ts_results_counts *counts, ts_error *error);

/* What an earlier batch left: the next offset of a partition that is not yet dealt with, or -1 when none was. Asked in
 * a transaction of its own. */
int ts_results_next_offset(ts_db *db, const char *cluster_id, const char *topic, int32_t partition, int64_t *next,
                           ts_error *error);

#endif

/* Verifying a file of results: candles are loaded once for all results made from them, and those are computed side by
 * side, each by one thread on the back end `scalar`. */
#ifndef TS_SERVICES_TRADESTREAM_VERIFIER_H
#define TS_SERVICES_TRADESTREAM_VERIFIER_H

#include "common/threads.h"
#include "host/report/verification.h"
#include "services/tradestream/recall.h"

typedef struct ts_verifier {
    ts_stored_file file;
    ts_recall recall;
    const ts_stored_result **order; /* in which they are computed */
    ts_verification *found;         /* of each result of the file */
    ts_threads *threads;
    ts_engine **engine; /* one a thread */
    /* when all is done */
    const ts_difference **difference; /* in the order of the file */
    size_t differences, differing;    /* ... and results that have any */
    uint64_t compared;
} ts_verifier;

/* Read the results; options of ts_options_recall and `threads`. Freed with ts_verifier_close. */
int ts_verifier_open(ts_verifier *verifier, const char *path, const ts_options *options, ts_error *error);
void ts_verifier_close(ts_verifier *verifier);

/* Compute them all. TS_BAD_DATA names the first result that cannot be computed. */
int ts_verifier_run(ts_verifier *verifier, ts_error *error);

#endif

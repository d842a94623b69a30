/* What a verification is given, and what it finds: types only. */
#ifndef TS_HOST_EVIDENCE_H
#define TS_HOST_EVIDENCE_H

#include "host/report/stored_result.h"

typedef struct ts_difference {
    const ts_stored_result *result;
    char what[64];                     /* "sharpe", "walk_forward.folds[3].test.sharpe", "command" */
    double stored, computed;           /* undefined is NaN */
    char *stored_text, *computed_text; /* instead of numbers; else NULL */
} ts_difference;

/* Of one result or of several; starts zeroed, freed with ts_verification_clear. */
typedef struct ts_verification {
    ts_difference *difference; /* in the order in which they were found */
    size_t differences;
    uint64_t compared; /* numbers and texts */
} ts_verification;

/* The result and what it was made from: the market of its window, and the origin computed from it. */
typedef struct ts_evidence {
    const ts_stored_result *result;
    const ts_strategy *strategy;
    const ts_genome *genome;
    const ts_market *market;
    const ts_origin *origin; /* its strategy is not looked at */
} ts_evidence;

#endif

/* How batches of results are stored: the caller's choices. */
#ifndef TS_SERVICES_RESULTS_SETTINGS_H
#define TS_SERVICES_RESULTS_SETTINGS_H

#include "services/results/record.h"

typedef struct ts_results_settings {
    const char *cluster_id; /* the broker's, for the ledger; NULL: "" */

    /* NULL, or called for the dead of a batch just before it is committed, `count` of them in the order of the batch:
     * they must be kept durably before this returns 0, as their offsets will not be offered again. It may be called
     * again for the same records when the transaction is. */
    int (*bury)(const ts_record *const *dead, size_t count, void *context, ts_error *error);
    void *context;
} ts_results_settings;

#endif

/* How long to wait before the next try: twice as long each time up to a limit, and somewhere in the upper half of it,
 * so that those who lost a server together do not come back together. */
#ifndef TS_INGEST_BACKOFF_H
#define TS_INGEST_BACKOFF_H

#include "common/philox.h"

typedef struct ts_backoff {
    double first_s, most_s; /* of the first wait, and of every wait */
    double next_s;          /* the longest that the next may be */
    ts_draws draws;
} ts_backoff;

/* `which` tells those of one seed apart. */
ts_backoff ts_backoff_make(double first_s, double most_s, uint64_t seed, uint32_t which);

double ts_backoff_next(ts_backoff *backoff); /* seconds */
void ts_backoff_reset(ts_backoff *backoff);  /* it went well for a while */

#endif

/* How long a rank sleeps between two looks for messages. */
#ifndef TS_CLUSTER_NAP_H
#define TS_CLUSTER_NAP_H

#include <stdbool.h>

/* In seconds: short while something happens, longer while nothing does. */
typedef struct ts_nap {
    double seconds;
} ts_nap;

static inline double ts_nap_next(ts_nap *nap, bool happened)
{
    nap->seconds = happened ? 0.0005 : nap->seconds * 1.5 + 0.0001;
    if (nap->seconds > 0.005) nap->seconds = 0.005;
    return nap->seconds;
}

#endif

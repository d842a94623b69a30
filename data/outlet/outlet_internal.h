/* What outlet.c and drain.c share. Each function here wants the lock to be held, unless it says otherwise. */
#ifndef TS_DATA_OUTLET_INTERNAL_H
#define TS_DATA_OUTLET_INTERNAL_H

#include "data/outlet/outlet.h"
#include "data/outlet/sent.h"

#include <pthread.h>

enum { TS_OUTLET_QUEUE = 32768 }; /* rows; 200 series for two hours and a half */

struct ts_outlet {
    ts_outlet_setup setup; /* folder and target are gone */
    pthread_mutex_t lock;  /* for all below but `batch`, which is the draining thread's */
    ts_sent sent;
    bool unsaved;
    double saved; /* monotonic seconds */
    ts_outlet_row *queue, *batch;
    size_t first, count; /* of the ring `queue` */
    ts_outlet_state state;
    unsigned in_a_row; /* failures */
};

/* Replace the file. */
int ts_outlet_save(ts_outlet *outlet, ts_error *error);

#endif

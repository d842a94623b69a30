/* A stored result's numbers and texts compared with computed ones, one by one; what differs is booked. */
#ifndef TS_HOST_RECOUNT_H
#define TS_HOST_RECOUNT_H

#include "host/report/evidence.h"

/* One result under examination. */
typedef struct ts_recount {
    ts_engine *engine;
    const ts_evidence *of;
    ts_verification *found;
    ts_error *error;
} ts_recount;

/* Compare one thing, named `where` and `what` together, and book a difference. -1: no memory. */
int ts_recount_number(ts_recount *e, const char *where, const char *what, double stored, double computed);
int ts_recount_text(ts_recount *e, const char *what, const char *stored, const char *computed);
int ts_recount_time(ts_recount *e, const char *what, int64_t stored_ms, int64_t computed_ms);
int ts_recount_metrics(ts_recount *e, const char *where, const ts_metrics *stored, const ts_metrics *computed);

/* The result's own metrics and what follows from them and their equity: the score, the deflated Sharpe ratio. */
int ts_recount_equity(ts_recount *e, const ts_metrics *metrics, const double *equity, size_t bars);

#endif

/* How often a server is asked: a token bucket, and pauses that the server itself asks for. Times are seconds of the
 * monotonic clock. */
#ifndef TS_INGEST_PACING_H
#define TS_INGEST_PACING_H

typedef struct ts_pacing {
    double per_second; /* INFINITY: no limit */
    double tokens, at; /* there were so many at that time; at most what comes in half a second, and at least one */
    double not_before; /* a pause */
} ts_pacing;

ts_pacing ts_pacing_make(double per_second, double now);

/* Take a token. 0: taken; otherwise the seconds to wait before asking again. */
double ts_pacing_take(ts_pacing *pacing, double now);

/* No token before so many seconds went by. */
void ts_pacing_pause(ts_pacing *pacing, double seconds, double now);

#endif

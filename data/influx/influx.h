/* Writing candles to InfluxDB: version 1 by /write, version 2 and later by /api/v2/write. */
#ifndef TS_DATA_INFLUX_H
#define TS_DATA_INFLUX_H

#include "data/outlet/outlet.h"

typedef struct ts_influx ts_influx;

/* With an organisation it is version 2, with a database version 1. Copied; NULL: not said. */
typedef struct ts_influx_setup {
    const char *url;                         /* http://host:8086, without a user */
    const char *database, *retention_policy; /* version 1; no policy: the database's default */
    const char *user, *password;             /* version 1 */
    const char *org, *bucket, *token;        /* version 2 */
    const char *ca_file;                     /* PEM certificates to trust instead of the system's */
    double seconds;                          /* for each request; 0: 30 */
} ts_influx_setup;

/* Waits for nobody. Token and password become secrets (common/secret.h). TS_BAD_CONFIG says what does not fit. */
ts_influx *ts_influx_open(const ts_influx_setup *setup, ts_error *error);
void ts_influx_close(ts_influx *influx);

/* Where it writes, for logs and ts_outlet_setup: the URL and the database or bucket. */
const char *ts_influx_target(const ts_influx *influx);

/* Write lines of the line protocol (times in milliseconds), `points` of them. 0: they are stored, but for the `skipped`
 * that lie beyond the retention and will never be taken. TS_UNAVAILABLE: no answer, or one that says to come again
 * (408, 429, 5xx); TS_BAD_CONFIG: a refusal, with the server's words. */
int ts_influx_write(ts_influx *influx, const char *lines, size_t length, size_t points, ts_outlet_answer *answer,
                    ts_error *error);

/* The outlet; its sink is a ts_influx. */
extern const ts_outlet_kind ts_outlet_influx;

#endif

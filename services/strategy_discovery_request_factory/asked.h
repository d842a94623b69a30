/* What has been asked already: for each series the end of the windows of its last requests, and a fingerprint of what
 * was asked about them. Kept in a small JSON file, which is only written after Kafka has acknowledged the requests. */
#ifndef TS_SERVICES_REQUEST_FACTORY_ASKED_H
#define TS_SERVICES_REQUEST_FACTORY_ASKED_H

#include "common/json.h"

typedef struct ts_asked {
    const char *path; /* NULL: nothing is remembered */
    json_t *series;   /* by "exchange/SYMBOL/interval": {"end": a time, "asked": a fingerprint} */
} ts_asked;

/* A file that is not there is empty. TS_BAD_DATA: it is another file. */
int ts_asked_open(const char *path, ts_asked *asked, ts_error *error);
void ts_asked_close(ts_asked *asked);

/* Whether the same was asked about windows up to `end_ms`; and remember that it was. `what`: the fingerprint of the
 * strategies, windows and settings. */
bool ts_asked_has(const ts_asked *asked, const char *series, int64_t end_ms, const char *what);
int ts_asked_put(ts_asked *asked, const char *series, int64_t end_ms, const char *what, ts_error *error);

#endif

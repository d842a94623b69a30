/* Asking HTTP servers, by libcurl: one request, one whole answer, with bounds on its size and time. TLS certificates
 * and names are verified; redirects are not followed. (ts_http_... are the names of the services' server.) */
#ifndef TS_DATA_HTTP_CLIENT_H
#define TS_DATA_HTTP_CLIENT_H

#include "common/error.h"
#include "common/strbuf.h"

#include <stddef.h>

typedef struct ts_fetcher ts_fetcher; /* connections kept between requests; for one thread at a time */

/* All is borrowed for the time of the request. */
typedef struct ts_fetch_request {
    const char *method;         /* "GET", "POST", ... */
    const char *url;            /* http:// or https:// */
    const char *const *headers; /* "Name: value" lines ended by NULL; NULL: none */
    const void *body;           /* NULL: none */
    size_t body_length;
    double seconds;              /* for all of it, connecting included; at most 10 of them to connect */
    size_t limit;                /* bytes of the answer's body */
    const char *user, *password; /* basic authentication; NULL: none */
    const char *ca_file;         /* PEM certificates to trust instead of the system's; NULL: the system's */
} ts_fetch_request;

enum { TS_FETCH_RETRY_AFTER = 64, TS_FETCH_CONTENT_TYPE = 128 };

typedef struct ts_fetch_answer {
    int status;                             /* whatever it is: 503 is an answer, too */
    char retry_after[TS_FETCH_RETRY_AFTER]; /* the header as it came, seconds or a date; "" without one */
    char content_type[TS_FETCH_CONTENT_TYPE];
    long long date_ms; /* the server's clock, in whole seconds, as the header Date says; 0: it does not */
    ts_strbuf body;    /* terminated; may hold NULs */
} ts_fetch_answer;

/* NULL: no memory. */
ts_fetcher *ts_fetcher_new(ts_error *error);
void ts_fetcher_free(ts_fetcher *client);

/* Fill `answer` (empty, or of an earlier request: its memory is used again). TS_UNAVAILABLE: no whole answer in time,
 * or a server that is not who it should be; TS_BAD_DATA: the answer is longer than its limit; TS_BAD_CONFIG: the URL or
 * the file of certificates cannot be used. The text says why, without the URL. */
int ts_fetch(ts_fetcher *client, const ts_fetch_request *request, ts_fetch_answer *answer, ts_error *error);
void ts_fetch_answer_clear(ts_fetch_answer *answer);

/* Seconds that Retry-After asks for; a date is taken from the answer's own, and from `now_ms` where it has none. 0 when
 * it says nothing that can be understood. */
double ts_fetch_retry_seconds(const ts_fetch_answer *answer, long long now_ms);

/* Append a text as a part of a URL: all but letters, digits and -._~ as %XX. */
void ts_fetch_escape(ts_strbuf *url, const char *text);

#endif

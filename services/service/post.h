/* Posting documents to one address of an HTTP server. */
#ifndef TS_SERVICES_SERVICE_POST_H
#define TS_SERVICES_SERVICE_POST_H

#include "common/error.h"

#include <stddef.h>

typedef struct ts_post ts_post; /* a connection that is kept between posts; for one thread at a time */

/* `url` is http:// or https://. `headers` are "Name: value" lines ended by NULL, at most 32, copied. */
ts_post *ts_post_new(const char *url, const char *const *headers, ts_error *error);
void ts_post_free(ts_post *post);

/* Post within `seconds`; the answer's text is read and thrown away. Returns the HTTP status, or -1 with TS_UNAVAILABLE
 * when no answer came. */
int ts_post_send(ts_post *post, const char *body, size_t length, double seconds, ts_error *error);

#endif

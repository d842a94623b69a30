/* Redis: texts under keys, read and written. */
#ifndef TS_DATA_CACHE_REDIS_H
#define TS_DATA_CACHE_REDIS_H

#include "common/error.h"
#include "common/strbuf.h"

#include <stdbool.h>

/* A URL that was not said (*url NULL) is made of REDIS_HOST, REDIS_PORT and REDIS_PASSWORD of the environment, if the
 * first is there; the password is wiped from it, and a secret. The text lives until the next call. TS_BAD_CONFIG. */
int ts_redis_settle(const char **url, ts_error *error);

/* The value of a key of the server at `url`, redis://[:PASSWORD@]HOST[:PORT][/DATABASE], appended to `value`; *found
 * false when there is no such key. One connection for each call, a few seconds of patience. TS_BAD_CONFIG: the URL;
 * TS_UNAVAILABLE: no server, or it refuses; TS_BAD_DATA: the value is no text, or larger than 4 MiB. The password is in
 * no error. */
int ts_redis_get(const char *url, const char *key, ts_strbuf *value, bool *found, ts_error *error);

typedef struct ts_redis_pair {
    const char *key, *value;
} ts_redis_pair;

/* Set all of them at once: others see all or none. The errors are those of ts_redis_get. */
int ts_redis_set(const char *url, const ts_redis_pair *pairs, size_t count, ts_error *error);

#endif

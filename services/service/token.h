/* Bearer tokens (JWT) as RFC 8725 wants them checked: the algorithm is ours to say and never the token's, and exp, nbf,
 * iss and aud are looked at. */
#ifndef TS_SERVICES_SERVICE_TOKEN_H
#define TS_SERVICES_SERVICE_TOKEN_H

#include "common/error.h"

#include <stddef.h>
#include <stdint.h>

enum { TS_TOKEN_MOST = 8192, TS_TOKEN_SUBJECT = 128, TS_TOKEN_LEEWAY = 30 /* seconds that clocks may differ */ };

typedef struct ts_token_rules { /* all borrowed */
    const char *algorithm;      /* HS256, HS384, HS512, RS256, RS384, RS512, ES256 */
    const char *key;            /* the shared secret, or the public key as PEM */
    const char *issuer, *audience;
} ts_token_rules;

/* Can tokens be checked by these rules? TS_BAD_CONFIG says what is missing: a shared key has at least as many bytes as
 * its hash (HS256: 32), and is no PEM. */
int ts_token_rules_check(const ts_token_rules *rules, ts_error *error);

/* Is the token good at `now_s` (seconds since 1970)? Fills `subject` with its sub. TS_FAILED says why not, in words
 * that may be shown to the client; nothing of the token is in them. */
int ts_token_check(const ts_token_rules *rules, const char *token, int64_t now_s, char subject[TS_TOKEN_SUBJECT],
                   ts_error *error);

#endif

#define _GNU_SOURCE
/* libjwt verifies the signature. It takes any algorithm, never looks at exp, and without a key it takes everything: so
 * all of that is looked at here, from the token's own bytes. */
#include "services/service/token.h"

#include "common/json.h"

#include <jwt.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct {
    const char *name;
    size_t key_least; /* bytes of a shared key; 0: the key is a public one, as PEM */
} algorithms[] = {{"HS256", 32}, {"HS384", 48}, {"HS512", 64}, {"RS256", 0}, {"RS384", 0}, {"RS512", 0}, {"ES256", 0}};

typedef struct part { /* of a token, between its dots */
    const char *text;
    size_t length;
} part;

int ts_token_rules_check(const ts_token_rules *rules, ts_error *error)
{
    size_t i = 0, count = sizeof algorithms / sizeof *algorithms, length = rules->key ? strlen(rules->key) : 0;
    while (i < count && strcmp(algorithms[i].name, rules->algorithm)) i++;
    if (i == count)
        return ts_fail(error, TS_BAD_CONFIG,
                       "--jwt-algorithm: '%.40s' is not one of HS256, HS384, HS512, RS256, RS384, "
                       "RS512, ES256",
                       rules->algorithm);
    if (!length)
        return ts_fail(error, TS_BAD_CONFIG, "tokens need a key: expected --jwt-key-file or TRADESTREAM_JWT_KEY");
    bool pem = !strncmp(rules->key, "-----BEGIN", 10);
    if (algorithms[i].key_least && pem)
        return ts_fail(error, TS_BAD_CONFIG, "the key of %s is PEM: expected a secret text", rules->algorithm);
    if (!algorithms[i].key_least && !pem)
        return ts_fail(error, TS_BAD_CONFIG, "the key of %s is not PEM", rules->algorithm);
    if (length < algorithms[i].key_least)
        return ts_fail(error, TS_BAD_CONFIG, "the key of %s has %zu bytes: expected at least %zu", rules->algorithm,
                       length, algorithms[i].key_least);
    if (rules->issuer && rules->audience) return 0;
    return ts_fail(error, TS_BAD_CONFIG, "tokens need --jwt-issuer and --jwt-audience");
}

/* Always -1. What is wrong with a token is nobody's secret, what is in it may be. */
static int bad(ts_error *error, const char *why) { return ts_fail(error, TS_FAILED, "the token %s", why); }

static int digit(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : -1;
}

/* Base64url without padding, in its one canonical form, into `bytes` (at least 3/4 of the text). -1 when it is not. */
static long decode(part text, unsigned char *bytes)
{
    unsigned bits = 0, held = 0;
    long count = 0;
    if (text.length == 0 || text.length % 4 == 1) return -1;
    for (size_t i = 0; i < text.length; i++) {
        int value = digit(text.text[i]);
        if (value < 0) return -1;
        bits = (bits << 6 | (unsigned)value) & 0xfff;
        held += 6;
        if (held >= 8) bytes[count++] = (unsigned char)(bits >> (held -= 8));
    }
    return bits & ((1u << held) - 1) ? -1 : count;
}

/* "header.payload.signature" */
static bool split(const char *token, part parts[3])
{
    size_t length = strnlen(token, TS_TOKEN_MOST + 1);
    if (length > TS_TOKEN_MOST) return false;
    for (int i = 0; i < 3; i++) {
        parts[i] = (part){token, strcspn(token, ".")};
        token += parts[i].length;
        if (*token != (i < 2 ? '.' : '\0')) return false;
        token += i < 2;
    }
    return true;
}

/* A part that holds a JSON object; a new reference or NULL. A member given twice is refused. */
static json_t *object_of(part text)
{
    unsigned char bytes[TS_TOKEN_MOST];
    long length = decode(text, bytes);
    json_t *object = length > 0 ? json_loadb((const char *)bytes, (size_t)length, JSON_REJECT_DUPLICATES, NULL) : NULL;
    if (json_is_object(object)) return object;
    json_decref(object);
    return NULL;
}

static int check_header(const ts_token_rules *rules, const json_t *header, ts_error *error)
{
    const char *algorithm = json_string_value(json_object_get(header, "alg"));
    const json_t *type = json_object_get(header, "typ");
    if (!algorithm || strcmp(algorithm, rules->algorithm)) return bad(error, "has another algorithm");
    if (json_object_get(header, "crit")) return bad(error, "has critical extensions");
    if (!type) return 0;
    const char *name = json_string_value(type);
    return name && (!strcasecmp(name, "JWT") || !strcasecmp(name, "at+jwt")) ? 0 : bad(error, "is of another type");
}

static bool for_audience(const json_t *audience, const char *wanted)
{
    const char *text = json_string_value(audience);
    if (text) return !strcmp(text, wanted);
    for (size_t i = 0; i < json_array_size(audience); i++) {
        text = json_string_value(json_array_get(audience, i));
        if (text && !strcmp(text, wanted)) return true;
    }
    return false;
}

/* Seconds since 1970, a whole number; `otherwise` when there is none. -1 for anything else. */
static int64_t time_of(const json_t *claims, const char *name, int64_t otherwise)
{
    const json_t *value = json_object_get(claims, name);
    if (!value) return otherwise;
    int64_t time = json_is_integer(value) ? json_integer_value(value) : -1;
    return time >= 0 && time <= INT64_C(253402300799) ? time : -1; /* the year 9999 */
}

static int check_times(const json_t *claims, int64_t now_s, ts_error *error)
{
    int64_t expires = time_of(claims, "exp", -1), from = time_of(claims, "nbf", 0), issued = time_of(claims, "iat", 0);
    if (expires < 0) return bad(error, "does not say when it expires");
    if (from < 0 || issued < 0) return bad(error, "has a time that is none");
    if (expires + TS_TOKEN_LEEWAY <= now_s) return bad(error, "has expired");
    if (from > now_s + TS_TOKEN_LEEWAY || issued > now_s + TS_TOKEN_LEEWAY) return bad(error, "is not yet valid");
    return 0;
}

static int check_claims(const ts_token_rules *rules, const json_t *claims, int64_t now_s,
                        char subject[TS_TOKEN_SUBJECT], ts_error *error)
{
    const char *issuer = json_string_value(json_object_get(claims, "iss"));
    const char *sub = json_string_value(json_object_get(claims, "sub"));
    if (check_times(claims, now_s, error)) return -1;
    if (!issuer || strcmp(issuer, rules->issuer)) return bad(error, "has another issuer");
    if (!for_audience(json_object_get(claims, "aud"), rules->audience)) return bad(error, "is for another audience");
    if (!sub || !*sub || strlen(sub) >= TS_TOKEN_SUBJECT) return bad(error, "does not say who it belongs to");
    snprintf(subject, TS_TOKEN_SUBJECT, "%s", sub);
    return 0;
}

static int check_signature(const ts_token_rules *rules, const char *token, part signature, ts_error *error)
{
    unsigned char bytes[TS_TOKEN_MOST];
    jwt_t *jwt = NULL;
    if (!rules->key || !*rules->key || decode(signature, bytes) <= 0) return bad(error, "is not signed");
    int refused = jwt_decode(&jwt, token, (const unsigned char *)rules->key, (int)strlen(rules->key));
    bool same = !refused && jwt_get_alg(jwt) == jwt_str_alg(rules->algorithm);
    jwt_free(jwt);
    return same ? 0 : bad(error, "has a wrong signature");
}

int ts_token_check(const ts_token_rules *rules, const char *token, int64_t now_s, char subject[TS_TOKEN_SUBJECT],
                   ts_error *error)
{
    part parts[3];
    json_t *header = NULL, *claims = NULL;
    int status = -1;
    if (!split(token, parts)) return bad(error, "is not of the form header.payload.signature");
    header = object_of(parts[0]);
    claims = object_of(parts[1]);
    if (!header || !claims) bad(error, "cannot be read");
    else if (!check_header(rules, header, error) && !check_signature(rules, token, parts[2], error))
        status = check_claims(rules, claims, now_s, subject, error);
    json_decref(header);
    json_decref(claims);
    return status;
}

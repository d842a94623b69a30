#define _POSIX_C_SOURCE 200809L
#include "data/cache/redis.h"

#include "common/secret.h"

#include <hiredis/hiredis.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

enum { PATIENCE_SECONDS = 5, PORT = 6379, VALUE_MOST = 4 << 20, PART = 256, PAIRS_MOST = 16 };

/* What a URL says; an empty password: none. */
typedef struct place {
    char password[PART], host[PART];
    int port, database;
} place;

/* Copy up to `end`; false when it is empty or too long. */
static bool copy(char *into, const char *from, const char *end)
{
    size_t length = (size_t)(end - from);
    if (!length || length >= PART) return false;
    memcpy(into, from, length);
    into[length] = '\0';
    return true;
}

static bool number(const char *text, const char *end, long most, int *into)
{
    char *stop;
    long value = strtol(text, &stop, 10);
    *into = (int)value;
    return stop == end && stop > text && value >= 0 && value <= most;
}

static bool read_place(const char *text, place *p)
{
    const char *at = strrchr(text, '@'), *end, *colon;
    *p = (place){.port = PORT};
    if (at) {
        const char *password = strchr(text, ':');
        if (!password || password > at || !copy(p->password, password + 1, at)) return false;
        text = at + 1;
    }
    end = text + strcspn(text, "/");
    colon = memchr(text, ':', (size_t)(end - text));
    if (!copy(p->host, text, colon ? colon : end)) return false;
    if (colon && !number(colon + 1, end, 65535, &p->port)) return false;
    return !*end || !end[1] || number(end + 1, end + strlen(end), 1 << 20, &p->database);
}

static int parse(const char *url, place *p, ts_error *error)
{
    static const char scheme[] = "redis://";
    if (!strncmp(url, "rediss://", 9))
        return ts_fail(error, TS_BAD_CONFIG,
                       "Redis: rediss:// (TLS) is not spoken here; say redis:// to a local proxy");
    if (!strncmp(url, scheme, sizeof scheme - 1) && read_place(url + sizeof scheme - 1, p)) return 0;
    return ts_fail(error, TS_BAD_CONFIG, "Redis: expected redis://[:PASSWORD@]HOST[:PORT][/DATABASE]");
}

int ts_redis_settle(const char **url, ts_error *error)
{
    static char text[3 * PART];
    const char *host = getenv("REDIS_HOST"), *port = getenv("REDIS_PORT");
    char *password = getenv("REDIS_PASSWORD");
    if (*url || !host || !*host) return 0;
    if (!port || !*port || !strncmp(port, "tcp://", 6)) port = "6379"; /* Kubernetes says a service's whole address */
    bool locked = password && *password;
    int length = snprintf(text, sizeof text, "redis://%s%s%s%s:%s", locked ? ":" : "", locked ? password : "",
                          locked ? "@" : "", host, port);
    int status = locked ? ts_secret_add("REDIS_PASSWORD", password, error) : 0;
    if (locked) memset(password, 0, strlen(password));
    unsetenv("REDIS_PASSWORD");
    if (status) return -1;
    if (length >= (int)sizeof text) return ts_fail(error, TS_BAD_CONFIG, "REDIS_HOST and REDIS_PASSWORD are too long");
    *url = text;
    return 0;
}

static int refuse(const place *p, const char *why, ts_error *error)
{
    return ts_fail(error, TS_UNAVAILABLE, "Redis at %s:%d: %s", p->host, p->port, why);
}

/* One command; the reply is the caller's. */
static redisReply *command(redisContext *redis, const place *p, const char **words, int count, ts_error *error)
{
    redisReply *reply = redisCommandArgv(redis, count, words, NULL);
    if (!reply) refuse(p, redis->errstr, error);
    else if (reply->type == REDIS_REPLY_ERROR) {
        refuse(p, reply->str, error);
        freeReplyObject(reply);
        reply = NULL;
    }
    return reply;
}

static redisReply *ask(redisContext *redis, const place *p, const char *name, const char *word, ts_error *error)
{
    const char *words[] = {name, word};
    return command(redis, p, words, 2, error);
}

static int log_in(redisContext *redis, const place *p, ts_error *error)
{
    char database[16];
    redisReply *reply = *p->password ? ask(redis, p, "AUTH", p->password, error) : NULL;
    if (*p->password && !reply) return -1;
    if (reply) freeReplyObject(reply);
    if (!p->database) return 0;
    snprintf(database, sizeof database, "%d", p->database);
    reply = ask(redis, p, "SELECT", database, error);
    if (reply) freeReplyObject(reply);
    return reply ? 0 : -1;
}

/* Before the value itself is sent, whatever its size. Another type is refused by the server. */
static int check_length(redisContext *redis, const place *p, const char *key, ts_error *error)
{
    redisReply *reply = ask(redis, p, "STRLEN", key, error);
    if (!reply) return -1;
    bool fits = reply->type == REDIS_REPLY_INTEGER && reply->integer <= VALUE_MOST;
    freeReplyObject(reply);
    return fits ? 0 : ts_fail(error, TS_BAD_DATA, "Redis: the value of %s is no text of at most 4 MiB", key);
}

static int get(redisContext *redis, const place *p, const char *key, ts_strbuf *value, bool *found, ts_error *error)
{
    if (check_length(redis, p, key, error)) return -1;
    redisReply *reply = ask(redis, p, "GET", key, error);
    if (!reply) return -1;
    int status = 0;
    *found = reply->type == REDIS_REPLY_STRING;
    if (*found && reply->len <= VALUE_MOST) ts_strbuf_append(value, reply->str, (size_t)reply->len);
    else if (reply->type != REDIS_REPLY_NIL)
        status = ts_fail(error, TS_BAD_DATA, "Redis: the value of %s is no text of at most 4 MiB", key);
    freeReplyObject(reply);
    if (!status && ts_strbuf_failed(value)) status = ts_no_memory(error, "a value of Redis");
    return status;
}

/* NULL on error. */
static redisContext *reach(const char *url, place *p, ts_error *error)
{
    const struct timeval patience = {.tv_sec = PATIENCE_SECONDS};
    if (parse(url, p, error)) return NULL;
    redisContext *redis = redisConnectWithTimeout(p->host, p->port, patience);
    if (!redis) {
        ts_no_memory(error, "Redis");
        return NULL;
    }
    int status = redis->err ? refuse(p, redis->errstr, error) : 0;
    redisSetTimeout(redis, patience);
    if (!status && !log_in(redis, p, error)) return redis;
    redisFree(redis);
    return NULL;
}

int ts_redis_get(const char *url, const char *key, ts_strbuf *value, bool *found, ts_error *error)
{
    place p;
    *found = false;
    redisContext *redis = reach(url, &p, error);
    if (!redis) return -1;
    int status = get(redis, &p, key, value, found, error);
    redisFree(redis);
    return status;
}

int ts_redis_set(const char *url, const ts_redis_pair *pairs, size_t count, ts_error *error)
{
    const char *words[1 + 2 * PAIRS_MOST] = {"MSET"};
    place p;
    if (!count || count > PAIRS_MOST) return ts_fail(error, TS_FAILED, "%zu keys at once", count);
    for (size_t i = 0; i < count; i++) words[1 + 2 * i] = pairs[i].key, words[2 + 2 * i] = pairs[i].value;
    redisContext *redis = reach(url, &p, error);
    if (!redis) return -1;
    redisReply *reply = command(redis, &p, words, (int)(1 + 2 * count), error);
    if (reply) freeReplyObject(reply);
    redisFree(redis);
    return reply ? 0 : -1;
}

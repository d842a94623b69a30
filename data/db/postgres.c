#define _GNU_SOURCE
/* The connection: made, lost, described. */
#include "data/db/postgres_internal.h"

#include "common/secret.h"
#include "common/strbuf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a session is to be like, whatever the server's own settings are. */
static const char SESSION[] = "SET TIME ZONE 'UTC'; SET client_min_messages = warning; SET extra_float_digits = 1; "
                              "SET standard_conforming_strings = on; SET bytea_output = hex";

static void unheard(void *context, const char *message)
{
    (void)context;
    (void)message;
}

/* A server's words, in one line, without the password: `text` may be NULL. */
static void append_words(ts_strbuf *out, const char *text, const char *password)
{
    size_t hidden = password ? strlen(password) : 0;
    for (; text && *text; text++) {
        if (hidden && !strncmp(text, password, hidden)) {
            ts_strbuf_puts(out, "***");
            text += hidden - 1;
        } else if (*text != '\n') ts_strbuf_putc(out, *text);
        else if (text[1]) ts_strbuf_puts(out, ": ");
    }
}

/* Of an SQLSTATE or the class that it begins with. Not available is what somebody cures while the same statement waits:
 * a server that is away, full, a standby that takes no writes, or one whose disk fails; a lock; a cancelled statement.
 */
static int code_of(const char *state)
{
    static const struct {
        const char *begin;
        int code;
    } codes[] = {{"22", TS_BAD_DATA},       {"23", TS_BAD_DATA},       {"08", TS_UNAVAILABLE},
                 {"57P", TS_UNAVAILABLE},   {"40", TS_UNAVAILABLE},    {"53", TS_UNAVAILABLE},
                 {"25006", TS_UNAVAILABLE}, {"57014", TS_UNAVAILABLE}, {"55P03", TS_UNAVAILABLE},
                 {"58030", TS_UNAVAILABLE}, {"28", TS_BAD_CONFIG},     {"3D", TS_BAD_CONFIG}};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (!strncmp(state, codes[i].begin, strlen(codes[i].begin))) return codes[i].code;
    return TS_FAILED;
}

int ts_db_refused(ts_db *db, const PGresult *result, ts_error *error)
{
    const ts_pq *pq = db->pq;
    bool lost = pq->PQstatus(db->conn) != CONNECTION_OK;
    const char *state = result ? pq->PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    const char *primary = result ? pq->PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    const char *detail = result ? pq->PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL) : NULL;
    const char *hint = result ? pq->PQresultErrorField(result, PG_DIAG_MESSAGE_HINT) : NULL;
    const char *password = pq->PQpass(db->conn);
    ts_strbuf words = {0};
    /* libpq's own trouble has no SQLSTATE: with the connection gone it is 08006, else something is wrong in here */
    snprintf(db->state, sizeof db->state, "%s", state ? state : lost ? "08006" : "XX000");
    append_words(&words, primary ? primary : pq->PQerrorMessage(db->conn), password);
    if (detail && *detail) ts_strbuf_puts(&words, ": ");
    append_words(&words, detail, password);
    if (hint && *hint) ts_strbuf_puts(&words, ": ");
    append_words(&words, hint, password);
    ts_fail(error, lost ? TS_UNAVAILABLE : code_of(db->state), "PostgreSQL at %s: %.700s (SQLSTATE %s)", db->place,
            words.text ? words.text : "no reason given", db->state);
    ts_strbuf_clear(&words);
    return -1;
}

/* An unescaped @ of a password ends up in what libpq takes for the host, and so in its messages. */
static int check_url(const ts_pq *pq, const char *url, ts_error *error)
{
    char *why = NULL;
    bool good = true;
    PQconninfoOption *options = pq->PQconninfoParse(url, &why);
    for (PQconninfoOption *o = options; o && o->keyword; o++)
        if (o->val && !strcmp(o->keyword, "host") && strchr(o->val, '@')) good = false;
    good = good && options;
    if (options) pq->PQconninfoFree(options);
    if (why) pq->PQfreemem(why); /* it may hold parts of a password */
    if (good) return 0;
    return ts_fail(
        error, TS_BAD_CONFIG,
        "the database's URL cannot be read: expected postgresql://USER@HOST:PORT/DATABASE, with %%40 for an @ "
        "and %%2F for a / in names and passwords");
}

static bool environment_names_one(void)
{
    static const char *const names[] = {"PGHOST", "PGHOSTADDR", "PGSERVICE", "PGDATABASE", "PGPORT", "PGUSER"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (getenv(names[i])) return true;
    return false;
}

static void append_word(ts_strbuf *out, const char *key, const char *value)
{
    ts_strbuf_printf(out, "%s='", key);
    for (; *value; value++) {
        if (*value == '\'' || *value == '\\') ts_strbuf_putc(out, '\\');
        ts_strbuf_putc(out, *value);
    }
    ts_strbuf_puts(out, "' ");
}

/* The names that the original platform had, as a connection string; nothing without a host. In a cluster with a service
 * named postgres Kubernetes itself sets POSTGRES_PORT, to a URL. */
static void original_names(ts_strbuf *url)
{
    static const char *const names[][2] = {{"POSTGRES_HOST", "host"},
                                           {"POSTGRES_PORT", "port"},
                                           {"POSTGRES_DATABASE", "dbname"},
                                           {"POSTGRES_USERNAME", "user"}};
    const char *host = getenv(names[0][0]);
    if (!host || !*host) return;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i][0]);
        if (value && *value && !strstr(value, "://")) append_word(url, names[i][1], value);
    }
}

/* A URL may be shown in part, and then is no secret of anybody's list any more; its password is. */
static void hide(const char *password)
{
    ts_error unsaid = {0};
    if (password && *password) ts_secret_add("the database's password", password, &unsaid);
}

int ts_db_connect(ts_db *db, ts_error *error)
{
    /* what comes before dbname gives way to what the URL says */
    const char *const names[] = {"fallback_application_name",
                                 "connect_timeout",
                                 "keepalives",
                                 "keepalives_idle",
                                 "keepalives_interval",
                                 "keepalives_count",
                                 "tcp_user_timeout",
                                 "client_encoding",
                                 "password",
                                 "dbname",
                                 NULL};
    const char *const values[] = {db->application, "5",    "1",          "30",    "10", "3",
                                  "60000",         "UTF8", db->password, db->url, NULL};
    const ts_pq *pq = db->pq;
    if (db->conn) pq->PQfinish(db->conn);
    db->conn = pq->PQconnectdbParams(names, values, 1);
    if (!db->conn) return ts_no_memory(error, "a connection to PostgreSQL");
    db->connections++;
    hide(pq->PQpass(db->conn));
    const char *host = pq->PQhost(db->conn), *port = pq->PQport(db->conn), *name = pq->PQdb(db->conn);
    snprintf(db->place, sizeof db->place, "%.120s:%.10s/%.100s", host ? host : "", port ? port : "", name ? name : "");
    if (pq->PQstatus(db->conn) != CONNECTION_OK) return ts_db_refused(db, NULL, error);
    pq->PQsetNoticeProcessor(db->conn, unheard, NULL);
    return ts_db_script(db, SESSION, error);
}

/* Which database: 0 and its URL, "" for the one that libpq's own variables name. */
static int find_url(const ts_pq *pq, const char *said, ts_strbuf *url, ts_error *error)
{
    const char *given = said ? said : getenv("DATABASE_URL");
    ts_strbuf_puts(url, given ? given : "");
    if (!url->length && environment_names_one()) return 0;
    if (!url->length) original_names(url);
    if (ts_strbuf_failed(url)) return ts_no_memory(error, "a connection");
    if (url->length) return check_url(pq, url->text, error);
    return ts_fail(error, TS_BAD_CONFIG,
                   "which database? Expected DATABASE_URL=postgresql://USER@HOST:PORT/DATABASE in the environment, or "
                   "PGHOST, PGDATABASE and the like, or POSTGRES_HOST, POSTGRES_DATABASE and the like");
}

static char *copy_of(const char *text) { return text ? strdup(text) : NULL; }

ts_db *ts_db_open(const ts_db_settings *settings, ts_error *error)
{
    const ts_pq *pq = ts_pq_load(error);
    ts_strbuf url = {0};
    if (!pq) return NULL;
    if (find_url(pq, settings->url, &url, error)) {
        ts_strbuf_clear(&url);
        return NULL;
    }
    const char *password = settings->password ? settings->password : getenv("POSTGRES_PASSWORD");
    if (getenv("PGPASSWORD")) password = NULL; /* libpq reads it by itself */
    ts_db *db = calloc(1, sizeof *db);
    if (db) {
        *db = (ts_db){.pq = pq,
                      .patience_s = settings->patience_s > 0 ? settings->patience_s : 60,
                      .stopping = settings->stopping,
                      .url = strdup(url.text ? url.text : ""),
                      .password = copy_of(password),
                      .application = strdup(settings->application ? settings->application : "tradestream")};
    }
    bool whole = db && db->url && db->application && (db->password || !password);
    ts_strbuf_clear(&url);
    int status = whole ? ts_db_connect(db, error) : ts_no_memory(error, "a connection");
    if (!status) return db;
    ts_db_close(db);
    return NULL;
}

void ts_db_close(ts_db *db)
{
    if (!db) return;
    if (db->conn) db->pq->PQfinish(db->conn);
    free(db->url);
    free(db->application);
    free(db->password);
    free(db);
}

const char *ts_db_state(const ts_db *db) { return db->state; }
unsigned ts_db_connections(const ts_db *db) { return db->connections; }
const char *ts_db_place(const ts_db *db) { return db->place; }

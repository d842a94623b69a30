#define _GNU_SOURCE
#include "data/influx/influx.h"

#include "common/clock.h"
#include "common/json.h"
#include "common/memory.h"
#include "common/secret.h"
#include "data/http/http_client.h"
#include "data/influx/line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 5000 /* points; what InfluxDB's makers recommend */, ANSWER_MOST = 1 << 16 };
static const double usual_seconds = 30;

struct ts_influx {
    ts_fetcher *client;
    ts_fetch_answer answer;
    ts_strbuf url, target, authorization, lines;
    char *user, *password, *ca_file;
    double seconds;
};

static int check(const ts_influx_setup *setup, ts_error *error)
{
    const char *url = setup->url, *host = url ? strstr(url, "://") : NULL;
    if (!host || (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0))
        return ts_fail(error, TS_BAD_CONFIG, "InfluxDB: expected a URL such as http://host:8086");
    if (strpbrk(host + 3, "@?#"))
        return ts_fail(error, TS_BAD_CONFIG, "InfluxDB: no user, query or fragment in the URL");
    if (!setup->org == !setup->database)
        return ts_fail(error, TS_BAD_CONFIG,
                       "InfluxDB: expected a database (version 1) or an organisation (version 2)");
    if (setup->org && (!setup->bucket || !setup->token))
        return ts_fail(error, TS_BAD_CONFIG, "InfluxDB: an organisation wants a bucket and a token");
    if (setup->token && strpbrk(setup->token, "\r\n"))
        return ts_fail(error, TS_BAD_CONFIG, "InfluxDB: a line break in the token");
    return 0;
}

static int keep_secrets(const ts_influx_setup *setup, ts_error *error)
{
    if (setup->token && ts_secret_add("InfluxDB's token", setup->token, error)) return -1;
    return setup->password ? ts_secret_add("InfluxDB's password", setup->password, error) : 0;
}

static void put_parameter(ts_strbuf *url, const char *name, const char *value)
{
    if (!value) return;
    ts_strbuf_printf(url, "&%s=", name);
    ts_fetch_escape(url, value);
}

static void make_url(ts_influx *influx, const ts_influx_setup *setup)
{
    size_t length = strlen(setup->url);
    while (length && setup->url[length - 1] == '/') length--;
    ts_strbuf_append(&influx->url, setup->url, length);
    ts_strbuf_puts(&influx->url, setup->org ? "/api/v2/write?precision=ms" : "/write?precision=ms");
    put_parameter(&influx->url, "org", setup->org);
    put_parameter(&influx->url, "bucket", setup->org ? setup->bucket : NULL);
    put_parameter(&influx->url, "db", setup->database);
    put_parameter(&influx->url, "rp", setup->database ? setup->retention_policy : NULL);
    ts_strbuf_append(&influx->target, influx->url.text, influx->url.length);
    if (setup->org) ts_strbuf_printf(&influx->authorization, "Authorization: Token %s", setup->token);
}

static bool copy(char **into, const char *text)
{
    *into = text ? strdup(text) : NULL;
    return *into || !text;
}

ts_influx *ts_influx_open(const ts_influx_setup *setup, ts_error *error)
{
    if (check(setup, error) || keep_secrets(setup, error)) return NULL;
    ts_influx *influx = ts_alloc(1, sizeof *influx);
    if (!influx) goto no_memory;
    influx->seconds = setup->seconds > 0 ? setup->seconds : usual_seconds;
    make_url(influx, setup);
    influx->client = ts_fetcher_new(error);
    if (influx->client && !influx->url.failed && !influx->target.failed && !influx->authorization.failed &&
        copy(&influx->user, setup->user) && copy(&influx->password, setup->password) &&
        copy(&influx->ca_file, setup->ca_file))
        return influx;
no_memory:
    ts_no_memory(error, "InfluxDB's client");
    ts_influx_close(influx);
    return NULL;
}

void ts_influx_close(ts_influx *influx)
{
    if (!influx) return;
    ts_fetcher_free(influx->client);
    ts_fetch_answer_clear(&influx->answer);
    ts_strbuf_clear(&influx->url);
    ts_strbuf_clear(&influx->target);
    ts_strbuf_clear(&influx->authorization);
    ts_strbuf_clear(&influx->lines);
    free(influx->user);
    free(influx->password);
    free(influx->ca_file);
    free(influx);
}

const char *ts_influx_target(const ts_influx *influx) { return influx->target.text; }

/* What the server says is wrong, made printable; version 1 calls it "error", version 2 "message". */
static void server_words(const ts_fetch_answer *answer, char *text, size_t size)
{
    json_t *said = json_loadb(answer->body.text, answer->body.length, 0, NULL);
    const char *words = json_string_value(json_object_get(said, "error"));
    if (!words || json_object_get(said, "message")) words = json_string_value(json_object_get(said, "message"));
    snprintf(text, size, "%s", words ? words : answer->body.text);
    for (char *c = text; *c; c++)
        if (*c < ' ' || *c > '~') *c = '?';
    json_decref(said);
}

/* Whether all that is wrong is that some of the points are older than the retention: how many. */
static bool only_too_old(const char *words, size_t points, size_t *dropped)
{
    const char *number = strstr(words, "points beyond retention policy dropped=");
    if (!number) return false;
    unsigned long count = strtoul(strchr(number, '=') + 1, NULL, 10);
    *dropped = count;
    return count >= 1 && count <= points;
}

static bool passing(int status, const char *words)
{
    if (strstr(words, "retention policy not found")) return false; /* a 500 of version 1, and for ever */
    return status == 408 || status == 429 || status >= 500;
}

static int judge(const ts_influx *influx, size_t points, ts_outlet_answer *answer, ts_error *error)
{
    int status = influx->answer.status;
    char words[400];
    if (status >= 200 && status < 300) return 0;
    server_words(&influx->answer, words, sizeof words);
    if ((status == 400 || status == 422) && only_too_old(words, points, &answer->skipped)) return 0;
    answer->skipped = 0;
    answer->retry_seconds = ts_fetch_retry_seconds(&influx->answer, ts_clock_now_ms());
    return ts_fail(error, passing(status, words) ? TS_UNAVAILABLE : TS_BAD_CONFIG, "InfluxDB answers %d: %s", status,
                   words);
}

int ts_influx_write(ts_influx *influx, const char *lines, size_t length, size_t points, ts_outlet_answer *answer,
                    ts_error *error)
{
    const char *headers[] = {"Content-Type: text/plain; charset=utf-8", influx->authorization.text, NULL};
    const ts_fetch_request request = {.method = "POST",
                                      .url = influx->url.text,
                                      .headers = headers,
                                      .body = lines,
                                      .body_length = length,
                                      .seconds = influx->seconds,
                                      .limit = ANSWER_MOST,
                                      .user = influx->user,
                                      .password = influx->password,
                                      .ca_file = influx->ca_file};
    *answer = (ts_outlet_answer){0};
    if (!ts_fetch(influx->client, &request, &influx->answer, error)) return judge(influx, points, answer, error);
    if (error->code == TS_BAD_DATA) error->code = TS_UNAVAILABLE; /* pages of some proxy */
    return ts_error_context(error, "InfluxDB");
}

static int send(void *sink, const ts_outlet_row *rows, size_t count, ts_outlet_answer *answer, ts_error *error)
{
    ts_influx *influx = sink;
    ts_strbuf_reset(&influx->lines);
    for (size_t i = 0; i < count; i++) ts_line_put(&influx->lines, rows[i].series, &rows[i].candle);
    if (ts_strbuf_failed(&influx->lines)) {
        ts_strbuf_clear(&influx->lines);
        return ts_no_memory(error, "a batch for InfluxDB");
    }
    return ts_influx_write(influx, influx->lines.text, influx->lines.length, count, answer, error);
}

const ts_outlet_kind ts_outlet_influx = {.name = "influxdb", .batch = BATCH, .send = send};

#define _GNU_SOURCE
#include "data/http/http_client.h"

#include "common/memory.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const double connect_seconds = 10;

struct ts_fetcher {
    CURL *curl;
    char why[CURL_ERROR_SIZE];
};

typedef struct receiving {
    ts_strbuf *body;
    size_t limit;
    bool too_long;
} receiving;

static void start_curl(void) { curl_global_init(CURL_GLOBAL_DEFAULT); }

ts_fetcher *ts_fetcher_new(ts_error *error)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start_curl);
    ts_fetcher *client = ts_alloc(1, sizeof *client);
    if (client && (client->curl = curl_easy_init())) return client;
    free(client);
    ts_no_memory(error, "an HTTP client");
    return NULL;
}

void ts_fetcher_free(ts_fetcher *client)
{
    if (!client) return;
    curl_easy_cleanup(client->curl);
    free(client);
}

void ts_fetch_answer_clear(ts_fetch_answer *answer)
{
    ts_strbuf_clear(&answer->body);
    *answer = (ts_fetch_answer){0};
}

static size_t receive(char *bytes, size_t size, size_t count, void *context)
{
    receiving *into = context;
    size_t length = size * count; /* libcurl's size is always 1 */
    into->too_long = length > into->limit - into->body->length;
    if (into->too_long) return CURL_WRITEFUNC_ERROR;
    ts_strbuf_append(into->body, bytes, length);
    return ts_strbuf_failed(into->body) ? CURL_WRITEFUNC_ERROR : length;
}

/* Without "Expect:" libcurl asks before it sends a large body, and waits for a second where nobody answers that. */
static struct curl_slist *header_list(const char *const *headers)
{
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");
    for (; list && headers && *headers; headers++) {
        struct curl_slist *longer = curl_slist_append(list, *headers);
        if (!longer) curl_slist_free_all(list);
        list = longer;
    }
    return list;
}

static CURLcode set_bounds(CURL *curl, const ts_fetch_request *request)
{
    double connecting = request->seconds < connect_seconds ? request->seconds : connect_seconds;
    CURLcode bad = curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    bad |= curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    bad |= curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    bad |= curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)(request->seconds * 1000) + 1);
    bad |= curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)(connecting * 1000) + 1);
    bad |= curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    bad |= curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    bad |= curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
    if (request->ca_file) bad |= curl_easy_setopt(curl, CURLOPT_CAINFO, request->ca_file);
    return bad;
}

/* Options of the request before are forgotten; its connections are kept. */
static CURLcode set_request(ts_fetcher *client, const ts_fetch_request *request, struct curl_slist *headers,
                            receiving *into)
{
    CURL *curl = client->curl;
    curl_easy_reset(curl);
    CURLcode bad = set_bounds(curl, request);
    bad |= curl_easy_setopt(curl, CURLOPT_URL, request->url);
    bad |= curl_easy_setopt(curl, CURLOPT_USERAGENT, "tradestream");
    bad |= curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    bad |= curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, client->why);
    bad |= curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive);
    bad |= curl_easy_setopt(curl, CURLOPT_WRITEDATA, into);
    if (request->user) bad |= curl_easy_setopt(curl, CURLOPT_USERNAME, request->user);
    if (request->password) bad |= curl_easy_setopt(curl, CURLOPT_PASSWORD, request->password);
    if (request->body || !strcmp(request->method, "POST")) { /* a POST without a body says that it has none */
        bad |= curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body ? request->body : "");
        bad |= curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_length);
    }
    if (strcmp(request->method, request->body ? "POST" : "GET") != 0)
        bad |= curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
    return bad;
}

static int explain(const ts_fetcher *client, CURLcode bad, const receiving *into, ts_error *error)
{
    if (into->too_long) return ts_fail(error, TS_BAD_DATA, "the server's answer is longer than %zu bytes", into->limit);
    if (bad == CURLE_OUT_OF_MEMORY || ts_strbuf_failed(into->body)) return ts_no_memory(error, "an HTTP answer");
    bool ours = bad == CURLE_URL_MALFORMAT || bad == CURLE_UNSUPPORTED_PROTOCOL || bad == CURLE_SSL_CACERT_BADFILE;
    return ts_fail(error, ours ? TS_BAD_CONFIG : TS_UNAVAILABLE, "%s",
                   *client->why ? client->why : curl_easy_strerror(bad));
}

static void keep_header(CURL *curl, const char *name, char *text, size_t size)
{
    struct curl_header *header;
    bool there = !curl_easy_header(curl, name, 0, CURLH_HEADER, -1, &header);
    snprintf(text, size, "%s", there ? header->value : "");
}

static long long date_of(CURL *curl)
{
    char text[64];
    keep_header(curl, "Date", text, sizeof text);
    time_t date = *text ? curl_getdate(text, NULL) : 0;
    return date > 0 ? (long long)date * 1000 : 0;
}

int ts_fetch(ts_fetcher *client, const ts_fetch_request *request, ts_fetch_answer *answer, ts_error *error)
{
    long status = 0;
    receiving into = {.body = &answer->body, .limit = request->limit};
    ts_strbuf_reset(&answer->body);
    ts_strbuf_puts(&answer->body, "");
    client->why[0] = '\0';
    struct curl_slist *headers = header_list(request->headers);
    if (!headers) return ts_no_memory(error, "an HTTP request");
    CURLcode bad = set_request(client, request, headers, &into) ? CURLE_OUT_OF_MEMORY : curl_easy_perform(client->curl);
    if (!bad) {
        curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
        keep_header(client->curl, "Retry-After", answer->retry_after, sizeof answer->retry_after);
        keep_header(client->curl, "Content-Type", answer->content_type, sizeof answer->content_type);
        answer->date_ms = date_of(client->curl);
    }
    answer->status = (int)status;
    curl_easy_setopt(client->curl, CURLOPT_HTTPHEADER, NULL);
    curl_slist_free_all(headers);
    return bad ? explain(client, bad, &into, error) : 0;
}

double ts_fetch_retry_seconds(const ts_fetch_answer *answer, long long now_ms)
{
    char *end;
    double seconds = (double)strtoul(answer->retry_after, &end, 10);
    if (answer->retry_after[0] >= '0' && answer->retry_after[0] <= '9' && !*end) return seconds;
    time_t date = curl_getdate(answer->retry_after, NULL);
    if (answer->date_ms) now_ms = answer->date_ms;
    double left = date < 0 ? 0 : (double)date - (double)now_ms / 1000;
    return left > 0 ? left : 0;
}

void ts_fetch_escape(ts_strbuf *url, const char *text)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    for (; *text; text++)
        if (strchr(plain, *text)) ts_strbuf_putc(url, *text);
        else ts_strbuf_printf(url, "%%%02X", (unsigned)(unsigned char)*text);
}

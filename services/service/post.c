#include "services/service/post.h"

#include "common/memory.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdlib.h>

struct ts_post {
    CURL *curl;
    struct curl_slist *headers;
    char why[CURL_ERROR_SIZE];
};

static size_t ignore(char *bytes, size_t size, size_t count, void *context)
{
    (void)bytes;
    (void)context;
    return size * count;
}

static void start_curl(void) { curl_global_init(CURL_GLOBAL_DEFAULT); }

static int set_options(ts_post *post, const char *url)
{
    CURL *curl = post->curl;
    CURLcode bad = curl_easy_setopt(curl, CURLOPT_URL, url);
    bad |= curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    bad |= curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    bad |= curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    bad |= curl_easy_setopt(curl, CURLOPT_HTTPHEADER, post->headers);
    bad |= curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, ignore);
    bad |= curl_easy_setopt(curl, CURLOPT_MAXFILESIZE, 1L << 20);
    bad |= curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, post->why);
    bad |= curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, 2000L);
    return bad ? -1 : 0;
}

ts_post *ts_post_new(const char *url, const char *const *headers, ts_error *error)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start_curl);
    ts_post *post = ts_alloc(1, sizeof *post);
    if (post) post->curl = curl_easy_init();
    if (!post || !post->curl) goto failed;
    for (; *headers; headers++) {
        struct curl_slist *longer = curl_slist_append(post->headers, *headers);
        if (!longer) goto failed;
        post->headers = longer;
    }
    if (!set_options(post, url)) return post;
failed:
    ts_no_memory(error, "an HTTP client");
    ts_post_free(post);
    return NULL;
}

void ts_post_free(ts_post *post)
{
    if (!post) return;
    curl_easy_cleanup(post->curl);
    curl_slist_free_all(post->headers);
    free(post);
}

int ts_post_send(ts_post *post, const char *body, size_t length, double seconds, ts_error *error)
{
    long status = 0;
    post->why[0] = '\0';
    curl_easy_setopt(post->curl, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(post->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)length);
    curl_easy_setopt(post->curl, CURLOPT_TIMEOUT_MS, (long)(seconds * 1000) + 1);
    CURLcode bad = curl_easy_perform(post->curl);
    if (bad) return ts_fail(error, TS_UNAVAILABLE, "%s", *post->why ? post->why : curl_easy_strerror(bad));
    curl_easy_getinfo(post->curl, CURLINFO_RESPONSE_CODE, &status);
    return (int)status;
}

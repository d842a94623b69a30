#define _GNU_SOURCE
#include "services/service/post.h"

#include "common/memory.h"
#include "data/http/http_client.h"

#include <stdlib.h>
#include <string.h>

enum { HEADERS_MOST = 32, ANSWER_MOST = 1 << 20 };

struct ts_post {
    ts_fetcher *client;
    ts_fetch_answer answer;
    char *url, *header[HEADERS_MOST + 1]; /* ended by NULL */
};

ts_post *ts_post_new(const char *url, const char *const *headers, ts_error *error)
{
    ts_post *post = ts_alloc(1, sizeof *post);
    if (!post || !(post->url = strdup(url)) || !(post->client = ts_fetcher_new(error))) goto failed;
    for (size_t i = 0; headers[i]; i++)
        if (i == HEADERS_MOST || !(post->header[i] = strdup(headers[i]))) goto failed;
    return post;
failed:
    ts_no_memory(error, "an HTTP client");
    ts_post_free(post);
    return NULL;
}

void ts_post_free(ts_post *post)
{
    if (!post) return;
    ts_fetcher_free(post->client);
    ts_fetch_answer_clear(&post->answer);
    for (char **header = post->header; *header; header++) free(*header);
    free(post->url);
    free(post);
}

int ts_post_send(ts_post *post, const char *body, size_t length, double seconds, ts_error *error)
{
    const ts_fetch_request request = {.method = "POST",
                                      .url = post->url,
                                      .headers = (const char *const *)post->header,
                                      .body = body,
                                      .body_length = length,
                                      .seconds = seconds,
                                      .limit = ANSWER_MOST};
    return ts_fetch(post->client, &request, &post->answer, error) ? -1 : post->answer.status;
}

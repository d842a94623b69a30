/* Replies: problems as RFC 9457 has them, and the headers that every answer carries. */
#include "common/json.h"
#include "common/secret.h"
#include "services/service/http_mhd.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    int status;
    const char *title;
} titles[] = {{400, "Bad request"},        {401, "Not authenticated"},
              {403, "Forbidden"},          {404, "Not found"},
              {405, "Method not allowed"}, {408, "Too slow"},
              {413, "Body too large"},     {421, "Other host"},
              {429, "Too many requests"},  {500, "Internal server error"},
              {503, "Not available"}};

static const char *title_of(int status)
{
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        if (titles[i].status == status) return titles[i].title;
    return "Error";
}

void ts_http_problem(ts_http_reply *reply, int status, const char *detail, ...)
{
    char text[1024];
    ts_json json = {0};
    va_list arguments;
    va_start(arguments, detail);
    vsnprintf(text, sizeof text, detail, arguments);
    va_end(arguments);
    ts_secret_blank_text(text, sizeof text);
    ts_strbuf_clear(&reply->body);
    ts_json_object(&json, NULL);
    ts_json_text(&json, "type", "about:blank");
    ts_json_text(&json, "title", title_of(status));
    ts_json_int(&json, "status", status);
    ts_json_text(&json, "detail", text);
    ts_json_object_end(&json);
    ts_strbuf_putc(&json.out, '\n');
    reply->status = status;
    reply->type = "application/problem+json";
    reply->body = json.out;
}

void ts_http_problem_of(ts_http_reply *reply, const ts_error *error)
{
    int status = error->code == TS_USAGE || error->code == TS_BAD_DATA ? 400
                 : error->code == TS_UNAVAILABLE                       ? 503
                                                                       : 500;
    ts_http_problem(reply, status, "%s", error->text);
}

static void add_headers(const ts_http_reply *reply, struct MHD_Response *response)
{
    char seconds[16];
    MHD_add_response_header(response, "Content-Type", reply->type ? reply->type : "application/json");
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(response, "Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'");
    MHD_add_response_header(response, "Cache-Control", "no-store");
    if (*reply->link) MHD_add_response_header(response, "Link", reply->link);
    if (*reply->allow) MHD_add_response_header(response, "Allow", reply->allow);
    if (reply->challenge) MHD_add_response_header(response, "WWW-Authenticate", reply->challenge);
    if (!reply->retry_after) return;
    snprintf(seconds, sizeof seconds, "%d", reply->retry_after);
    MHD_add_response_header(response, "Retry-After", seconds);
}

enum MHD_Result ts_http_send(ts_http_exchange *exchange)
{
    ts_http_reply *reply = &exchange->reply;
    if (ts_strbuf_failed(&reply->body)) {
        ts_strbuf_clear(&reply->body);
        reply->status = 500;
    }
    if (!reply->status) reply->status = 200;
    if (reply->status != 200) ts_secret_blank(&reply->body);
    struct MHD_Response *response = MHD_create_response_from_buffer(
        reply->body.length, reply->body.text ? reply->body.text : (char *)"", MHD_RESPMEM_MUST_COPY);
    if (!response) return MHD_NO;
    add_headers(reply, response);
    enum MHD_Result queued = MHD_queue_response(exchange->connection, (unsigned)reply->status, response);
    MHD_destroy_response(response);
    return queued;
}

#include "services/service/admin.h"

#include "common/json.h"
#include "common/secret.h"
#include "common/version.h"
#include "services/service/process_meters.h"
#include "services/service/readiness.h"
#include "services/service/service.h"

static void healthz(const ts_http_request *request, ts_http_reply *reply)
{
    (void)request;
    ts_strbuf_puts(&reply->body, "{\"status\": \"ok\"}\n");
}

static void readyz(const ts_http_request *request, ts_http_reply *reply)
{
    ts_json json = {0};
    (void)request;
    if (!ts_readiness_json(&json)) reply->status = 503;
    reply->body = json.out;
}

static void metrics(const ts_http_request *request, ts_http_reply *reply)
{
    (void)request;
    ts_process_meters_renew();
    ts_meters_text(&reply->body);
    ts_secret_blank(&reply->body);
    reply->type = "text/plain; version=0.0.4; charset=utf-8";
}

static void version(const ts_http_request *request, ts_http_reply *reply)
{
    const ts_service *service = request->context;
    ts_json json = {0};
    ts_json_object(&json, NULL);
    ts_json_text(&json, "service", service->name);
    ts_json_text(&json, "version", ts_version());
    ts_json_text(&json, "commit", ts_commit());
    ts_json_object_end(&json);
    ts_strbuf_putc(&json.out, '\n');
    reply->body = json.out;
}

const ts_http_route ts_admin_routes[] = {{"GET", "/healthz", healthz, NULL},
                                         {"GET", "/readyz", readyz, NULL},
                                         {"GET", "/metrics", metrics, NULL},
                                         {"GET", "/version", version, NULL},
                                         {0}};

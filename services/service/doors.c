#include "services/service/doors.h"

#include "common/log.h"
#include "common/safe_file.h"
#include "services/service/admin.h"

#include <string.h>

static const double drain_seconds = 5;

enum { AUTH_NONE, AUTH_JWT };

#define AT(field) offsetof(ts_service_settings, field)

const ts_setting ts_api_table[] = {
    {"api", TS_SETTING_TEXT, AT(api), "127.0.0.1:8080", 0, 0, NULL, "HOST:PORT",
     "the API; an address that others can reach needs --auth; port 0: any"},
    {"api-port-file", TS_SETTING_TEXT, AT(api_port_file), NULL, 0, 0, NULL, "FILE", "write the port there"},
    {"auth", TS_SETTING_CHOICE, AT(auth), "none", 0, 0, "none|jwt", NULL, "who may call the API"},
    {"jwt-algorithm", TS_SETTING_TEXT, AT(jwt_algorithm), "HS256", 0, 0, NULL, "NAME",
     "HS256, HS384, HS512, RS256, RS384, RS512 or ES256; tokens cannot choose"},
    {"jwt-issuer", TS_SETTING_TEXT, AT(jwt_issuer), NULL, 0, 0, NULL, "TEXT", "iss that tokens must have"},
    {"jwt-audience", TS_SETTING_TEXT, AT(jwt_audience), NULL, 0, 0, NULL, "TEXT", "aud that tokens must have"},
    {0}};

const ts_secret_setting ts_api_secrets[] = {
    {"jwt-key", AT(jwt_key), "the key of tokens: a text of 32 bytes or more, or PEM", NULL}, {0}};

static const ts_service_settings *settings_of(const ts_service *service) { return service->into; }

static const char *admin_address(const ts_service_settings *settings)
{
    const char *said = settings->admin ? settings->admin : settings->once ? "none" : "127.0.0.1:9464";
    return strcmp(said, "none") ? said : NULL;
}

static ts_token_rules rules_of(const ts_service_settings *settings)
{
    return (ts_token_rules){.algorithm = settings->jwt_algorithm,
                            .key = settings->jwt_key.value,
                            .issuer = settings->jwt_issuer,
                            .audience = settings->jwt_audience};
}

int ts_doors_check(const ts_service *service, ts_error *error)
{
    const ts_service_settings *settings = settings_of(service);
    const char *admin = admin_address(settings);
    ts_token_rules rules = rules_of(settings);
    ts_address address;
    if (admin && ts_address_read(admin, "--admin", &address, error)) return -1;
    if (!service->routes) return 0;
    if (ts_address_read(settings->api, "--api", &address, error)) return -1;
    if (settings->auth == AUTH_JWT) return ts_token_rules_check(&rules, error);
    if (address.loopback) return 0;
    return ts_fail(error, TS_BAD_CONFIG,
                   "--api %s: others can reach that address, so callers must be known: expected --auth jwt, or an "
                   "address of 127.0.0.1",
                   settings->api);
}

static int open_door(ts_http **http, const ts_http_setup *setup, const char *address, const char *port_file, int *port,
                     ts_error *error)
{
    char text[16];
    *http = ts_http_open(setup, error);
    if (!*http) return ts_error_context(error, "--%s %s", setup->name, address);
    *port = ts_http_port(*http);
    int length = snprintf(text, sizeof text, "%d\n", *port);
    if (port_file && ts_file_write(port_file, text, (size_t)length, error)) return -1;
    ts_log_event(TS_LOG_INFO, "listening", TS_TEXT("listener", setup->name), TS_INT("port", *port),
                 TS_BOOL("others_can_reach", !setup->address.loopback));
    return 0;
}

int ts_doors_open_admin(ts_doors *doors, const ts_service *service, ts_error *error)
{
    const ts_service_settings *settings = settings_of(service);
    const char *text = admin_address(settings);
    ts_http_setup setup = ts_http_usual;
    if (!text) return 0;
    if (ts_address_read(text, "--admin", &setup.address, error)) return -1;
    setup.name = "admin";
    setup.routes = ts_admin_routes;
    setup.context = (void *)service;
    setup.quiet = true;
    setup.threads = 1;
    setup.connections = 64;
    setup.body_limit = 0;
    return open_door(&doors->admin, &setup, text, settings->admin_port_file, &doors->admin_port, error);
}

int ts_doors_open_api(ts_doors *doors, const ts_service *service, ts_error *error)
{
    const ts_service_settings *settings = settings_of(service);
    ts_http_setup setup = ts_http_usual;
    if (!service->routes || settings->once) return 0;
    if (ts_address_read(settings->api, "--api", &setup.address, error)) return -1;
    doors->tokens = rules_of(settings);
    setup.name = "api";
    setup.routes = service->routes;
    setup.context = service->into;
    setup.tokens = settings->auth == AUTH_JWT ? &doors->tokens : NULL;
    setup.only_local_names = !setup.tokens;
    return open_door(&doors->api, &setup, settings->api, settings->api_port_file, &doors->api_port, error);
}

void ts_doors_drain(ts_doors *doors)
{
    if (doors->api) ts_http_drain(doors->api, drain_seconds);
    ts_http_close(doors->api);
    doors->api = NULL;
}

void ts_doors_close(ts_doors *doors)
{
    ts_doors_drain(doors);
    ts_http_close(doors->admin);
    doors->admin = NULL;
}

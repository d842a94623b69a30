/* market_data_service: the candle store over HTTP. */
#define _GNU_SOURCE
#include "services/market_data_service/answers.h"
#include "services/market_data_service/feed.h"

#include <stddef.h>
#include <unistd.h>

#define AT(field) offsetof(market_settings, field)

static const ts_setting table[] = {
    {"store", TS_SETTING_TEXT, AT(store), NULL, 0, 0, NULL, "DIR", "the candle store's folder"},
    {"exchange", TS_SETTING_TEXT, AT(exchange), TS_STORE_EXCHANGE, 0, 0, NULL, "NAME",
     "what a request that names no exchange means"},
    {"memory-mib", TS_SETTING_INT, AT(memory_mib), "1024", 1, 1 << 20, NULL, "N",
     "for series that are kept in memory; a year of minutes takes 25"},
    {0}};
static const ts_setting *const tables[] = {table, NULL};

static const ts_http_route routes[] = {{"GET", "/v1/candles/*", market_answer_candles, NULL},
                                       {"GET", "/v1/symbols", market_answer_symbols, NULL},
                                       {"GET", "/v1/gaps", market_answer_gaps, NULL},
                                       {"GET", "/v1/stream", market_answer_stream, &market_feed_hub},
                                       {"GET", "/v1/openapi.json", market_answer_openapi, NULL},
                                       {0}};

static int open_all(void *settings, ts_error *error)
{
    market_settings *market = settings;
    if (!market->store) return ts_fail(error, TS_BAD_CONFIG, "--store DIR is needed: the folder of the candle store");
    if (ts_exchange_check(market->exchange, error)) return ts_error_context(error, "--exchange");
    market->shelf = market_shelf_new(market->store, (size_t)market->memory_mib << 20, error);
    if (market->shelf) market->feed = market_feed_new(market->shelf, error);
    return market->feed ? 0 : -1;
}

static void close_all(void *settings)
{
    market_settings *market = settings;
    market_feed_free(market->feed);
    market_shelf_free(market->shelf);
}

static int serve(void *settings, ts_error *error)
{
    const market_settings *market = settings;
    (void)error;
    while (!ts_service_wait(1)) market_feed_look(market->feed);
    return 0;
}

static int store_is_there(void *settings, ts_error *error)
{
    const market_settings *market = settings;
    if (!access(market->store, R_OK | X_OK)) return 0;
    return ts_fail(error, TS_UNAVAILABLE, "%s: no store is there, or it cannot be read", market->store);
}

static const ts_ready_check checks[] = {{"store", store_is_there}, {0}};

int main(int argc, char **argv)
{
    static market_settings settings;
    static const ts_service service = {.name = "market_data_service",
                                       .summary = "Serves the candle store over HTTP, as JSON, CSV and events.",
                                       .settings = tables,
                                       .into = &settings,
                                       .meters = market_shelf_meters,
                                       .checks = checks,
                                       .routes = routes,
                                       .open = open_all,
                                       .close = close_all,
                                       .daemon = serve};
    return ts_service_main(&service, argc, argv);
}

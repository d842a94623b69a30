/* candle_ingestor: an exchange's trades and its REST interface into one-minute candles of the store, InfluxDB and
 * Kafka. */
#define _GNU_SOURCE
#include "services/candle_ingestor/ingestor.h"

#include "common/clock.h"
#include "data/cache/redis.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AT(field) offsetof(ingestor_settings, field)

static const ts_setting table[] = {
    {"store", TS_SETTING_TEXT, AT(store), NULL, 0, 0, NULL, "DIR", "the candle store's folder; made when not there"},
    {"exchange", TS_SETTING_TEXT, AT(exchange), "coinbase", 0, 0, NULL, "NAME", "what the store calls the exchange"},
    {"source", TS_SETTING_CHOICE, AT(source), "advanced", 0, 0, "advanced|exchange", NULL,
     "which of Coinbase's interfaces: Advanced Trade (market_trades) or Exchange (matches)"},
    {"symbols", TS_SETTING_TEXT, AT(symbols), NULL, 0, 0, NULL, "A,B", "when Redis lists none, or does not answer"},
    {"list-seconds", TS_SETTING_REAL, AT(list_seconds), "300", 0.1, 86400, NULL, "S",
     "how often the list in Redis is read again"},
    {"backfill-days", TS_SETTING_INT, AT(backfill_days), "365", 0, 36500, NULL, "N",
     "how far back the store is to be filled; what it has is not asked for again"},
    {"grace-seconds", TS_SETTING_REAL, AT(grace), "5", 0, TS_GRACE_LIMIT_S, NULL, "S",
     "a minute is final so long after its end"},
    {"audit-minutes", TS_SETTING_INT, AT(audit), "60", 0, 1440, NULL, "N",
     "every so many minutes the last ones are compared with REST; 0: never"},
    {"reconnect-seconds", TS_SETTING_REAL, AT(reconnect), "30", 0.1, 3600, NULL, "S",
     "the longest wait before the feed is connected to again"},
    {"rest-url", TS_SETTING_TEXT, AT(rest_url), NULL, 0, 0, NULL, "URL", "(default: the exchange's)"},
    {"feed-url", TS_SETTING_TEXT, AT(feed_url), NULL, 0, 0, NULL, "URL", "ws:// or wss:// (default: the exchange's)"},
    {"rate", TS_SETTING_REAL, AT(rate), NULL, 0.01, INFINITY, NULL, "N",
     "REST requests a second at most (default: what the exchange allows)"},
    {"ca-file", TS_SETTING_TEXT, AT(ca_file), NULL, 0, 0, NULL, "FILE", "one more authority for TLS, PEM"},
    {0}};

static const ts_setting outlet_table[] = {
    {"influxdb-url", TS_SETTING_TEXT, AT(out.influx_url), NULL, 0, 0, NULL, "URL",
     "InfluxDB gets all candles; with --influxdb-org version 2, with --influxdb-database version 1"},
    {"influxdb-database", TS_SETTING_TEXT, AT(out.database), NULL, 0, 0, NULL, "NAME", "of version 1"},
    {"influxdb-retention-policy", TS_SETTING_TEXT, AT(out.retention_policy), NULL, 0, 0, NULL, "NAME",
     "of version 1 (default: the database's own)"},
    {"influxdb-user", TS_SETTING_TEXT, AT(out.user), NULL, 0, 0, NULL, "NAME", "of version 1"},
    {"influxdb-org", TS_SETTING_TEXT, AT(out.org), NULL, 0, 0, NULL, "NAME", "of version 2"},
    {"influxdb-bucket", TS_SETTING_TEXT, AT(out.bucket), NULL, 0, 0, NULL, "NAME", "of version 2"},
    {"kafka", TS_SETTING_LIST, AT(out.kafka), NULL, 0, 0, NULL, "NAME=VALUE",
     "Kafka gets all candles: a property of librdkafka, such as bootstrap.servers=host:9092; again for more. "
     "KAFKA_BOOTSTRAP_SERVERS and so on in the environment say the same"},
    {"topic", TS_SETTING_TEXT, AT(out.topic), "candles", 0, 0, NULL, "TOPIC", "of Kafka"},
    {"state", TS_SETTING_TEXT, AT(out.state), NULL, 0, 0, NULL, "DIR",
     "remembers how far InfluxDB and Kafka have got (default: .outlets in the store)"},
    {"outlet-seconds", TS_SETTING_REAL, AT(drain), "30", 0, 86400, NULL, "S",
     "with --once: how long each of them may take at the end"},
    {0}};
static const ts_setting *const tables[] = {table, outlet_table, NULL};

static const ts_secret_setting secrets[] = {
    {"redis-url", AT(redis), "redis://[:PASSWORD@]HOST[:PORT][/DATABASE], for symbols", "REDIS_URL"},
    {"influxdb-token", AT(out.token), "of version 2", "INFLUXDB_TOKEN"},
    {"influxdb-password", AT(out.password), "of version 1", "INFLUXDB_PASSWORD"},
    {0}};

/* The names that the original platform had. */
static void also_from_environment(ts_outlets_settings *out)
{
    const struct {
        const char *name, **text;
    } also[] = {{"INFLUXDB_URL", &out->influx_url}, {"INFLUXDB_ORG", &out->org}, {"INFLUXDB_BUCKET", &out->bucket}};
    for (size_t i = 0; i < sizeof also / sizeof *also; i++)
        if (!*also[i].text) *also[i].text = getenv(also[i].name);
}

static int open_rest(ingestor_settings *s, ts_error *error)
{
    const ts_candle_source_settings setup = {.exchange =
                                                 s->source == TS_SOURCE_ADVANCED ? "coinbase" : "coinbase-exchange",
                                             .url = s->rest_url,
                                             .ca_file = s->ca_file,
                                             .per_second = isnan(s->rate) ? 0 : s->rate,
                                             .seed = (uint64_t)ts_clock_now_ms(),
                                             .wait = ts_service_wait};
    s->rest = ts_candle_source_open(&setup, error);
    if (!s->rest) return -1;
    s->catch_up = (ts_catch_up){.source = s->rest,
                                .wanted = &s->wanted,
                                .clock = &s->clock,
                                .symbols = &s->list,
                                .grace_ms = (int64_t)(s->grace * 1000),
                                .backfill_ms = s->backfill_days * TS_DAY_MS};
    return 0;
}

static int open_all(void *settings, ts_error *error)
{
    ingestor_settings *s = settings;
    pthread_mutex_init(&s->clock.lock, NULL);
    if (ts_meters_add(ts_outlets_meters, error)) return -1;
    if (!s->store) return ts_fail(error, TS_BAD_CONFIG, "--store DIR is needed: the folder of the candle store");
    if (ts_exchange_check(s->exchange, error)) return ts_error_context(error, "--exchange");
    snprintf(s->state, sizeof s->state, "%s/.outlets", s->store);
    if (!s->out.state) s->out.state = s->state;
    s->out.ca_file = s->ca_file;
    also_from_environment(&s->out);
    if (ts_redis_settle(&s->redis.value, error) || ts_symbols_find(s->redis.value, s->symbols, &s->list, error) ||
        ts_outlets_open(&s->out, s->store, &s->outlets, error))
        return -1;
    return open_rest(s, error) || ts_ingestor_open_list(s, error) ? -1 : 0;
}

static void close_all(void *settings)
{
    ingestor_settings *s = settings;
    ts_candle_source_close(s->rest);
    ts_outlets_close(&s->outlets);
    ts_ingestor_close_list(s);
    ts_symbols_clear(&s->next);
}

static int feed_is_there(void *settings, ts_error *error)
{
    const ingestor_settings *s = settings;
    size_t symbols = s->feed_symbols, covered = s->feed_covered;
    if (covered == symbols) return 0;
    return ts_fail(error, TS_UNAVAILABLE, "trades of %zu of %zu symbols are received", covered, symbols);
}

static int rest_is_there(void *settings, ts_error *error)
{
    const ingestor_settings *s = settings;
    if (!s->catch_up.away) return 0;
    return ts_fail(error, TS_UNAVAILABLE, "the exchange's REST interface did not answer the last time");
}

static const ts_ready_check checks[] = {{"feed", feed_is_there}, {"rest", rest_is_there}, {0}};

int main(int argc, char **argv)
{
    static ingestor_settings settings;
    static const ts_service service = {.name = "candle_ingestor",
                                       .summary =
                                           "Takes in one-minute candles: trades as they come, and REST for the rest.",
                                       .settings = tables,
                                       .secrets = secrets,
                                       .into = &settings,
                                       .meters = ts_ingestor_meters,
                                       .checks = checks,
                                       .open = open_all,
                                       .close = close_all,
                                       .once = ts_ingestor_once,
                                       .daemon = ts_ingestor_serve};
    return ts_service_main(&service, argc, argv);
}

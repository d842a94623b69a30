/* strategy_consumer: requests, winners and outcomes from Kafka into PostgreSQL, each once. */
#include "services/strategy_consumer/storing.h"

#include "common/log.h"
#include "common/memory.h"
#include "data/bus/topic_list.h"
#include "data/db/migration.h"
#include "services/service/service.h"
#include "services/service/span.h"

#include <stdlib.h>
#include <string.h>

enum { CLUSTER = 128 };

/* Between two tries when the database is away for longer than a transaction waits. */
static const double pause_seconds = 5;

typedef struct strategy_settings {
    ts_service_settings service;
    ts_texts kafka;
    ts_secret_value database, password;
    const char *topic, *requests_topic, *group;
    int64_t batch, threads, connections;
    double linger, idle;
    /* opened */
    ts_bus_config config;
    ts_storing storing;
    char cluster[CLUSTER];
    ts_db *probe; /* of /readyz, whose thread is the only one to use it */
} strategy_settings;

#define AT(field) offsetof(strategy_settings, field)

static const ts_setting table[] = {
    {"kafka", TS_SETTING_LIST, AT(kafka), NULL, 0, 0, NULL, "NAME=VALUE",
     "a property of librdkafka, such as bootstrap.servers=host:9092; again for more. KAFKA_BOOTSTRAP_SERVERS and so on "
     "in the environment say the same"},
    {"topic", TS_SETTING_TEXT, AT(topic), "discovered-strategies", 0, 0, NULL, "TOPIC",
     "where winners and outcomes are"},
    {"requests-topic", TS_SETTING_TEXT, AT(requests_topic), TS_TOPIC_REQUESTS, 0, 0, NULL, "TOPIC",
     "where requests are, so that SQL can tell which are open; none: they are not read"},
    {"group", TS_SETTING_TEXT, AT(group), "strategy-consumer", 0, 0, NULL, "NAME", "consumer group"},
    {"batch", TS_SETTING_INT, AT(batch), "5000", 1, 100000, NULL, "N", "most records at once"},
    {"connections", TS_SETTING_INT, AT(connections), "2", 1, TS_STORING_LANES, NULL, "N",
     "to the database, each storing its part of the partitions"},
    {"linger", TS_SETTING_REAL, AT(linger), "0.1", 0, 60, NULL, "S", "how long to wait for more of a batch"},
    {"idle", TS_SETTING_REAL, AT(idle), "10", 0.1, 3600, NULL, "S", "with --once: end when nothing came for so long"},
    {"threads", TS_SETTING_INT, AT(threads), NULL, 1, 64, NULL, "N",
     "that read records (default: the cores it may use)"},
    {0}};
static const ts_setting *const tables[] = {table, NULL};
static const ts_secret_setting secrets[] = {
    {"database-url", AT(database), "postgresql://...; else PGHOST, POSTGRES_HOST and so on", "DATABASE_URL"},
    {"postgres-password", AT(password), "when the URL has none", "POSTGRES_PASSWORD"},
    {0}};

static int open_kafka(strategy_settings *s, ts_error *error)
{
    if (ts_bus_config_read(&s->kafka, &s->config, error)) return -1;
    s->storing.producer = ts_producer_open(&s->config, "strategy_consumer", error);
    if (!s->storing.producer) return -1;
    const char *const topics[] = {s->topic, s->requests_topic};
    const ts_consumer_settings consuming = {.name = "strategy_consumer",
                                            .group = s->group,
                                            .topics = topics,
                                            .topics_count = s->storing.requests_topic ? 2 : 1,
                                            .waiting = (size_t)s->batch};
    s->storing.consumer = ts_consumer_open(&s->config, &consuming, error);
    if (!s->storing.consumer || ts_consumer_cluster(s->storing.consumer, s->cluster, sizeof s->cluster, error))
        return -1;
    s->storing.cluster = s->cluster;
    return 0;
}

static ts_db_settings database_of(const strategy_settings *s)
{
    return (ts_db_settings){.url = s->database.value,
                            .password = s->password.value,
                            .application = "strategy_consumer",
                            .stopping = ts_service_stopping};
}

static int open_all(void *settings, ts_error *error)
{
    strategy_settings *s = settings;
    s->storing.service = "strategy_consumer";
    s->storing.threads = ts_threads_new(s->threads ? (int)s->threads : ts_threads_available(), error);
    if (!s->storing.threads) return -1;
    const ts_db_settings database = database_of(s);
    for (; s->storing.lanes < (size_t)s->connections; s->storing.lanes++)
        if (!(s->storing.db[s->storing.lanes] = ts_db_open(&database, error))) return -1;
    if (ts_migration_check(s->storing.db[0], ts_migrations, error)) return -1;
    if (strcmp(s->requests_topic, "none") != 0) s->storing.requests_topic = s->requests_topic;
    return open_kafka(s, error);
}

static void close_all(void *settings)
{
    strategy_settings *s = settings;
    ts_consumer_close(s->storing.consumer);
    ts_producer_close(s->storing.producer);
    ts_bus_config_clear(&s->config);
    for (size_t i = 0; i < s->storing.lanes; i++) ts_db_close(s->storing.db[i]);
    ts_threads_free(s->storing.threads);
    ts_db_close(s->probe);
}

/* Until it is done, or the service is to stop: who is away comes back. */
static int store(const strategy_settings *s, const ts_bus_harvest *h, ts_error *error)
{
    for (;;) {
        ts_error why = {0};
        if (!ts_store_records(&s->storing, h->record, h->records, &why)) return 0;
        if (why.code != TS_UNAVAILABLE || ts_service_stopping()) return ts_fail(error, why.code, "%s", why.text);
        ts_log_event(TS_LOG_WARNING, "nothing could be stored", TS_TEXT("error", why.text));
        if (ts_service_wait(pause_seconds)) return ts_fail(error, why.code, "%s", why.text);
    }
}

static int store_and_commit(const strategy_settings *s, const ts_bus_harvest *h, ts_error *error)
{
    ts_span span;
    ts_span_begin(&span, "store records", TS_SPAN_CONSUMER, NULL);
    int status = store(s, h, error);
    if (!status) status = ts_bus_harvest_commit(s->storing.consumer, h, error);
    ts_span_end(&span, error);
    return status;
}

/* What could not be stored before the service stops is received again by the next one. */
static int round_of_storing(void *settings, double seconds, bool *came, ts_error *error)
{
    strategy_settings *s = settings;
    const ts_bus_patience patience = {(size_t)s->batch, seconds, s->linger, ts_service_stopping};
    ts_bus_harvest h;
    int status = ts_bus_harvest_gather(s->storing.consumer, &patience, &h, error);
    *came = h.records > 0;
    if (!status && *came) status = store_and_commit(s, &h, error);
    ts_bus_harvest_clear(&h);
    if (!status || error->code != TS_UNAVAILABLE || !ts_service_stopping()) return status;
    *error = (ts_error){0};
    return 0;
}

static int once(void *settings, ts_error *error)
{
    const strategy_settings *s = settings;
    if (ts_service_rounds(round_of_storing, settings, s->idle, error)) return -1;
    return ts_service_stopping() ? 0 : ts_consumer_ready(s->storing.consumer, error); /* or nothing could have come */
}

/* An error ends the program, which is then started again and receives what was not committed. */
static int forever(void *settings, ts_error *error) { return ts_service_rounds(round_of_storing, settings, 0, error); }

static int is_member(void *settings, ts_error *error)
{
    const strategy_settings *s = settings;
    return ts_consumer_ready(s->storing.consumer, error);
}

/* On a connection of its own: those that store may be in the middle of a batch. */
static int answers(void *settings, ts_error *error)
{
    strategy_settings *s = settings;
    const ts_db_settings database = database_of(s);
    if (!s->probe && !(s->probe = ts_db_open(&database, error))) return -1;
    if (!ts_db_do(s->probe, "SELECT 1", 0, NULL, error)) return 0;
    ts_db_close(s->probe);
    s->probe = NULL;
    return -1;
}

static const ts_ready_check checks[] = {{"kafka", is_member}, {"postgres", answers}, {0}};

int main(int argc, char **argv)
{
    static strategy_settings settings;
    static const ts_service service = {
        .name = "strategy_consumer",
        .summary = "Stores what was discovered: requests, winners and outcomes from Kafka into PostgreSQL.",
        .settings = tables,
        .secrets = secrets,
        .into = &settings,
        .meters = ts_storing_meters,
        .checks = checks,
        .open = open_all,
        .close = close_all,
        .once = once,
        .daemon = forever};
    return ts_service_main(&service, argc, argv);
}
